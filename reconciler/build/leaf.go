package build

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// leaf decides about what has runs, a get, a put, a task, …: its row and its runs.
func (d *decider) leaf(s graph.Step, path string, c cancel) outcome {
	row := d.row(path)
	switch {
	case row.Status.Terminal():
		return known(row)
	case row.Status != state.StepRunning:
		return d.beginLeaf(s, path, c, row)
	}
	run := d.lastRun(path)
	if !run.Status.Terminal() {
		return d.waitRun(path, run, c)
	}
	return d.runEnded(s, path, c, run)
}

// known is what a terminal row says. A step is skipped in the middle of a tree only
// where the tree was cancelled.
func known(row Step) outcome {
	if row.Status == state.StepSkipped {
		return ended(state.StepAborted, "was not begun")
	}
	o := ended(row.Status, row.Message).by(row.Fault)
	if strings.HasSuffix(row.Message, mayHaveHappened) {
		o.kind = faultUnsure
	}
	return o
}

func (d *decider) beginLeaf(s graph.Step, path string, c cancel, row Step) outcome {
	if row.Status == state.StepReady && c != keepOn {
		return d.finish(path, ended(state.StepAborted, string(c)))
	}
	if row.Status == state.StepReady && d.Now.Before(row.RetryAt) {
		return d.waitRetry(path, row)
	}
	attempt := len(d.Runs[path]) + 1
	run, err := d.newRun(s, path, attempt)
	if err != nil {
		return d.finish(path, ended(state.StepErrored, err.Error()).by(blame(err)))
	}
	if o, ok := d.resumed(s, path, run.Task); ok {
		return o
	}
	if f, ok := d.fetched(s, path, run.Task); ok {
		d.emit(AddArtifact{Name: scoped(s.Name, d.scope(path)), Artifact: f.Artifact, Fetch: f.Key, Reused: true})
		return d.finish(path, ended(state.StepSucceeded, "was fetched before"))
	}
	if d.Before != nil && run.Worker == "" { // to where the rest of it is
		run.Worker = d.home()
	}
	d.pinImages(path, run.Task)
	d.emit(StartStep{path, attempt})
	d.emit(run)
	d.wait(path, WaitRun, "its run has just been made")
	return goesOn
}

// gone is an error that is not the user's: what a step needs was lost.
type gone struct{ text string }

func (g gone) Error() string { return g.text }

// blame says whose fault it is that a run cannot be made.
func blame(err error) state.Fault {
	if _, ours := errors.AsType[gone](err); ours {
		return state.FaultSystem
	}
	return state.FaultUser
}

func (d *decider) lastRun(path string) Run {
	runs := d.Runs[path]
	if len(runs) == 0 { // a running step has one; without, it can only be lost
		return Run{Status: state.RunLost, Message: "its run is not there"}
	}
	return runs[len(runs)-1]
}

func (d *decider) waitRun(path string, run Run, c cancel) outcome {
	if c != keepOn && !run.KillRequested {
		d.emit(KillRun{path, run.ID})
	}
	if c == keepOn {
		d.wait(path, WaitRun, fmt.Sprintf("its run is %s", run.Status))
	} else {
		d.wait(path, WaitEnd, fmt.Sprintf("is being ended (%s): its run has been asked to, and is killed if it does not in time", c))
	}
	return goesOn
}

func (d *decider) waitRetry(path string, row Step) outcome {
	d.wait(path, WaitRetry, fmt.Sprintf("is tried again at %s: %s", row.RetryAt.UTC().Format("15:04:05 MST"), row.Message))
	d.wake(row.RetryAt)
	return goesOn
}

// runEnded decides what the end of a run means to its step.
func (d *decider) runEnded(s graph.Step, path string, c cancel, run Run) outcome {
	w := d.workOf(s, path)
	o := d.verdict(s, run)
	if o.kind == faultLost && c == keepOn {
		return d.lost(s, path, c, w, run, o)
	}
	if o.succeeded() {
		o = d.keepAnswer(s, path, w, run)
	}
	settled := d.settle(s, path, d.tries(path), c, o)
	if settled.done && w.kind == graph.StepTask && run.ExitCode != nil {
		d.keepOutputs(w, path, run)
	}
	return settled
}

// verdict is what a run's end says by itself.
func (d *decider) verdict(s graph.Step, run Run) outcome {
	code, exited := exitCode(run)
	switch {
	case exited && code == 0:
		return ended(state.StepSucceeded, "")
	case run.KillRequested:
		return ended(state.StepAborted, "was ended")
	case run.Status == state.RunLost || run.Infra:
		return outcome{true, state.StepErrored, run.Message, faultLost, state.FaultSystem}
	case run.TimedOut:
		return outcome{true, state.StepFailed, timedOut(s.Timeout), faultTimeout, state.FaultUser}
	case exited:
		return ended(state.StepFailed, failed(code, run.Message))
	}
	return ended(state.StepErrored, orElse(run.Message, "ended without an exit code"))
}

// failed is an exit code with what else is known: out of memory, a service that died.
func failed(code int32, why string) string {
	if why == "" {
		return fmt.Sprintf("exit code %d", code)
	}
	return fmt.Sprintf("exit code %d: %s", code, why)
}

// exitCode is the program's, where it ended by itself and in time.
func exitCode(run Run) (int32, bool) {
	if run.ExitCode == nil || *run.ExitCode < 0 || run.TimedOut || run.Infra || run.Status != state.RunExited {
		return 0, false
	}
	return *run.ExitCode, true
}

// keepAnswer keeps what a get or put that succeeded said and made.
func (d *decider) keepAnswer(s graph.Step, path string, w work, run Run) outcome {
	switch w.kind {
	case graph.StepTask:
		return ended(state.StepSucceeded, "")
	case graph.StepLoad:
		if w.file != nil {
			return defined(run.Result)
		}
		return w.loaded(run.Result)
	}
	if w.kind == graph.StepSetPipeline {
		return d.set(run)
	}
	answer, err := w.answer(run.Result)
	if err != nil {
		return ended(state.StepErrored, err.Error())
	}
	d.emit(SaveVersion{w.name, string(w.resource), w.kind == graph.StepPut, answer})
	if w.kind == graph.StepGet {
		d.emit(AddArtifact{Name: scoped(w.name, d.scope(path)), Artifact: Artifact{run.ID, volume(run.ID, w.name), run.Worker}, Fetch: d.keepAs(s, path, run)})
	}
	return ended(state.StepSucceeded, "")
}

// keepOutputs names what a task made. A task that failed leaves its outputs too:
// its hooks may want them.
func (d *decider) keepOutputs(w work, path string, run Run) {
	for _, out := range w.task.Outputs {
		d.emit(AddArtifact{Name: scoped(mapped(w.task.OutputMapping, out), d.scope(path)), Artifact: Artifact{run.ID, volume(run.ID, out), run.Worker}})
	}
}

func (d *decider) finish(path string, o outcome) outcome {
	d.emit(FinishStep{path, o.status, o.message, o.blame})
	return o
}

// volume is the handle of what a run makes under a name.
func volume(runID, name string) string { return runID + "-" + name }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
