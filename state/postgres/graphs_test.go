package postgres_test

import (
	"fmt"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state/postgres"
)

// specs are the nodes of a small pipeline, by address; a test changes some.
type specs map[graph.Address]graph.Spec

const (
	app  graph.Address = "resource.git.app"
	tool graph.Address = "resource.custom.tool"
	typ  graph.Address = "resource_type.custom"
	unit graph.Address = "job.unit"
	ship graph.Address = "job.ship"
)

func resource(uri string) graph.Resource {
	return graph.Resource{Type: "git", Source: graph.Map{"uri": graph.String(uri)}}
}

func task(name, script string) graph.Step {
	return graph.Step{Name: name, Body: graph.Task{Image: "oci:x", Script: script}}
}

func get(resource graph.Address, passed ...graph.Address) graph.Step {
	return graph.Step{Name: "app", Body: graph.Get{Resource: resource, Trigger: true, Passed: passed}}
}

// demo is a pipeline with one of everything.
func demo() specs {
	return specs{
		graph.PipelineAddress: graph.Pipeline{Name: "demo"},
		app:                   resource("file:///app"),
		typ:                   graph.ResourceType{Image: "oci:type"},
		tool:                  graph.Resource{TypeRef: typ, CheckEvery: 5000},
		unit:                  graph.Job{Steps: []graph.Step{get(app), task("test", "true")}},
		ship:                  graph.Job{Steps: []graph.Step{get(app, unit), {Name: "put", Body: graph.Put{Resource: tool}}}},
	}
}

// with is a copy in which one address says something else; nil removes it.
func (s specs) with(a graph.Address, spec graph.Spec) specs {
	out := specs{}
	for k, v := range s {
		out[k] = v
	}
	out[a] = spec
	if spec == nil {
		delete(out, a)
	}
	return out
}

func (s specs) graph(t testing.TB) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	for a, spec := range s {
		if err := b.Add(a, spec, graph.Meta{File: "pipeline.weir.hcl", Line: int64(len(a))}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// plan is what a planner makes of two graphs, as far as the store has to know.
func plan(teamID string, prior, desired *graph.Graph) postgres.ApplyInput {
	in := postgres.ApplyInput{TeamID: teamID, Pipeline: "demo", Actor: "ann", PlanDigest: "sha256:plan", Desired: desired}
	base := map[graph.Address]graph.Digest{}
	if prior != nil {
		for _, n := range prior.Nodes() {
			base[n.Address] = n.SpecDigest
		}
	}
	if desired != nil {
		for _, n := range desired.Nodes() {
			if base[n.Address] != n.SpecDigest {
				in.Guards = append(in.Guards, postgres.Guard{Address: n.Address, Base: base[n.Address]})
			}
			delete(base, n.Address)
		}
	}
	for a, d := range base {
		in.Guards = append(in.Guards, postgres.Guard{Address: a, Base: d})
	}
	return in
}

// apply plans from what is there and applies.
func apply(t testing.TB, s *postgres.Store, teamID string, want specs) int64 {
	t.Helper()
	prior, _, err := s.CurrentGraph(t.Context(), teamID, "demo")
	if err != nil {
		t.Fatal(err)
	}
	revision, err := s.Apply(t.Context(), plan(teamID, prior, want.graph(t)))
	if err != nil {
		t.Fatal(err)
	}
	return revision
}

func team(t testing.TB, s *postgres.Store) string {
	t.Helper()
	id, err := s.EnsureTeam(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// large is a pipeline of n nodes: a resource and three jobs, again and again.
func large(n int) specs {
	s := specs{graph.PipelineAddress: graph.Pipeline{Name: "demo"}}
	for i := 0; len(s) < n; i++ {
		r := graph.ResourceAddress("git", fmt.Sprint("r", i))
		s[r] = resource(fmt.Sprint("file:///", i))
		for j := range 3 {
			s[graph.JobAddress(fmt.Sprintf("j%d_%d", i, j))] = graph.Job{Steps: []graph.Step{get(r), task("test", "make")}}
		}
	}
	return s
}
