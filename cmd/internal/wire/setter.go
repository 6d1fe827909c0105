package wire

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/weirci/weir/cmd/internal/view"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/compiler/policy"
	"github.com/weirci/weir/planner"
	"github.com/weirci/weir/planner/planfile"
	"github.com/weirci/weir/reconciler/runnable"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// setter plans pipelines that builds set, as a server does for people: with the same
// checks, the same policies and the same plan.
type setter struct {
	store *postgres.Store
	judge policy.Judge
}

// mainTeam is the team whose builds may set pipelines of others.
const mainTeam = "main"

// mostPlan bounds what of a plan goes into the log of a step.
const mostPlan = 1 << 20

// refusal is why a pipeline is not set.
type refusal struct {
	text    string
	fault   state.Fault
	reasons []string // of policies
}

func (r *refusal) Error() string { return r.text }

func refuse(fault state.Fault, format string, args ...any) error {
	return &refusal{text: fmt.Sprintf(format, args...), fault: fault}
}

// Prepare implements reconciler.Setter.
func (s setter) Prepare(ctx context.Context, r state.SetRequest) (state.PipelineSet, error) {
	set, err := s.plan(ctx, r)
	var no *refusal
	if !errors.As(err, &no) {
		return set, err
	}
	set.Desired = nil
	set.Answer = state.SetAnswer{Refused: true, Message: no.text, Fault: no.fault}
	set.Log = "Error: " + no.text + "\n"
	if len(no.reasons) > 0 {
		set.Log = "Error: the policies of team " + r.Team + " forbid pipeline " + r.Pipeline + ":\n  " + strings.Join(no.reasons, "\n  ") + "\n"
		set.Event = &state.Event{Actor: postgres.BuildActor(r.By), Action: "pipeline.denied", Subject: "pipeline/" + r.Pipeline,
			Details: map[string]any{"reasons": no.reasons, "build": r.By.ID}}
	}
	return set, nil
}

func (s setter) plan(ctx context.Context, r state.SetRequest) (state.PipelineSet, error) {
	set := state.PipelineSet{Pipeline: r.Pipeline}
	if r.Team != r.By.Team && r.By.Team != mainTeam {
		return set, refuse(state.FaultPolicy, "team %s may not set pipelines of team %s: only builds of team %s set those of others", r.By.Team, r.Team, mainTeam)
	}
	var err error
	if set.TeamID, err = s.store.TeamID(ctx, r.Team); errors.Is(err, state.ErrNotFound) {
		return set, refuse(state.FaultUser, "there is no team %s", r.Team)
	} else if err != nil {
		return set, err
	}
	if set.Desired, err = desired(r); err != nil {
		return set, err
	}
	advice, err := s.judged(ctx, set.TeamID, r.Team, set.Desired)
	if err != nil {
		return set, err
	}
	p, err := s.diff(ctx, set.TeamID, r, set.Desired)
	if err != nil {
		return set, err
	}
	set.Guards = guards(p)
	sum := sha256.Sum256(planfile.Encode(p))
	set.PlanDigest = graph.Digest("sha256:" + hex.EncodeToString(sum[:]))
	set.Log, set.Answer.Message = logOf(p, advice), said(p)
	return set, nil
}

// desired reads the graph, which comes from a worker: nobody here trusts it.
func desired(r state.SetRequest) (*graph.Graph, error) {
	g, err := graph.Decode(r.Graph)
	if err != nil {
		return nil, refuse(state.FaultUser, "the graph is not one that this server takes: %v", err)
	}
	spec := g.Pipeline()
	switch {
	case spec.Name != r.Pipeline:
		return nil, refuse(state.FaultUser, "the graph is of pipeline %q, and the step sets %s", spec.Name, r.Pipeline)
	case spec.Team != "" && spec.Team != r.Team:
		return nil, refuse(state.FaultUser, "the pipeline says that it is of team %s, and the step sets it for team %s", spec.Team, r.Team)
	}
	if err := runnable.Error(runnable.Unsupported(g)); err != nil {
		return nil, refuse(state.FaultUser, "the pipeline cannot be applied here: %v", err)
	}
	return g, nil
}

// judged lets the policies of the pipeline's team have their say.
func (s setter) judged(ctx context.Context, teamID, team string, g *graph.Graph) (advice []string, err error) {
	rows, err := s.store.Policies(ctx, teamID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	all := make([]policy.Policy, len(rows))
	for i, p := range rows {
		all[i] = policy.Policy{Name: p.Name, Text: p.Text}
	}
	v, err := s.judge.Judge(ctx, all, g)
	if err != nil {
		return nil, fmt.Errorf("judging by policies: %w", err)
	}
	if v.Denied() {
		return nil, &refusal{"the policies of team " + team + " forbid this: " + strings.Join(v.Reasons(), "; "), state.FaultPolicy, v.Reasons()}
	}
	for _, f := range v.Findings {
		advice = append(advice, f.String())
	}
	return advice, nil
}

func (s setter) diff(ctx context.Context, teamID string, r state.SetRequest, g *graph.Graph) (*planner.Plan, error) {
	prior, revision, err := s.store.CurrentGraph(ctx, teamID, r.Pipeline)
	if err != nil {
		return nil, err
	}
	views, err := s.store.ObservedViews(ctx, r.Team, r.Pipeline)
	if err != nil {
		return nil, err
	}
	seen := planner.Observed{}
	for _, v := range views {
		seen[graph.Address(v.Address)] = planner.Seen{Versions: v.Versions, Builds: v.Builds, Open: v.Open}
	}
	return planner.New(r.Team, r.Pipeline, revision, prior, g, seen), nil
}

func guards(p *planner.Plan) map[graph.Address]graph.Digest {
	out := map[graph.Address]graph.Digest{}
	for _, c := range p.Changes {
		for a, base := range planner.Guards(c) {
			out[a] = base
		}
	}
	return out
}

func logOf(p *planner.Plan, advice []string) string {
	var out strings.Builder
	for _, a := range advice {
		out.WriteString("Warning: a policy of the team advises against this: " + a + "\n")
	}
	_ = view.WritePlan(&out, view.Terminal{}, p, view.PlanFull) // a builder takes all
	if text := out.String(); len(text) <= mostPlan {
		return text
	}
	return strings.ToValidUTF8(out.String()[:mostPlan], "") + "\n… the rest of the plan is left out: it is too long for a log.\n"
}

func said(p *planner.Plan) string {
	if p.Empty() {
		return "pipeline " + p.Pipeline + " is so already"
	}
	s := p.Summary()
	return fmt.Sprintf("set pipeline %s: %d created, %d changed, %d deleted", p.Pipeline, s.Add, s.Change, s.Destroy)
}
