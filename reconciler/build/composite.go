package build

import (
	"fmt"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// composite decides about a do, parallel or try: its row, its timeout, its
// attempts, and through them its steps.
func (d *decider) composite(s graph.Step, path string, c cancel) outcome {
	row := d.row(path)
	switch {
	case row.Status.Terminal():
		return known(row)
	case row.Status == state.StepReady && c != keepOn:
		return d.finish(path, ended(state.StepAborted, string(c)))
	case row.Status == state.StepReady && d.Now.Before(row.RetryAt):
		return d.waitRetry(path, row)
	case row.Status != state.StepRunning:
		d.begin(s, path, row.Attempt+1)
	}
	return d.attempt(s, path, c)
}

func (d *decider) begin(s graph.Step, path string, attempt int) {
	if attempt > 1 {
		d.emit(AddSteps{d.attemptSeeds(s, path, attempt)})
	}
	d.emit(StartStep{path, attempt})
}

// attempt decides about the running attempt.
func (d *decider) attempt(s graph.Step, path string, c cancel) outcome {
	row := d.row(path)
	inner, deadline := c, row.StartedAt.Add(millis(s.Timeout))
	if s.Timeout > 0 && c == keepOn {
		if d.Now.Before(deadline) {
			d.wakeUnlessDone(path, deadline)
		} else {
			inner = byTimeout
		}
	}
	o := d.inside(s.Body, attemptPrefix(path, row.Attempt), inner)
	if !o.done {
		return goesOn
	}
	if o.status == state.StepAborted && c == keepOn && inner == byTimeout {
		o = outcome{true, state.StepFailed, timedOut(s.Timeout), faultTimeout, state.FaultUser}
	}
	return d.settle(s, path, row.Attempt, c, o)
}

// wakeUnlessDone is a wake-up for a deadline. One too many does no harm.
func (d *decider) wakeUnlessDone(path string, at time.Time) {
	if !d.row(path).Status.Terminal() {
		d.wake(at)
	}
}

func (d *decider) inside(b graph.Body, prefix string, c cancel) outcome {
	switch b := b.(type) {
	case graph.Parallel:
		return d.parallel(b, prefix, c)
	case graph.Try:
		return forgive(d.do(b.Steps, prefix, c))
	case graph.Do:
		return d.do(b.Steps, prefix, c)
	}
	return ended(state.StepErrored, fmt.Sprintf("%T is no step that this server knows", b)).by(state.FaultSystem)
}

// forgive turns failures into success; an abort stays one.
func forgive(o outcome) outcome {
	if o.done && (o.status == state.StepFailed || o.status == state.StepErrored) {
		return ended(state.StepSucceeded, "")
	}
	return o
}

// do runs steps in order, up to the first that does not succeed.
func (d *decider) do(steps []graph.Step, prefix string, c cancel) outcome {
	for i, s := range steps {
		path := child(prefix, i)
		if c != keepOn && !d.begun(path) && !d.leftOut(path) {
			d.skipRest(steps[i:], prefix, i)
			return ended(state.StepAborted, string(c))
		}
		o := d.step(s, path, c)
		if !o.done {
			d.waitRest(steps, prefix, i)
			return goesOn
		}
		if !o.succeeded() {
			d.skipRest(steps[i+1:], prefix, i+1)
			return o
		}
	}
	return ended(state.StepSucceeded, "")
}

func (d *decider) skipRest(rest []graph.Step, prefix string, from int) {
	for i := range rest {
		d.skipUnder(child(prefix, from+i))
	}
}

func (d *decider) waitRest(steps []graph.Step, prefix string, running int) {
	for i := running + 1; i < len(steps); i++ {
		d.wait(child(prefix, i), WaitStep, "waits for "+title(steps[running]))
	}
}

func millis(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

func timedOut(ms int64) string { return fmt.Sprintf("timed out after %v", millis(ms)) }
