package build

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// Random trees with random ends of runs, aborts and clocks.

func drawSteps(t *rapid.T, depth int) []graph.Step {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) graph.Step { return drawStep(t, depth) }), 1, 3).Draw(t, "steps")
}

func drawStep(t *rapid.T, depth int) graph.Step {
	s := graph.Step{Name: "s"}
	kinds := []string{"task", "get", "put"}
	if depth > 0 {
		kinds = append(kinds, "do", "parallel", "try", "do", "parallel")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "task":
		s = task("t")
	case "get":
		s = get()
	case "put":
		s = put()
	case "do":
		s.Body = graph.Do{Steps: drawSteps(t, depth-1)}
	case "try":
		s.Body = graph.Try{Steps: drawSteps(t, depth-1)}
	case "parallel":
		s.Body = graph.Parallel{Steps: drawSteps(t, depth-1), Limit: rapid.Int64Range(0, 2).Draw(t, "limit"), FailFast: rapid.Bool().Draw(t, "failfast")}
	}
	s.Retry.Attempts = rapid.Int64Range(0, 3).Draw(t, "attempts")
	s.Retry.Backoff = rapid.Int64Range(0, 1).Draw(t, "backoff") * 1000
	s.When = drawWhen(t)
	s.Timeout = rapid.SampledFrom([]int64{0, 0, 5000}).Draw(t, "timeout")
	if rapid.IntRange(0, 5).Draw(t, "multiplied") == 0 {
		s = over("x", rapid.Int64Range(-1, 2).Draw(t, "x at once"), ab[:rapid.IntRange(0, 2).Draw(t, "values")], s)
		s.Across[0].FailFast = rapid.Bool().Draw(t, "x fails fast")
	}
	if depth > 0 && rapid.IntRange(0, 2).Draw(t, "hooked") == 0 {
		s.Hooks = drawHooks(t)
	}
	return s
}

// drawWhen is a condition, most often none.
func drawWhen(t *rapid.T) graph.Value {
	return rapid.SampledFrom([]graph.Value{nil, nil, nil, nil, graph.Bool(false), graph.String("true"), graph.String("nonsense")}).Draw(t, "when")
}

func drawHooks(t *rapid.T) graph.Hooks {
	one := func(name string) []graph.Step {
		if !rapid.Bool().Draw(t, name) {
			return nil
		}
		return []graph.Step{drawStep(t, 0)}
	}
	return graph.Hooks{OnSuccess: one("on_success"), OnFailure: one("on_failure"), OnError: one("on_error"), OnAbort: one("on_abort"), Ensure: one("ensure")}
}

func drawJob(t *rapid.T) graph.Job {
	return graph.Job{Steps: drawSteps(t, 2), Hooks: drawHooks(t)}
}

// world ends a random open run, moves the clock or aborts, one at a time.
type world struct {
	t *rapid.T
	h *harness
}

func (w world) step() {
	h := w.h
	if h.state.Build.AbortRequestedBy == "" && rapid.IntRange(0, 40).Draw(w.t, "abort") == 0 {
		h.state.Build.AbortRequestedBy = "ann"
		return
	}
	var open []*Run
	for _, path := range h.order {
		runs := h.state.Runs[path]
		if r := &runs[len(runs)-1]; !r.Status.Terminal() {
			open = append(open, r)
		}
	}
	if len(open) == 0 || rapid.IntRange(0, 5).Draw(w.t, "tick") == 0 {
		h.now = h.now.Add(time.Duration(rapid.IntRange(1, 8000).Draw(w.t, "ms")) * time.Millisecond)
		return
	}
	r := rapid.SampledFrom(open).Draw(w.t, "run")
	if r.KillRequested && rapid.Bool().Draw(w.t, "in time") {
		code := int32(0) // it ended by itself before the kill came
		r.Status, r.ExitCode, r.Worker, r.Result = state.RunExited, &code, "w1", []byte(answer)
		return
	}
	endRun(r, rapid.SampledFrom([]string{"0", "0", "0", "1", "lost", "infra", "timeout", "noimage", "garbage"}).Draw(w.t, "end"))
}

func TestEveryBuildEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHarness(t, drawJob(t), nil)
		for range 2000 {
			before := h.state.Clone()
			h.decide()
			terminalIsFinal(t, before, h.state)
			if h.state.Build.Status.Terminal() {
				atTheEnd(t, h)
				return
			}
			somethingGoesOn(t, h)
			world{t, h}.step()
		}
		t.Fatalf("the build does not end: %+v", h.last.Waits)
	})
}

func terminalIsFinal(t *rapid.T, before, after State) {
	for path, s := range before.Steps {
		if s.Status.Terminal() && after.Steps[path] != s {
			t.Fatalf("%s was %v, is %v", path, s, after.Steps[path])
		}
	}
}

// somethingGoesOn: a build that runs has a run that has not ended or a time to wake
// up at, and each step that is not terminal says why.
func somethingGoesOn(t *rapid.T, h *harness) {
	open := 0
	for _, runs := range h.state.Runs {
		for _, r := range runs {
			if !r.Status.Terminal() {
				open++
			}
		}
	}
	if open == 0 && h.last.Wake.IsZero() {
		t.Fatalf("nothing goes on: %s", h.rows())
	}
	if len(h.last.Waits) == 0 {
		t.Fatal("a build that goes on says why not")
	}
	for path, s := range h.state.Steps {
		leaf := len(h.state.Runs[path]) > 0
		if leaf && !s.Status.Terminal() && !waits(h.last.Waits, path) {
			t.Fatalf("%s is %s and has no reason", path, s.Status)
		}
	}
}

func waits(ws []Wait, path string) bool {
	for _, w := range ws {
		if w.Path == path && w.Message != "" {
			return true
		}
	}
	return false
}

func atTheEnd(t *rapid.T, h *harness) {
	for path, s := range h.state.Steps {
		if !s.Status.Terminal() {
			t.Fatalf("%s is %s after the end", path, s.Status)
		}
	}
	for path, runs := range h.state.Runs {
		if !runs[len(runs)-1].Status.Terminal() {
			t.Fatalf("a run of %s goes on after the end", path)
		}
	}
	if h.state.Build.Status == state.BuildAborted && h.state.Build.AbortRequestedBy == "" {
		t.Fatal("aborted, and nobody wanted it")
	}
	hooksRanAsTheyShould(t, h, h.state.Job.Steps, "")
	h.now = h.now.Add(time.Hour)
	if d := Decide(h.state, Options{Now: h.now}); len(d.Commands)+len(d.Waits) > 0 {
		t.Fatalf("not silent on a build that has ended: %+v", d)
	}
}

// hooksRanAsTheyShould looks at leaves whose result their row tells: on_abort and
// ensure hooks are never cancelled, so they can be told exactly.
func hooksRanAsTheyShould(t *rapid.T, h *harness, steps []graph.Step, prefix string) {
	for i, s := range steps {
		path := child(prefix, i)
		if len(s.Across) == 0 {
			hooksOfOne(t, h, s, path)
			continue
		}
		for k := range s.Across[0].Values.(graph.List) {
			if value := child(path+".", k); h.state.Steps[value].Status != "" {
				hooksOfOne(t, h, s, value)
			}
		}
	}
}

func hooksOfOne(t *rapid.T, h *harness, s graph.Step, path string) {
	row, hooks := h.state.Steps[path], s.Hooks
	began := row.Status != state.StepSkipped
	if len(hooks.Ensure) > 0 && ran(h, path, "ensure") != began {
		t.Fatalf("%s: begun %v, its ensure %v", path, began, ran(h, path, "ensure"))
	}
	_, isPut := s.Body.(graph.Put)
	if !isPut && len(hooks.OnAbort) > 0 && row.Status == state.StepAborted && !ran(h, path, "on_abort") {
		t.Fatalf("%s was aborted, and its on_abort did not run", path)
	}
	if !isPut && row.Status == state.StepSucceeded && ran(h, path, "on_failure") && len(hooks.OnSuccess) == 0 {
		t.Fatalf("%s succeeded, and its on_failure ran", path)
	}
	if ran(h, path, "on_success") && row.Status != state.StepSucceeded {
		t.Fatalf("%s is %s, and its on_success ran", path, row.Status)
	}
	hooksRanAsTheyShould(t, h, children(s.Body), attemptPrefix(path, 1))
}

func ran(h *harness, path, hook string) bool {
	for p, s := range h.state.Steps {
		if strings.HasPrefix(p, fmt.Sprintf("%s.%s.", path, hook)) && (s.Status != state.StepSkipped || s.Message == whenFalse) {
			return true
		}
	}
	return false
}

// What a tree without faults, retries and aborts gives, by a second, naive reading.
func TestAgainstANaiveReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := graph.Job{Steps: drawPlain(t, 3)}
		fails := map[string]bool{}
		h := newHarness(t, j, map[string][]string{})
		for _, s := range Seeds(j) {
			if rapid.IntRange(0, 4).Draw(t, "fails") == 0 {
				fails[s.Path], h.script[s.Path] = true, []string{"1"}
			}
		}
		h.play()
		want := state.BuildSucceeded
		if !naive(j.Steps, "", fails) {
			want = state.BuildFailed
		}
		if h.state.Build.Status != want {
			t.Fatalf("%s, want %s: %s", h.state.Build.Status, want, h.rows())
		}
	})
}

func naive(steps []graph.Step, prefix string, fails map[string]bool) bool {
	for i, s := range steps {
		path, ok := child(prefix, i), true
		switch b := s.Body.(type) {
		case graph.Task:
			ok = !fails[path]
		case graph.Do:
			ok = naive(b.Steps, path+".", fails)
		case graph.Parallel:
			for k := range b.Steps {
				ok = naiveOne(b.Steps, k, path+".", fails) && ok
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

func naiveOne(steps []graph.Step, k int, prefix string, fails map[string]bool) bool {
	switch b := steps[k].Body.(type) {
	case graph.Do:
		return naive(b.Steps, child(prefix, k)+".", fails)
	case graph.Try:
		return true
	case graph.Parallel:
		ok := true
		for i := range b.Steps {
			ok = naiveOne(b.Steps, i, child(prefix, k)+".", fails) && ok
		}
		return ok
	}
	return !fails[child(prefix, k)]
}

func drawPlain(t *rapid.T, depth int) []graph.Step {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) graph.Step {
		kinds := []string{"task", "do", "parallel", "try"}
		if depth == 0 {
			kinds = kinds[:1]
		}
		switch rapid.SampledFrom(kinds).Draw(t, "kind") {
		case "do":
			return do(drawPlain(t, depth-1)...)
		case "parallel":
			return par(drawPlain(t, depth-1)...)
		case "try":
			return try(drawPlain(t, depth-1)...)
		}
		return task("t")
	}), 1, 3).Draw(t, "steps")
}
