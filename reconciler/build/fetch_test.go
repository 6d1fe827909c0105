package build

import (
	"slices"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// getThenTask is a job whose get another build may have done already.
func getThenTask(tags ...string) graph.Job {
	return graph.Job{Steps: []graph.Step{
		{Name: "r", Tags: tags, Body: graph.Get{Resource: "resource.mock.r"}},
		{Name: "use", Tags: tags, Body: graph.Task{Image: "i", Inputs: []string{"r"}, Run: []string{"true"}}},
	}}
}

// firstKept runs the job once and gives what it left for others.
func firstKept(t *testing.T) AddArtifact {
	t.Helper()
	h := newHarness(t, getThenTask(), nil)
	kept := AddArtifact{}
	for range 20 {
		h.decide()
		for _, c := range h.last.Commands {
			if a, ok := c.(AddArtifact); ok && a.Fetch != "" {
				kept = a
			}
		}
		if h.state.Build.Status.Terminal() {
			break
		}
		h.endOne()
	}
	if kept.Fetch == "" || kept.Reused {
		t.Fatalf("the get left nothing for other builds: %+v", kept)
	}
	return kept
}

func TestAGetIsNotRunForWhatAWorkerHas(t *testing.T) {
	kept := firstKept(t)
	kept.Artifact.Worker = "w1"
	tests := []struct {
		name   string
		tags   []string
		change func(*State)
		reuses bool
	}{
		{"the same version, params and source", nil, func(*State) {}, true},
		{"another version", nil, func(s *State) { s.Inputs["r"] = map[string]string{"ref": "2"} }, false},
		{"another source", nil, func(s *State) {
			s.Resources["resource.mock.r"] = graph.Resource{Type: "mock", Source: graph.Map{"uri": graph.String("y")}}
		}, false},
		{"the build is at work elsewhere", nil, func(s *State) { s.Artifacts["other"] = Artifact{Run: "x", Volume: "v", Worker: "w2"} }, false},
		{"the build is at work there", nil, func(s *State) { s.Artifacts["other"] = Artifact{Run: "x", Volume: "v", Worker: "w1"} }, true},
		{"a worker for those who ask for it", nil, func(s *State) { s.Fetches[0].Tags = []string{"gpu"} }, false},
		{"asked for", []string{"gpu"}, func(s *State) { s.Fetches[0].Tags = []string{"gpu", "big"} }, true},
		{"a worker without the tag", []string{"gpu"}, func(*State) {}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, getThenTask(tt.tags...), nil)
			h.state.Fetches = []Fetch{{Key: kept.Fetch, Artifact: kept.Artifact}}
			tt.change(&h.state)
			h.decide()
			if got := !slices.Contains(h.order, "0"); got != tt.reuses {
				t.Fatalf("reused: %v, want %v; commands %+v", got, tt.reuses, h.last.Commands)
			}
			if tt.reuses && (h.state.Steps["0"].Status != state.StepSucceeded || h.state.Artifacts["r"] != kept.Artifact) {
				t.Errorf("step %+v, artifact %+v", h.state.Steps["0"], h.state.Artifacts["r"])
			}
		})
	}
}
