package build

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// over makes a step run for some values, n at once.
func over(name string, n int64, values []string, s graph.Step) graph.Step {
	list := graph.List{}
	for _, v := range values {
		list = append(list, graph.String(v))
	}
	s.Across = append([]graph.Across{{Var: name, Values: list, MaxInFlight: n}}, s.Across...)
	return s
}

func quick(s graph.Step) graph.Step {
	s.Across = slices.Clone(s.Across)
	s.Across[0].FailFast = true
	return s
}

var ab = []string{"a", "b"}

var acrossPlays = []struct {
	name    string
	job     graph.Job
	script  script
	abort   string
	runs    string
	status  state.BuildStatus
	message string
}{
	{name: "each value", job: job(over("x", 0, ab, task("t")), task("u")), runs: "0.0 0.1 1", status: "succeeded"},
	{name: "a product, the last fastest", job: job(over("x", 0, ab, over("y", 0, ab, task("t")))), runs: "0.0.0 0.0.1 0.1.0 0.1.1", status: "succeeded"},
	{name: "no values", job: job(over("x", 0, nil, task("t")), task("u")), runs: "1", status: "succeeded"},
	{name: "hooks are each value's own", job: job(over("x", 0, ab, hooked(task("t")))), script: script{"0.0": {"1"}},
		runs: "0.0 0.0.on_failure.0 0.0.ensure.0 0.1 0.1.on_success.0 0.1.ensure.0", status: "failed", message: `task "t" (x=a): exit code 1`},
	{name: "one that fails ends nothing", job: job(over("x", 1, ab, task("t")), task("u")), script: script{"0.0": {"1"}}, runs: "0.0 0.1", status: "failed"},
	{name: "but with fail_fast", job: job(quick(over("x", 1, ab, task("t")))), script: script{"0.0": {"1"}}, runs: "0.0", status: "failed"},
	{name: "fail_fast kills", job: job(quick(over("x", 2, ab, hooked(task("t"))))), script: script{"0.0": {"1"}, "0.1": {"hang"}},
		runs: "0.0 0.1 0.0.on_failure.0 0.0.ensure.0 0.1.on_abort.0 0.1.ensure.0", status: "failed"},
	{name: "of the inner one only", job: job(over("x", 0, ab, quick(over("y", 1, ab, task("t"))))), script: script{"0.0.0": {"1"}}, runs: "0.0.0 0.1.0 0.1.1", status: "failed"},
	{name: "retries are each value's own", job: job(over("x", 0, ab, retry(task("t"), 2))), script: script{"0.0": {"1"}}, runs: "0.0 0.0 0.1", status: "succeeded"},
	{name: "timeouts too", job: job(over("x", 0, ab, timeout(do(task("t")), time.Minute))), script: script{"0.0.0": {"hang"}}, runs: "0.0.0 0.1.0", status: "failed", message: `do (x=a): timed out after 1m0s`},
	{name: "a group", job: job(over("x", graph.AllAtOnce, ab, do(task("t"), put()))), runs: "0.0.0 0.1.0 0.0.1 0.1.1 0.0.1.get 0.1.1.get", status: "succeeded"},
	{name: "around a group that is retried", job: job(over("x", 0, ab, retry(do(task("t")), 2))), script: script{"0.0.0": {"1"}}, runs: "0.0.0 0.0.attempt2.0 0.1.0", status: "succeeded"},
	{name: "inside of a group that is retried", job: job(retry(do(over("x", 0, ab, task("t"))), 2)), script: script{"0.0.1": {"1"}}, runs: "0.0.0 0.0.1 0.attempt2.0.0 0.attempt2.0.1", status: "succeeded"},
	{name: "all left out", job: job(over("x", 0, ab, when("false", hooked(task("t")))), task("u")), runs: "1", status: "succeeded"},
	{name: "an abort", job: job(over("x", 1, ab, hooked(task("t"))), task("u")), script: script{"0.0": {"hang"}}, abort: "0.0", runs: "0.0 0.0.on_abort.0 0.0.ensure.0", status: "aborted"},
	{name: "no list", job: job(graph.Step{Name: "t", Across: []graph.Across{{Var: "x", Values: graph.String("a")}}, Body: graph.Task{Image: "i"}}), status: "errored", message: "across.x: values: it is no list"},
	{name: "far too many", job: job(over("x", 0, make([]string, 100), over("y", 0, make([]string, 11), task("t")))), status: "errored", message: "across.y: 1100 combinations are more than 1024"},
}

func TestAcross(t *testing.T) {
	for _, p := range acrossPlays {
		t.Run(p.name, func(t *testing.T) {
			h := newHarness(t, p.job, p.script)
			h.abort = p.abort
			h.play()
			end := h.last.Commands[len(h.last.Commands)-1].(FinishBuild)
			if got := strings.Join(h.order, " "); got != p.runs || end.Status != p.status || !strings.HasPrefix(end.Message, p.message) {
				t.Errorf("runs %s, %s: %q\nwant %s, %s: %q", got, end.Status, end.Message, p.runs, p.status, p.message)
			}
		})
	}
}

// What is inside names the values, in its rows too.
func TestTheNamesOfValues(t *testing.T) {
	h := newHarness(t, job(task("first"), over("go", 2, []string{"1.25", "1.26"}, hooked(task("t")))), nil)
	var rows []string
	for h.state.Build.Status == state.BuildRunning {
		h.decide()
		for _, c := range h.last.Commands {
			if add, ok := c.(AddSteps); ok {
				for _, s := range add.Steps {
					rows = append(rows, fmt.Sprintf("%d %s %s", s.Ord, s.Path, s.Name))
				}
			}
		}
		h.endOne()
	}
	for _, want := range []string{"1 1.0 t (go=1.25)", "1 1.1 t (go=1.26)", "1 1.1.ensure.0 hook (go=1.26)"} {
		if !slices.Contains(rows, want) {
			t.Errorf("no row %q in\n%s", want, strings.Join(rows, "\n"))
		}
	}
}

// Values are what expressions inside see; what is made inside is seen there only,
// and before that of the same name outside.
func TestScopesOfAcross(t *testing.T) {
	of := graph.Deferred{Source: "${across.x}", Refs: []string{"across.x"}}
	maker := graph.Step{Name: "m", Body: graph.Task{Image: "i", Outputs: []string{"o"}, Env: graph.Map{"X": of}}}
	user := graph.Step{Name: "u", Body: graph.Task{Image: "i", Inputs: []string{"o"}}}
	h := newHarness(t, job(maker2(), over("x", 2, ab, do(maker, user)), user), nil)
	h.eval = func(d graph.Deferred, roots map[string]graph.Value) (graph.Value, error) {
		return roots["across"].(graph.Map)["x"], nil
	}
	h.play()
	made := func(path string) string { return RunID(h.state.Build.ID, path, 1) + "-o" }
	for path, want := range map[string]string{"1.0.1": made("1.0.0"), "1.1.1": made("1.1.0"), "2": made("0")} {
		if got := h.tasks[path].Mounts[0].Volume; got != want {
			t.Errorf("%s has %s, want %s", path, got, want)
		}
	}
	if got := h.tasks["1.1.0"].Env; !slices.Equal(got, []string{"X=b"}) {
		t.Errorf("the environment of the second: %v", got)
	}
}

func maker2() graph.Step {
	return graph.Step{Name: "m0", Body: graph.Task{Image: "i", Outputs: []string{"o"}}}
}

// However many values there are, no more run at once than may, and each runs once.
func TestNoMoreThanMaxInFlight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs, ys := make([]string, rapid.IntRange(0, 6).Draw(t, "xs")), make([]string, rapid.IntRange(0, 4).Draw(t, "ys"))
		most, inner := rapid.Int64Range(1, 4).Draw(t, "x at once"), rapid.Int64Range(1, 3).Draw(t, "y at once")
		h := newHarness(t, job(over("x", most, xs, over("y", inner, ys, task("t")))), nil)
		for h.state.Build.Status == state.BuildRunning {
			h.decide()
			open := int64(0)
			for _, runs := range h.state.Runs {
				if !runs[len(runs)-1].Status.Terminal() {
					open++
				}
			}
			if open > most*inner {
				t.Fatalf("%d run at once, of %d times %d", open, most, inner)
			}
			h.endOne()
		}
		if len(h.order) != len(xs)*len(ys) || h.state.Build.Status != state.BuildSucceeded {
			t.Fatalf("%d runs of %d, %s", len(h.order), len(xs)*len(ys), h.state.Build.Status)
		}
	})
}
