package build

import (
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// whenFalse is the message of a step that its condition left out. It tells such a
// step from one that was skipped because what is around it was cancelled.
const whenFalse = "when is false"

// leftOut says that a step's condition left it out: what is around it goes on as
// if it had succeeded.
func (d *decider) leftOut(path string) bool {
	row := d.row(path)
	return row.Status == state.StepSkipped && row.Message == whenFalse
}

// when decides about the condition of a step that is not begun; go on with the
// step where it is not done. A step that is left out runs no hooks; one whose
// condition cannot be computed errors like any other, hooks included.
func (d *decider) when(s graph.Step, path string, c cancel) (o outcome, left bool) {
	if d.leftOut(path) {
		return ended(state.StepSucceeded, ""), true
	}
	if s.When == nil || c != keepOn || d.row(path).Status != state.StepWaiting || d.begun(path) {
		return goesOn, false
	}
	yes, err := d.holds(s.When, path)
	switch {
	case err != nil:
		return d.finish(path, ended(state.StepErrored, "its when: "+err.Error())), false
	case yes:
		return goesOn, false
	}
	d.emit(FinishStep{path, state.StepSkipped, whenFalse, ""})
	d.skipUnder(path)
	return ended(state.StepSucceeded, ""), true
}

func (d *decider) holds(when graph.Value, path string) (bool, error) {
	v, err := d.resolver(path).Value(when)
	if err != nil {
		return false, err
	}
	switch v {
	case graph.Bool(true), graph.String("true"):
		return true, nil
	case graph.Bool(false), graph.String("false"):
		return false, nil
	}
	return false, fmt.Errorf("it is neither true nor false")
}
