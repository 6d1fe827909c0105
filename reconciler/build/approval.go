package build

import (
	"fmt"
	"strings"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// approval decides about a step that asks people: it is blocked, without a run,
// until one answers, its time is over or it is cancelled. The rows of a retried
// group ask again.
func (d *decider) approval(s graph.Step, a graph.Approval, path string, c cancel) outcome {
	if row := d.row(path); row.Status.Terminal() {
		return known(row)
	}
	if d.succeededBefore(s, path) {
		return d.finish(path, ended(state.StepSucceeded, d.asBefore()))
	}
	if d.row(path).Status != state.StepBlocked {
		text, err := d.question(a, path)
		if err != nil {
			return d.finish(path, ended(state.StepErrored, "message: "+err.Error()))
		}
		d.emit(AskApproval{path, text, a.Approvers, deadline(s, d.Now)})
	}
	return d.blocked(s, a, path, c)
}

func (d *decider) blocked(s graph.Step, a graph.Approval, path string, c cancel) outcome {
	answer, answered := d.Answers[path]
	until := deadline(s, d.row(path).StartedAt)
	switch {
	case c != keepOn:
		return d.finish(path, ended(state.StepAborted, string(c)))
	case answered && answer.Approved:
		return d.finish(path, ended(state.StepSucceeded, "approved by "+said(answer)))
	case answered:
		return d.finish(path, ended(state.StepFailed, "rejected by "+said(answer)).by(state.FaultPolicy))
	case !until.IsZero() && !d.Now.Before(until):
		return d.finish(path, ended(state.StepFailed, fmt.Sprintf("nobody answered within %v", millis(s.Timeout))).by(state.FaultPolicy))
	}
	if !until.IsZero() {
		d.wake(until)
	}
	d.wait(path, WaitApproval, "waits for "+approvers(a.Approvers)+" to approve or reject it")
	return goesOn
}

// deadline is when a step that has begun at a time is over; zero: never.
func deadline(s graph.Step, begun time.Time) time.Time {
	if s.Timeout <= 0 {
		return time.Time{}
	}
	return begun.Add(millis(s.Timeout))
}

func (d *decider) question(a graph.Approval, path string) (string, error) {
	if a.Message == nil {
		return "", nil
	}
	v, err := d.openly(path).Value(a.Message)
	if err != nil {
		return "", err
	}
	text, _, err := protocol.EnvText(v)
	return text, err
}

func said(a state.ApprovalAnswer) string {
	if a.Comment == "" {
		return a.By
	}
	return a.By + ": " + a.Comment
}

// approvers says who may answer.
func approvers(list []string) string {
	if len(list) == 0 {
		return "a member of the team"
	}
	return strings.Join(list, " or ")
}
