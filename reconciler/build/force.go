package build

import (
	"cmp"
	"maps"
	"slices"

	"github.com/weirci/weir/state"
)

// forced ends a build at once: nobody waits for its workers, which may be dead, and no
// hook runs. What a put has done by then is not known.
func (d *decider) forced() {
	for _, path := range slices.SortedFunc(maps.Keys(d.Runs), cmp.Compare) {
		for _, r := range d.Runs[path] {
			if !r.Status.Terminal() {
				d.emit(AbandonRun{path, r.ID})
			}
		}
	}
	for _, path := range slices.SortedFunc(maps.Keys(d.Steps), cmp.Compare) {
		switch d.Steps[path].Status {
		case state.StepRunning, state.StepReady, state.StepBlocked:
			d.emit(FinishStep{path, state.StepAborted, "ended by force: what it has done is not known", ""})
		}
	}
	d.skipWhere(func(string) bool { return true })
	d.emit(FinishBuild{state.BuildAborted, d.abortMessage() + ", and by force by " + d.Build.AbortForcedBy + ": its hooks did not run to their end", ""})
}
