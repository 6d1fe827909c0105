package build

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

func ask(s ...string) graph.Step {
	return graph.Step{Name: "ok", Body: graph.Approval{Message: graph.String("Ship?"), Approvers: s}}
}

// What people answer, or do not, and what becomes of the build.
func TestApprovals(t *testing.T) {
	tests := map[string]struct {
		step   graph.Step
		answer *state.ApprovalAnswer
		later  time.Duration
		abort  bool
		runs   string
		status state.BuildStatus
		says   string // of the step
	}{
		"approved":             {step: hooked(ask()), answer: &state.ApprovalAnswer{Approved: true, By: "ann", Comment: "go"}, runs: "0.on_success.0 0.ensure.0 1", status: "succeeded", says: "approved by ann: go"},
		"rejected":             {step: hooked(ask()), answer: &state.ApprovalAnswer{By: "bob"}, runs: "0.on_failure.0 0.ensure.0", status: "failed", says: "rejected by bob"},
		"a rejection is final": {step: retry(ask(), 5), answer: &state.ApprovalAnswer{By: "bob"}, status: "failed", says: "rejected by bob"},
		"nobody answers":       {step: hooked(timeout(ask(), time.Hour)), later: time.Hour, runs: "0.on_failure.0 0.ensure.0", status: "failed", says: "nobody answered within 1h0m0s"},
		"an answer in the last moment": {step: timeout(ask(), time.Hour), later: time.Hour, answer: &state.ApprovalAnswer{Approved: true, By: "ann"},
			runs: "1", status: "succeeded", says: "approved by ann"},
		"aborted": {step: hooked(ask()), abort: true, runs: "0.on_abort.0 0.ensure.0", status: "aborted", says: "aborted"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, job(tt.step, task("after")), nil)
			h.decide()
			if row := h.state.Steps["0"]; row.Status != state.StepBlocked || row.Message != "Ship?" || len(h.order) > 0 {
				t.Fatalf("it asks: %+v, runs %v", row, h.order)
			}
			if w := h.last.Waits[0]; w.Path != "0" || w.Reason != WaitApproval || w.Message != "waits for a member of the team to approve or reject it" {
				t.Errorf("waits: %+v", w)
			}
			h.now = h.now.Add(tt.later)
			if tt.answer != nil {
				h.state.Answers = map[string]state.ApprovalAnswer{"0": *tt.answer}
			}
			if tt.abort {
				h.state.Build.AbortRequestedBy = "ann"
			}
			h.play()
			if got := strings.Join(h.order, " "); got != tt.runs || h.state.Build.Status != tt.status || h.state.Steps["0"].Message != tt.says {
				t.Errorf("runs %q, %s, %q", got, h.state.Build.Status, h.state.Steps["0"].Message)
			}
		})
	}
}

// One that nobody has to answer in time does not have the build looked at for ever.
func TestAnApprovalWakesOnlyForItsDeadline(t *testing.T) {
	for limit, want := range map[time.Duration]time.Time{0: {}, time.Hour: start.Add(time.Hour)} {
		h := newHarness(t, job(timeout(ask("role:owner", "user:ann"), limit)), nil)
		h.decide()
		if !h.last.Wake.Equal(want) || !strings.Contains(h.last.Waits[0].Message, "role:owner or user:ann") {
			t.Errorf("with a timeout of %v: %+v", limit, h.last)
		}
	}
}

func TestAQuestionThatCannotBeComputed(t *testing.T) {
	s := ask()
	s.Body = graph.Approval{Message: graph.Deferred{Source: "${version.x.y}"}}
	h := newHarness(t, job(s), nil)
	h.eval = func(graph.Deferred, map[string]graph.Value) (graph.Value, error) {
		return nil, errors.New("no such get")
	}
	h.play()
	if end := h.last.Commands[len(h.last.Commands)-1].(FinishBuild); end.Status != state.BuildErrored || !strings.Contains(end.Message, "message: no such get") {
		t.Errorf("%+v", end)
	}
}
