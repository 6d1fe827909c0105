package build

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// Decide says what comes next. It is silent on a build that has ended.
func Decide(s State, o Options) Decision {
	d := &decider{State: s.Clone(), Options: o, bound: map[string]binding{}}
	switch {
	case s.Build.Status.Terminal():
	case s.Build.Status == state.BuildPending:
		d.pending()
	case s.Build.AbortForcedBy != "":
		d.forced()
	default:
		d.running()
	}
	return d.out
}

// decider is one Decide: the state as it will be once what was said so far is done.
type decider struct {
	State
	Options
	out   Decision
	bound map[string]binding // by the path of one value of an across
}

// cancel is why steps are to end early; "" is not at all.
type cancel string

const (
	keepOn    cancel = ""
	byAbort   cancel = "aborted"
	byTimeout cancel = "timed out"
	bySibling cancel = "a step beside it failed"
)

// outcome is how far a step is.
type outcome struct {
	done    bool
	status  state.StepStatus
	message string
	kind    fault
	blame   state.Fault
}

// fault is the finer kind of a failure, which retries tell apart.
type fault string

const (
	faultTimeout fault = "timeout"
	faultLost    fault = "lost"
	faultUnsure  fault = "unsure" // it was lost, and may have taken effect
)

var goesOn = outcome{}

// ended is an outcome; what went wrong is the user's unless something else is known.
func ended(status state.StepStatus, message string) outcome {
	o := outcome{done: true, status: status, message: message}
	if status == state.StepFailed || status == state.StepErrored {
		o.blame = state.FaultUser
	}
	return o
}

func (o outcome) by(f state.Fault) outcome {
	o.blame = f
	return o
}

func (o outcome) succeeded() bool { return o.done && o.status == state.StepSucceeded }

func (d *decider) pending() {
	if d.Build.AbortRequestedBy == "" {
		d.wait("", WaitPending, "the job's scheduler has not started it yet")
		return
	}
	d.emit(FinishBuild{state.BuildAborted, d.abortMessage(), ""})
}

func (d *decider) running() {
	c := keepOn
	if d.Build.AbortRequestedBy != "" {
		c = byAbort
	}
	o := d.do(d.Job.Steps, "", c)
	if o.done {
		o = d.hooks(d.Job.Hooks, "", c, o)
	}
	if !o.done {
		return
	}
	d.skipWhere(func(string) bool { return true })
	if o.status == state.StepAborted && c == byAbort {
		o.message = d.abortMessage()
	}
	d.emit(FinishBuild{state.BuildStatus(o.status), o.message, o.blame})
}

func (d *decider) abortMessage() string { return "aborted by " + d.Build.AbortRequestedBy }

// step decides about a step with its hooks.
func (d *decider) step(s graph.Step, path string, c cancel) outcome {
	if len(s.Across) > 0 {
		return d.across(s, path, c)
	}
	o, left := d.when(s, path, c)
	if left {
		return o
	}
	if !o.done {
		o = d.core(s, path, c)
	}
	if !o.done {
		return o
	}
	if o.message != "" {
		o.message = fmt.Sprintf("%s: %s", title(s)+inBrackets(d.bindingAt(path).label), o.message)
	}
	return d.hooks(s.Hooks, path+".", c, o)
}

// core decides about a step without its hooks.
func (d *decider) core(s graph.Step, path string, c cancel) outcome {
	switch body := s.Body.(type) {
	case graph.Put:
		o := d.leaf(s, path, c)
		if !o.succeeded() || body.NoGet {
			return o
		}
		return d.getAfterPut(s, path, c)
	case graph.Approval:
		return d.approval(s, body, path, c)
	case graph.Task:
		if body.File != nil {
			return d.fileTask(s, path, c)
		}
		return d.leaf(s, path, c)
	case graph.SetPipeline:
		return d.setPipeline(s, path, c)
	case graph.Get, graph.Load:
		return d.leaf(s, path, c)
	}
	return d.composite(s, path, c)
}

// getAfterPut fetches what a put made.
func (d *decider) getAfterPut(s graph.Step, path string, c cancel) outcome {
	if c != keepOn && !d.begun(path+getSuffix) {
		d.skipUnder(path + getSuffix)
		return ended(state.StepAborted, string(c))
	}
	return d.leaf(s, path+getSuffix, c)
}

// begun says that a step has been started, or its file is being read.
func (d *decider) begun(path string) bool {
	st := d.row(path).Status
	return st != state.StepWaiting && st != state.StepSkipped || st == state.StepWaiting && !isFile(path) && d.begun(path+fileSuffix)
}

func (d *decider) row(path string) Step {
	if r, ok := d.Steps[path]; ok {
		return r
	}
	return waitingStep()
}

// emit says a command and does it to the decider's own state. A command that the
// store would refuse is a bug here, and shows in every test.
func (d *decider) emit(c Command) {
	if err := Apply(&d.State, c, d.Now); err != nil {
		panic(fmt.Sprintf("build %s: %#v: %v", d.Build.ID, c, err))
	}
	d.out.Commands = append(d.out.Commands, c)
}

// wait says what waits; of several reasons for one path the last holds.
func (d *decider) wait(path string, r Reason, message string) {
	d.out.Waits = slices.DeleteFunc(d.out.Waits, func(w Wait) bool { return w.Path == path })
	d.out.Waits = append(d.out.Waits, Wait{path, r, message})
}

func (d *decider) wake(at time.Time) {
	if d.out.Wake.IsZero() || at.Before(d.out.Wake) {
		d.out.Wake = at
	}
}

// skipUnder skips what waits at a path and inside it.
func (d *decider) skipUnder(path string) {
	d.skipWhere(func(p string) bool { return p == path || strings.HasPrefix(p, path+".") })
}

func (d *decider) skipWhere(match func(string) bool) {
	var paths []string
	for _, p := range slices.SortedFunc(maps.Keys(d.Steps), cmp.Compare) {
		if match(p) && !d.Steps[p].Status.Terminal() {
			paths = append(paths, p)
		}
	}
	if len(paths) > 0 {
		d.emit(SkipSteps{paths})
	}
}

func inBrackets(label string) string {
	if label == "" {
		return ""
	}
	return " (" + label + ")"
}

// title is what people call a step.
func title(s graph.Step) string {
	if s.Name == "" {
		return string(s.Body.StepKind())
	}
	return fmt.Sprintf("%s %q", s.Body.StepKind(), s.Name)
}
