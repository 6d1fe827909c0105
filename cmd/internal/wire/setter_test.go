package wire

import (
	"context"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/compiler/policy"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// ruling is a judge that says what it was told to.
type ruling policy.Verdict

func (r ruling) Judge(context.Context, []policy.Policy, *graph.Graph) (policy.Verdict, error) {
	return policy.Verdict(r), nil
}

func pipelineOf(t *testing.T, name, team string, secrets string) []byte {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	add := func(a graph.Address, s graph.Spec) {
		if err := b.Add(a, s, graph.Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	add(graph.PipelineAddress, graph.Pipeline{Name: name, Team: team})
	if secrets != "" {
		add(graph.Address("secret_source."+secrets+".s"), graph.SecretSource{Type: secrets})
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return g.Encode()
}

// A graph that a build brings is taken as one that a person sends: nobody trusts it,
// and the policies of its team have their say. Only builds of the main team set
// pipelines of others.
func TestSetterRefuses(t *testing.T) {
	store := pgtest.New(t)
	for _, team := range []string{"main", "web"} {
		id, err := store.EnsureTeam(t.Context(), team)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.SetPolicies(t.Context(), id, "ann", []state.Policy{{Name: "p.cue", Text: "x"}}); err != nil {
			t.Fatal(err)
		}
	}
	yes, no := ruling{}, ruling{Findings: []policy.Finding{{Policy: "p.cue", Deny: true, Message: "never on Fridays"}}}
	advice := ruling{Findings: []policy.Finding{{Policy: "p.cue", Message: "rather on Mondays"}}}
	for name, c := range map[string]struct {
		by, team string
		graph    []byte
		judge    ruling
		message  string
		log      string
		fault    state.Fault
	}{
		"as it should be":       {"web", "web", pipelineOf(t, "shop", "web", ""), yes, "set pipeline shop: 1 created", "Weir will create pipeline shop of team web", ""},
		"with advice":           {"web", "web", pipelineOf(t, "shop", "web", ""), advice, "set pipeline shop", "rather on Mondays", ""},
		"of another team":       {"main", "web", pipelineOf(t, "shop", "web", ""), yes, "set pipeline shop", "", ""},
		"forbidden":             {"web", "web", pipelineOf(t, "shop", "web", ""), no, "the policies of team web forbid this: ", "never on Fridays", state.FaultPolicy},
		"not of main":           {"web", "main", pipelineOf(t, "shop", "main", ""), yes, "team web may not set pipelines of team main", "", state.FaultPolicy},
		"no such team":          {"main", "nobody", pipelineOf(t, "shop", "nobody", ""), yes, "there is no team nobody", "", state.FaultUser},
		"no graph":              {"web", "web", []byte("x"), yes, "the graph is not one that this server takes", "", state.FaultUser},
		"another name":          {"web", "web", pipelineOf(t, "shop2", "web", ""), yes, `the graph is of pipeline "shop2"`, "", state.FaultUser},
		"another team in it":    {"web", "web", pipelineOf(t, "shop", "main", ""), yes, "the pipeline says that it is of team main", "", state.FaultUser},
		"what does not run yet": {"web", "web", pipelineOf(t, "shop", "web", "vault"), yes, "the pipeline cannot be applied here", "", state.FaultUser},
	} {
		t.Run(name, func(t *testing.T) {
			r := state.SetRequest{By: state.BuildRow{ID: "b", Team: c.by, Pipeline: "parent", Job: "job.set", Number: 3}, Team: c.team, Pipeline: "shop", Graph: c.graph}
			set, err := setter{store, c.judge}.Prepare(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			a := set.Answer
			if !strings.Contains(a.Message, c.message) || a.Fault != c.fault || a.Refused != (c.fault != "") || a.Refused != (set.Desired == nil) || !strings.Contains(set.Log, c.log) {
				t.Errorf("%+v\nlog %s", a, set.Log)
			}
			if denied := set.Event != nil; denied != (name == "forbidden") || denied && set.Event.Actor != postgres.BuildActor(r.By) {
				t.Errorf("event %+v", set.Event)
			}
		})
	}
}
