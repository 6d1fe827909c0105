package build

import (
	"fmt"
	"slices"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

const (
	defaultLosses   = 3
	lossBackoff     = 200 * time.Millisecond
	mostLossWait    = 30 * time.Second
	mostRetryWait   = time.Hour
	mayHaveHappened = "its worker was lost while it ran, and it may have taken effect: it is not run again by itself. " +
		"Look whether it did, then trigger a new build"
)

// settle ends a step, or lets it be tried again.
func (d *decider) settle(s graph.Step, path string, tries int, c cancel, o outcome) outcome {
	if c != keepOn || !wants(s.Retry, o) || int64(tries) >= s.Retry.Attempts {
		return d.finish(path, o)
	}
	at := d.Now
	if s.Retry.Backoff > 0 {
		most := mostRetryWait
		if s.Retry.MaxBackoff > 0 {
			most = millis(s.Retry.MaxBackoff)
		}
		at = at.Add(state.Backoff(millis(s.Retry.Backoff), most, tries, d.Jitter))
	}
	return d.again(s, path, c, at, fmt.Sprintf("attempt %d of %d: %s", tries, s.Retry.Attempts, o.message))
}

// again lets a step be tried again at a time, at once if that has come.
func (d *decider) again(s graph.Step, path string, c cancel, at time.Time, why string) outcome {
	d.emit(RetryStep{path, at, why})
	if d.Now.Before(at) {
		return d.waitRetry(path, d.row(path))
	}
	if len(children(s.Body)) > 0 {
		return d.composite(s, path, c)
	}
	return d.leaf(s, path, c)
}

// wants says that a policy is for a result.
func wants(r graph.Retry, o outcome) bool {
	on := r.On
	if len(on) == 0 {
		on = []string{"failed", "errored"}
	}
	switch o.status {
	case state.StepFailed:
		return slices.Contains(on, "failed") || o.kind == faultTimeout && slices.Contains(on, "timeout")
	case state.StepErrored:
		if o.kind == faultUnsure { // nor as a part of what is around it
			return slices.Contains(on, "lost")
		}
		return slices.Contains(on, "errored")
	}
	return false
}

// tries counts the runs of a path that were not lost.
func (d *decider) tries(path string) int {
	return len(d.Runs[path]) - d.losses(path)
}

func (d *decider) losses(path string) int {
	n := 0
	for _, r := range d.Runs[path] {
		if r.Status == state.RunLost || r.Infra {
			n++
		}
	}
	return n
}

// lost decides about a run whose worker is gone or at fault: it is run again, on
// another worker if there is one, unless it is a put that may have taken effect.
func (d *decider) lost(s graph.Step, path string, c cancel, w work, run Run, o outcome) outcome {
	asked := slices.Contains(s.Retry.On, "lost")
	if w.kind == graph.StepPut && !asked && (run.Started || run.Status == state.RunLost) {
		o.message, o.kind = mayHaveHappened, faultUnsure
		return d.finish(path, o)
	}
	most := d.Options.Losses
	if most == 0 {
		most = defaultLosses
	}
	if asked {
		most = max(most, int(s.Retry.Attempts))
	}
	n := d.losses(path)
	if n > most {
		o.message = fmt.Sprintf("%s, %d times, the last time: %s", loss(run), n, orElse(o.message, "the worker is gone"))
		return d.finish(path, o)
	}
	at := d.Now
	if n > 1 {
		at = at.Add(state.Backoff(lossBackoff, mostLossWait, n-1, d.Jitter))
	}
	return d.again(s, path, c, at, loss(run)+": "+orElse(o.message, "the worker is gone"))
}

// loss is what happened to a run that was lost: its worker went away, or said that
// it could not do it.
func loss(r Run) string {
	if r.Status == state.RunLost {
		return "lost with its worker"
	}
	return "its worker could not run it"
}
