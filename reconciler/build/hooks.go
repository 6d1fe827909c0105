package build

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// hooks decides about the hooks of a step, or of the job, whose own result is o.
// They nest: each looks at the result of what is inside it.
func (d *decider) hooks(h graph.Hooks, prefix string, c cancel, o outcome) outcome {
	for _, hook := range hookLists(h) {
		if len(hook.steps) == 0 || !applies(hook.name, o.status) {
			d.skipRest(hook.steps, prefix+hook.name+".", 0)
			continue
		}
		r := d.do(hook.steps, prefix+hook.name+".", reach(hook.name, c))
		if !r.done {
			return goesOn
		}
		o = afterHook(hook.name, o, r)
	}
	return o
}

// applies says that a hook is for a result.
func applies(hook string, s state.StepStatus) bool {
	switch hook {
	case "on_success":
		return s == state.StepSucceeded
	case "on_failure":
		return s == state.StepFailed
	case "on_abort":
		return s == state.StepAborted
	case "on_error":
		return s == state.StepErrored
	}
	return true
}

// reach is what a cancel means to a hook: those that clean up run on.
func reach(hook string, c cancel) cancel {
	if hook == "on_abort" || hook == "ensure" {
		return keepOn
	}
	return c
}

// afterHook is the result of a step and one hook around it.
func afterHook(hook string, o, r outcome) outcome {
	switch hook {
	case "on_success":
		return r
	case "on_failure":
		if r.status == state.StepErrored || r.status == state.StepAborted {
			return r
		}
		return o
	case "ensure":
		if o.status == state.StepSucceeded || o.status == state.StepFailed && r.status == state.StepErrored {
			return r
		}
	}
	return o
}
