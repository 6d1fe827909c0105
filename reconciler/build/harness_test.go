package build

import (
	"fmt"
	"strings"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// harness plays a build: it commits what the decider says, and ends the runs as a
// script says, the oldest first.
type harness struct {
	t      fataler
	state  State
	now    time.Time
	script map[string][]string // by path: how its runs end, one after the other; then with 0
	order  []string            // of the runs, by path
	killed []string
	last   Decision
	eval   protocol.Eval
	tasks  map[string]*weirv1.Task // the last of each path
	abort  string                  // abort the build when this path's run has been made
}

// fataler is what the harness needs of *testing.T and *rapid.T.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func newHarness(t fataler, job graph.Job, script map[string][]string) *harness {
	h := &harness{t: t, now: start, script: script, tasks: map[string]*weirv1.Task{}}
	h.state = State{
		Build: Build{ID: "0190a6b4-7d1c-7e0b-9a55-000000000001", JobID: "j", Number: 7, Team: "main", Pipeline: "shop", Job: "unit", Status: state.BuildRunning},
		Job:   job, Steps: map[string]Step{}, Runs: map[string][]Run{}, Artifacts: map[string]Artifact{}, Sets: map[string]Set{},
		Resources: map[graph.Address]graph.Resource{"resource.mock.r": {Type: "mock", Source: graph.Map{"uri": graph.String("x")}}},
		Inputs:    map[string]map[string]string{"r": {"ref": "1"}},
	}
	for _, s := range Seeds(job) {
		h.state.Steps[s.Path] = waitingStep()
	}
	return h
}

// decide decides and commits, and checks that deciding again gives nothing.
func (h *harness) decide() {
	h.t.Helper()
	h.last = Decide(h.state, Options{Now: h.now, Jitter: 0.5, Eval: h.eval})
	for _, c := range h.last.Commands {
		switch c := c.(type) {
		case StartRun:
			h.order, h.tasks[c.Path] = append(h.order, c.Path), c.Task
			if c.Path == h.abort {
				h.state.Build.AbortRequestedBy = "ann"
			}
		case KillRun:
			h.killed = append(h.killed, c.Path)
		}
		if err := Apply(&h.state, c, h.now); err != nil {
			h.t.Fatalf("%#v: %v", c, err)
		}
	}
	if h.state.Build.AbortRequestedBy == "" || h.abort == "" {
		if again := Decide(h.state, Options{Now: h.now, Jitter: 0.5, Eval: h.eval}); len(again.Commands) > 0 {
			h.t.Fatalf("decided twice, the second time: %#v", again.Commands)
		}
	}
}

// when gives a step a condition; the harness evaluates nothing.
func when(text string, s graph.Step) graph.Step {
	s.When = graph.String(text)
	return s
}

// play goes on until the build ends.
func (h *harness) play() {
	h.t.Helper()
	for range 500 {
		h.decide()
		if h.state.Build.Status.Terminal() {
			return
		}
		if !h.endOne() {
			if h.last.Wake.IsZero() && h.state.Build.AbortRequestedBy == "" {
				h.t.Fatalf("stuck: nothing runs and nobody will look again; %+v", h.last.Waits)
			}
			if h.last.Wake.After(h.now) {
				h.now = h.last.Wake
			}
		}
	}
	h.t.Fatal("the build does not end")
}

// endOne ends the open run that was made first, but "hang" only when it is killed.
func (h *harness) endOne() bool {
	for _, path := range h.order {
		runs := h.state.Runs[path]
		r := &runs[len(runs)-1]
		if r.Status.Terminal() {
			continue
		}
		how := "0"
		if s := h.script[path]; len(s) >= len(runs) {
			how = s[len(runs)-1]
		}
		if how == "hang" && !r.KillRequested {
			continue
		}
		endRun(r, how)
		return true
	}
	return false
}

const answer = `{"version":{"ref":"2"},"metadata":[]}`

func endRun(r *Run, how string) {
	code := int32(0)
	r.Status, r.ExitCode, r.Worker, r.Started, r.Result = state.RunExited, &code, "w1", true, []byte(answer)
	switch {
	case r.KillRequested:
		code = 143
	case how == "lost":
		r.Status, r.ExitCode, r.Message = state.RunLost, nil, "worker w1 stopped answering"
	case how == "infra":
		r.ExitCode, r.Infra, r.Started, r.Message = nil, true, false, "disk is full"
	case how == "timeout":
		code, r.TimedOut = 143, true
	case how == "noimage":
		r.ExitCode, r.Message = nil, "no such image"
	case how == "garbage":
		r.Result = []byte("hello")
	case how != "hang":
		fmt.Sscan(how, &code)
	}
}

func (h *harness) rows() string {
	var b strings.Builder
	for _, s := range Seeds(h.state.Job) {
		fmt.Fprintf(&b, "%s=%s ", s.Path, h.state.Steps[s.Path].Status)
	}
	return strings.TrimSpace(b.String())
}

// The words of the tests' jobs.

func task(name string) graph.Step {
	return graph.Step{Name: name, Body: graph.Task{Image: "busybox", Run: []string{"true"}}}
}
func do(s ...graph.Step) graph.Step  { return graph.Step{Body: graph.Do{Steps: s}} }
func try(s ...graph.Step) graph.Step { return graph.Step{Body: graph.Try{Steps: s}} }
func par(s ...graph.Step) graph.Step { return graph.Step{Body: graph.Parallel{Steps: s}} }
func failFast(s ...graph.Step) graph.Step {
	return graph.Step{Body: graph.Parallel{Steps: s, FailFast: true}}
}
func limited(n int64, s ...graph.Step) graph.Step {
	return graph.Step{Body: graph.Parallel{Steps: s, Limit: n}}
}
func get() graph.Step { return graph.Step{Name: "r", Body: graph.Get{Resource: "resource.mock.r"}} }
func put() graph.Step { return graph.Step{Name: "out", Body: graph.Put{Resource: "resource.mock.r"}} }
func with(s graph.Step, change func(*graph.Step)) graph.Step {
	change(&s)
	return s
}
func retry(s graph.Step, attempts int64, on ...string) graph.Step {
	return with(s, func(s *graph.Step) { s.Retry = graph.Retry{Attempts: attempts, On: on} })
}
func timeout(s graph.Step, d time.Duration) graph.Step {
	return with(s, func(s *graph.Step) { s.Timeout = d.Milliseconds() })
}
func hooked(s graph.Step) graph.Step {
	return with(s, func(s *graph.Step) { s.Hooks = allHooks() })
}
func allHooks() graph.Hooks {
	one := []graph.Step{task("hook")}
	return graph.Hooks{OnSuccess: one, OnFailure: one, OnError: one, OnAbort: one, Ensure: one}
}
func job(s ...graph.Step) graph.Job { return graph.Job{Steps: s} }
