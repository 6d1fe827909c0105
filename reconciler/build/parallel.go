package build

import (
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// parallel runs steps at once, up to a limit. With fail_fast the first that does
// not succeed cancels the others.
func (d *decider) parallel(b graph.Parallel, prefix string, c cancel) outcome {
	outs := make([]outcome, len(b.Steps))
	inner := c
	for _, only := range []func(Step) bool{coreEnded, anyRow, anyRow} { // known failures cancel before others go on
		d.lookAtBegun(b, prefix, inner, outs, only)
		if inner == keepOn && b.FailFast && anyBad(outs) {
			inner = bySibling
		}
	}
	if d.beginRest(b, prefix, inner, outs) {
		d.lookAtBegun(b, prefix, bySibling, outs, anyRow)
		d.beginRest(b, prefix, bySibling, outs)
	}
	return joined(outs, c)
}

// beginRest begins what may begin. It stops and says so where one failed at once and
// the others are to be cancelled.
func (d *decider) beginRest(b graph.Parallel, prefix string, c cancel, outs []outcome) (failedFast bool) {
	open := d.countOpen(b, prefix, outs)
	for i, s := range b.Steps {
		path := child(prefix, i)
		if outs[i].done || d.begun(path) {
			continue
		}
		outs[i] = d.beginOne(s, path, b.Limit, open, c)
		if !outs[i].done && d.begun(path) {
			open++
		}
		if b.FailFast && c == keepOn && anyBad(outs[i:i+1]) {
			return true
		}
	}
	return false
}

func coreEnded(row Step) bool { return row.Status.Terminal() }
func anyRow(Step) bool        { return true }

// lookAtBegun decides about the steps that have been started and not ended yet.
func (d *decider) lookAtBegun(b graph.Parallel, prefix string, c cancel, outs []outcome, only func(Step) bool) {
	for i, s := range b.Steps {
		if path := child(prefix, i); d.begun(path) && !outs[i].done && only(d.row(path)) {
			outs[i] = d.step(s, path, c)
		}
	}
}

func (d *decider) countOpen(b graph.Parallel, prefix string, outs []outcome) int {
	n := 0
	for i := range b.Steps {
		if d.begun(child(prefix, i)) && !outs[i].done {
			n++
		}
	}
	return n
}

func (d *decider) beginOne(s graph.Step, path string, limit int64, open int, c cancel) outcome {
	if d.leftOut(path) {
		return d.step(s, path, c)
	}
	if c != keepOn {
		d.skipUnder(path)
		return ended(state.StepAborted, string(c))
	}
	if limit > 0 && int64(open) >= limit {
		d.wait(path, WaitLimit, fmt.Sprintf("%d steps of its parallel are running, which is its limit", open))
		return goesOn
	}
	return d.step(s, path, c)
}

func anyBad(outs []outcome) bool {
	for _, o := range outs {
		if o.done && !o.succeeded() {
			return true
		}
	}
	return false
}

// joined is the worst of the outcomes: aborted where everything is, then errored,
// then failed. A step that only a sibling's failure cancelled does not count.
func joined(outs []outcome, c cancel) outcome {
	worst := map[state.StepStatus]outcome{}
	for _, o := range outs {
		if !o.done {
			return goesOn
		}
		if _, there := worst[o.status]; !there {
			worst[o.status] = o
		}
	}
	order := []state.StepStatus{state.StepErrored, state.StepFailed, state.StepAborted}
	if c != keepOn {
		order = []state.StepStatus{state.StepAborted, state.StepErrored, state.StepFailed}
	}
	for _, st := range order {
		if o, there := worst[st]; there {
			return o
		}
	}
	return ended(state.StepSucceeded, "")
}
