package build

import (
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

type script = map[string][]string

// How builds go: the tree, how runs end (all others with 0), then the order in
// which runs are made, how the build ends, and what it says.
var plays = []struct {
	name    string
	job     graph.Job
	script  script
	abort   string
	runs    string
	status  state.BuildStatus
	message string
}{
	{name: "a job without steps succeeds", status: "succeeded"},
	{name: "in order", job: job(task("a"), task("b")), runs: "0 1", status: "succeeded"},
	{name: "do stops at the first failure", job: job(task("a"), task("b"), task("c")), script: script{"1": {"3"}}, runs: "0 1", status: "failed", message: `task "b": exit code 3`},
	{name: "no exit code is an error", job: job(task("a"), task("b")), script: script{"0": {"noimage"}}, runs: "0", status: "errored", message: `task "a": no such image`},
	{name: "a timeout is a failure", job: job(timeout(task("a"), time.Minute)), script: script{"0": {"timeout"}}, runs: "0", status: "failed", message: `task "a": timed out after 1m0s`},

	{name: "parallel goes on", job: job(par(task("a"), task("b"), task("c")), task("d")), script: script{"0.0": {"1"}}, runs: "0.0 0.1 0.2", status: "failed", message: `parallel: task "a": exit code 1`},
	{name: "an error is worse than a failure", job: job(par(task("a"), task("b"))), script: script{"0.0": {"1"}, "0.1": {"noimage"}}, runs: "0.0 0.1", status: "errored"},
	{name: "the limit of a parallel", job: job(limited(1, task("a"), task("b")), task("c")), runs: "0.0 0.1 1", status: "succeeded"},
	{name: "fail_fast kills", job: job(failFast(task("a"), hooked(task("b")))), script: script{"0.0": {"1"}, "0.1": {"hang"}}, runs: "0.0 0.1 0.1.on_abort.0 0.1.ensure.0", status: "failed", message: `parallel: task "a": exit code 1`},
	{name: "fail_fast does not begin the others", job: job(with(limited(1, task("a"), task("b")), func(s *graph.Step) {
		s.Body = graph.Parallel{Steps: []graph.Step{task("a"), task("b")}, Limit: 1, FailFast: true}
	})), script: script{"0.0": {"1"}}, runs: "0.0", status: "failed"},

	{name: "try forgives a failure", job: job(try(task("a"), task("b")), task("c")), script: script{"0.0": {"1"}}, runs: "0.0 1", status: "succeeded"},
	{name: "try forgives an error", job: job(try(task("a"))), script: script{"0.0": {"noimage"}}, runs: "0.0", status: "succeeded"},
	{name: "try does not forgive an abort", job: job(try(task("a")), task("b")), script: script{"0.0": {"hang"}}, abort: "0.0", runs: "0.0", status: "aborted", message: "aborted by ann"},

	{name: "hooks of a success", job: job(hooked(task("a"))), runs: "0 0.on_success.0 0.ensure.0", status: "succeeded"},
	{name: "hooks of a failure", job: job(hooked(task("a")), task("b")), script: script{"0": {"1"}}, runs: "0 0.on_failure.0 0.ensure.0", status: "failed"},
	{name: "hooks of an error", job: job(hooked(task("a")), task("b")), script: script{"0": {"noimage"}}, runs: "0 0.on_error.0 0.ensure.0", status: "errored"},
	{name: "hooks of an abort", job: job(hooked(task("a")), task("b")), script: script{"0": {"hang"}}, abort: "0", runs: "0 0.on_abort.0 0.ensure.0", status: "aborted"},
	{name: "on_success that fails is a failure, with its hook", job: job(hooked(task("a"))), script: script{"0.on_success.0": {"1"}}, runs: "0 0.on_success.0 0.on_failure.0 0.ensure.0", status: "failed"},
	{name: "ensure that fails is a failure", job: job(hooked(task("a")), task("b")), script: script{"0.ensure.0": {"1"}}, runs: "0 0.on_success.0 0.ensure.0", status: "failed"},
	{name: "on_failure that fails changes nothing", job: job(hooked(task("a"))), script: script{"0": {"1"}, "0.on_failure.0": {"2"}}, runs: "0 0.on_failure.0 0.ensure.0", status: "failed", message: `task "a": exit code 1`},
	{name: "on_failure that errs is an error", job: job(hooked(task("a"))), script: script{"0": {"1"}, "0.on_failure.0": {"noimage"}}, runs: "0 0.on_failure.0 0.on_error.0 0.ensure.0", status: "errored"},
	{name: "an abort ends a running on_failure", job: job(hooked(task("a"))), script: script{"0": {"1"}, "0.on_failure.0": {"hang"}}, abort: "0.on_failure.0", runs: "0 0.on_failure.0 0.on_abort.0 0.ensure.0", status: "aborted"},
	{name: "an abort leaves a running ensure alone", job: job(hooked(task("a")), task("b")), abort: "0.ensure.0", runs: "0 0.on_success.0 0.ensure.0", status: "aborted"},
	{name: "hooks of the job", job: graph.Job{Steps: []graph.Step{task("a")}, Hooks: allHooks()}, script: script{"0": {"1"}}, runs: "0 on_failure.0 ensure.0", status: "failed"},
	{name: "hooks of a do and of the job on abort", job: graph.Job{Steps: []graph.Step{hooked(do(task("a"), task("b")))}, Hooks: allHooks()}, script: script{"0.0": {"hang"}}, abort: "0.0", runs: "0.0 0.on_abort.0 0.ensure.0 on_abort.0 ensure.0", status: "aborted"},

	{name: "a step is left out, without its hooks", job: job(task("a"), when("false", hooked(task("b"))), task("c")), runs: "0 2", status: "succeeded"},
	{name: "a group is left out", job: job(when("false", do(task("a"), hooked(task("b")))), when("true", task("c"))), runs: "1", status: "succeeded"},
	{name: "a condition that is none", job: job(when("perhaps", hooked(task("a"))), task("b")), runs: "0.on_error.0 0.ensure.0", status: "errored", message: `task "a": its when: it is neither true nor false`},
	{name: "left out of a parallel", job: job(par(when("false", task("a")), task("b")), task("c")), script: script{"0.1": {"1"}}, runs: "0.1", status: "failed"},
	{name: "an abort behind a step that was left out", job: job(when("false", task("a")), hooked(task("b")), task("c")), script: script{"1": {"hang"}}, abort: "1", runs: "1 1.on_abort.0 1.ensure.0", status: "aborted"},
	{name: "an abort before a step with a condition", job: graph.Job{Steps: []graph.Step{task("a"), when("true", task("b"))}, Hooks: allHooks()}, abort: "0", runs: "0 on_abort.0 ensure.0", status: "aborted"},

	{name: "retry", job: job(retry(task("a"), 3), task("b")), script: script{"0": {"1", "noimage"}}, runs: "0 0 0 1", status: "succeeded"},
	{name: "retry ends", job: job(retry(hooked(task("a")), 2)), script: script{"0": {"1", "2"}}, runs: "0 0 0.on_failure.0 0.ensure.0", status: "failed", message: `task "a": exit code 2`},
	{name: "retry only on what it names", job: job(retry(task("a"), 3, "errored")), script: script{"0": {"1"}}, runs: "0", status: "failed"},
	{name: "retry on timeout only", job: job(retry(timeout(task("a"), time.Second), 3, "timeout")), script: script{"0": {"timeout", "1"}}, runs: "0 0", status: "failed", message: `task "a": exit code 1`},
	{name: "an abort is not retried", job: job(retry(task("a"), 3)), script: script{"0": {"hang"}}, abort: "0", runs: "0", status: "aborted"},
	{name: "retry of a do makes new steps", job: job(retry(do(task("a"), task("b")), 2)), script: script{"0.1": {"1"}}, runs: "0.0 0.1 0.attempt2.0 0.attempt2.1", status: "succeeded"},
	{name: "retry of a do ends", job: job(retry(do(task("a")), 2)), script: script{"0.0": {"1"}, "0.attempt2.0": {"2"}}, runs: "0.0 0.attempt2.0", status: "failed", message: `do: task "a": exit code 2`},

	{name: "a lost task is run again", job: job(task("a")), script: script{"0": {"lost", "lost", "lost"}}, runs: "0 0 0 0", status: "succeeded"},
	{name: "but not for ever", job: job(task("a")), script: script{"0": {"lost", "lost", "lost", "lost"}}, runs: "0 0 0 0", status: "errored", message: `task "a": lost with its worker, 4 times, the last time: worker w1 stopped answering`},
	{name: "a worker that cannot is not a worker that is gone", job: job(task("a")), script: script{"0": {"infra", "infra", "infra", "infra"}}, runs: "0 0 0 0", status: "errored", message: `task "a": its worker could not run it, 4 times, the last time: disk is full`},
	{name: "losses are no attempts", job: job(retry(task("a"), 2)), script: script{"0": {"lost", "1", "lost"}}, runs: "0 0 0 0", status: "succeeded"},
	{name: "a lost put is not run again", job: job(put()), script: script{"0": {"lost"}}, runs: "0", status: "errored", message: `put "out": ` + mayHaveHappened},
	{name: "unless its author says so", job: job(retry(put(), 2, "lost")), script: script{"0": {"lost"}}, runs: "0 0 0.get", status: "succeeded"},
	{name: "a put that never started is", job: job(put()), script: script{"0": {"infra"}}, runs: "0 0 0.get", status: "succeeded"},
	{name: "a lost get is", job: job(get()), script: script{"0": {"lost"}}, runs: "0 0", status: "succeeded"},

	{name: "a put fetches what it made", job: job(put(), task("b")), runs: "0 0.get 1", status: "succeeded"},
	{name: "but not with no_get", job: job(graph.Step{Name: "out", Body: graph.Put{Resource: "resource.mock.r", NoGet: true}}), runs: "0", status: "succeeded"},
	{name: "the get after a put fails", job: job(put()), script: script{"0.get": {"1"}}, runs: "0 0.get", status: "failed", message: `put "out": exit code 1`},
	{name: "an answer that is none", job: job(get()), script: script{"0": {"garbage"}}, runs: "0", status: "errored", message: `get "r": in answered hello`},
	{name: "an artifact nobody made", job: job(graph.Step{Name: "a", Body: graph.Task{Image: "i", Inputs: []string{"x"}}}), runs: "", status: "errored", message: `task "a": no step before it made artifact "x"`},

	{name: "timeout of a do", job: job(hooked(timeout(do(task("a"), task("b")), time.Minute))), script: script{"0.0": {"hang"}}, runs: "0.0 0.on_failure.0 0.ensure.0", status: "failed", message: "do: timed out after 1m0s"},
	{name: "abort before anything else", job: job(task("a"), task("b")), script: script{"0": {"hang"}}, abort: "0", runs: "0", status: "aborted", message: "aborted by ann"},
}

func TestPlays(t *testing.T) {
	for _, p := range plays {
		t.Run(p.name, func(t *testing.T) {
			h := newHarness(t, p.job, p.script)
			h.abort = p.abort
			h.play()
			if got := strings.Join(h.order, " "); got != p.runs {
				t.Errorf("runs %s, want %s", got, p.runs)
			}
			if h.state.Build.Status != p.status {
				t.Errorf("the build %s, want %s\n%s", h.state.Build.Status, p.status, h.rows())
			}
			end := h.last.Commands[len(h.last.Commands)-1].(FinishBuild)
			if !strings.HasPrefix(end.Message, p.message) || p.status == "succeeded" && end.Message != "" {
				t.Errorf("it says %q, want %q", end.Message, p.message)
			}
			for path, s := range h.state.Steps {
				if !s.Status.Terminal() {
					t.Errorf("step %s is %s after the end", path, s.Status)
				}
			}
		})
	}
}

func TestAPendingBuildWaitsOrIsAborted(t *testing.T) {
	s := State{Build: Build{Status: state.BuildPending}}
	if d := Decide(s, Options{}); len(d.Commands) != 0 || len(d.Waits) != 1 || d.Waits[0].Reason != WaitPending {
		t.Errorf("%+v", d)
	}
	s.Build.AbortRequestedBy = "ann"
	if d := Decide(s, Options{}); len(d.Commands) != 1 || d.Commands[0] != (FinishBuild{state.BuildAborted, "aborted by ann", ""}) {
		t.Errorf("%+v", d)
	}
}

func TestRetryWaitsWithBackoff(t *testing.T) {
	step := retry(task("a"), 3)
	step.Retry.Backoff = 1000
	h := newHarness(t, job(step), script{"0": {"1", "1"}})
	h.decide()
	for _, want := range []time.Duration{time.Second, 2 * time.Second} {
		h.endOne()
		h.decide()
		if row := h.state.Steps["0"]; row.Status != state.StepReady || !row.RetryAt.Equal(h.now.Add(want)) || !h.last.Wake.Equal(row.RetryAt) {
			t.Errorf("after a failure: %+v, wake %v, want in %v", row, h.last.Wake, want)
		}
		if w := h.last.Waits; len(w) != 1 || w[0].Reason != WaitRetry || !strings.Contains(w[0].Message, "exit code 1") {
			t.Errorf("waits: %+v", w)
		}
		h.now = h.last.Wake
		h.decide()
	}
	h.play()
}

func TestTheLimitOfAParallelIsAReason(t *testing.T) {
	h := newHarness(t, job(limited(1, task("a"), task("b"))), nil)
	h.decide()
	for _, w := range h.last.Waits {
		if w.Path == "0.1" && w.Reason == WaitLimit {
			return
		}
	}
	t.Errorf("waits: %+v", h.last.Waits)
}
