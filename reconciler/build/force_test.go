package build

import (
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"pgregory.net/rapid"
)

// A build that is aborted twice ends with that decision, whatever it was doing.
func TestForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := drawJob(t)
		h := newHarness(t, j, nil)
		for range rapid.IntRange(0, 8).Draw(t, "before") {
			h.decide()
			if h.state.Build.Status.Terminal() || !h.endOne() {
				break
			}
		}
		if h.state.Build.Status.Terminal() {
			return
		}
		h.state.Build.AbortRequestedBy, h.state.Build.AbortForcedBy = "ann", "bob"
		before := len(h.order)
		h.decide()
		if h.state.Build.Status != state.BuildAborted || len(h.order) != before {
			t.Fatalf("%s; runs %v", h.state.Build.Status, h.order[before:])
		}
		for path, s := range h.state.Steps {
			if !s.Status.Terminal() {
				t.Fatalf("step %s is %s", path, s.Status)
			}
		}
		for path, runs := range h.state.Runs {
			for _, r := range runs {
				if !r.Status.Terminal() {
					t.Fatalf("run of %s is %s", path, r.Status)
				}
			}
		}
	})
}

func TestWhatAForcedBuildSays(t *testing.T) {
	h := newHarness(t, job(with(put(), func(s *graph.Step) { s.Hooks = allHooks() }), task("never")), nil)
	h.decide()
	h.state.Build.AbortRequestedBy = "ann"
	h.decide()
	if w := h.last.Waits; len(w) == 0 || w[0].Reason != WaitEnd || !strings.Contains(w[0].Message, "is being ended (aborted)") {
		t.Errorf("asked once, it waits for %+v", w)
	}
	h.state.Build.AbortForcedBy = "bob"
	h.decide()
	if got := h.last.Commands[len(h.last.Commands)-1]; got != (FinishBuild{state.BuildAborted, "aborted by ann, and by force by bob: its hooks did not run to their end", ""}) {
		t.Errorf("%+v", got)
	}
	if s := h.state.Steps["0"]; s.Status != state.StepAborted || !strings.Contains(s.Message, "not known") || h.state.Steps["0.on_abort.0"].Status != state.StepSkipped {
		t.Errorf("%+v", s)
	}
}

// On whose account things end.
func TestFaults(t *testing.T) {
	ask := graph.Step{Name: "ask", Timeout: 1000, Body: graph.Approval{}}
	lost := script{"0": {"lost", "lost", "lost", "lost"}}
	needs := with(task("t"), func(s *graph.Step) { s.Body = graph.Task{Image: "i", Run: []string{"x"}, Inputs: []string{"no"}} })
	tests := map[string]struct {
		job    graph.Job
		script script
		want   state.Fault
	}{
		"success":                {job(task("t")), nil, ""},
		"an exit code":           {job(task("t")), script{"0": {"3"}}, state.FaultUser},
		"a timeout":              {job(timeout(task("t"), time.Second)), script{"0": {"timeout"}}, state.FaultUser},
		"no image":               {job(task("t")), script{"0": {"noimage"}}, state.FaultUser},
		"a strange answer":       {job(get()), script{"0": {"garbage"}}, state.FaultUser},
		"no such artifact":       {job(needs), nil, state.FaultUser},
		"lost too often":         {job(task("t")), lost, state.FaultSystem},
		"lost once":              {job(task("t")), script{"0": {"lost"}}, ""},
		"a worker's fault":       {job(task("t")), script{"0": {"infra", "infra", "infra", "infra"}}, state.FaultSystem},
		"a put that was lost":    {job(put()), script{"0": {"lost"}}, state.FaultSystem},
		"inside of others":       {job(par(do(task("t")), task("u"))), script{"0.0.0": {"lost", "lost", "lost", "lost"}}, state.FaultSystem},
		"the user's besides":     {job(par(task("t"), task("u"))), script{"0.0": {"3"}, "0.1": {"lost", "lost", "lost", "lost"}}, state.FaultSystem},
		"a hook's":               {job(with(task("t"), func(s *graph.Step) { s.Hooks.Ensure = []graph.Step{task("h")} })), script{"0.ensure.0": {"lost", "lost", "lost", "lost"}}, state.FaultSystem},
		"nobody approved":        {job(ask), nil, state.FaultPolicy},
		"tried until it is fine": {job(try(task("t"))), script{"0.0": {"3"}}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, tt.job, tt.script)
			h.play()
			got := h.last.Commands[len(h.last.Commands)-1].(FinishBuild)
			if got.Fault != tt.want {
				t.Errorf("%+v, want %q", got, tt.want)
			}
		})
	}
}

// A put that was lost is not repeated, neither by itself nor with what is around it,
// unless "lost" is what a retry is for.
func TestAPutThatMayHaveTakenEffectIsNotRepeated(t *testing.T) {
	lost := func(path string) script { return script{path: {"lost", "0"}} }
	hookedPut := with(put(), func(s *graph.Step) { s.Hooks.OnError = []graph.Step{task("h")} })
	tests := map[string]struct {
		job    graph.Job
		script script
		runs   string
		status state.BuildStatus
	}{
		"by itself":          {job(put()), lost("0"), "0", state.BuildErrored},
		"with a retry":       {job(retry(put(), 3)), lost("0"), "0", state.BuildErrored},
		"in a retried do":    {job(retry(do(put()), 3)), lost("0.0"), "0.0", state.BuildErrored},
		"in a do in a do":    {job(retry(do(do(put())), 3)), lost("0.0.0"), "0.0.0", state.BuildErrored},
		"with a hook":        {job(retry(do(hookedPut), 3)), lost("0.0"), "0.0 0.0.on_error.0", state.BuildErrored},
		"asked for":          {job(retry(put(), 3, "lost")), lost("0"), "0 0 0.get", state.BuildSucceeded},
		"asked for, around":  {job(retry(do(put()), 3, "lost")), lost("0.0"), "0.0 0.attempt2.0 0.attempt2.0.get", state.BuildSucceeded},
		"it never began":     {job(put()), script{"0": {"infra", "0"}}, "0 0 0.get", state.BuildSucceeded},
		"it failed, retried": {job(retry(put(), 3)), script{"0": {"1", "0"}}, "0 0 0.get", state.BuildSucceeded},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, tt.job, tt.script)
			h.play()
			if got := strings.Join(h.order, " "); got != tt.runs || h.state.Build.Status != tt.status {
				t.Errorf("%s, runs %s; want %s, %s", h.state.Build.Status, got, tt.status, tt.runs)
			}
		})
	}
}
