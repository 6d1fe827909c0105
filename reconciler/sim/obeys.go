package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/state"
)

// What a commit must not do, whatever it is that decided it. What changed after the
// decision had looked is no fault of it.

// obeysRules: what starts is not paused, and takes what people let it have. What a
// person has done again is as it was.
func (db *DB) obeysRules(b *buildRows, s state.BuildStart) (broken []error) {
	if b.cause == "rerun" || b.cause == "resume" {
		if !slices.EqualFunc(b.inputs, s.Inputs, func(x, y state.BuildInput) bool { return x.Name == y.Name && x.VersionID == y.VersionID }) {
			broken = append(broken, fmt.Errorf("%s #%d: a %s has other inputs than #%d", b.row.Job, b.row.Number, b.cause, b.of.row.Number))
		}
		return broken
	}
	looked := db.looked[b.row.JobID]
	for _, in := range s.Inputs {
		v := db.version(in.VersionID)
		if at, disabled := db.rules.disabled[in.ResourceID][in.VersionID]; disabled && at < looked {
			broken = append(broken, fmt.Errorf("%s #%d: starts with %s %v, which is disabled", b.row.Job, b.row.Number, in.Name, v.version))
		}
		if at, pinned := db.rules.pinned[in.ResourceID]; pinned && at < looked && !contains(v.version, db.rules.pins[in.ResourceID]) {
			broken = append(broken, fmt.Errorf("%s #%d: starts with %s %v, which is not what it is pinned to", b.row.Job, b.row.Number, in.Name, v.version))
		}
	}
	if at := db.rules.archivedAt; at > 0 && at < looked {
		broken = append(broken, fmt.Errorf("%s #%d: starts, and its pipeline is archived", b.row.Job, b.row.Number))
	}
	for _, at := range []int64{db.jobs[b.row.JobID].pausedAt, db.rules.pausedAt} {
		if at > 0 && at < looked {
			broken = append(broken, fmt.Errorf("%s #%d: starts, and is paused", b.row.Job, b.row.Number))
		}
	}
	return broken
}

// obeysAbort: of a build that is to end nothing begins but what cleans up, and what
// goes on is told to end.
func (db *DB) obeysAbort(b *buildRows, snap state.BuildSnapshot, ch state.BuildChange) (broken []error) {
	if b.abortedAt == 0 || b.abortedAt >= b.looked {
		return nil
	}
	for _, r := range ch.Runs {
		if !inHook(r.Path) {
			broken = append(broken, fmt.Errorf("%s #%d: was aborted, and a run of %s begins", b.row.Job, b.row.Number, r.Path))
		}
	}
	for _, was := range snap.Runs {
		if r := db.run(was.ID); !inHook(was.Path) && !r.row.Status.Terminal() && !r.row.KillRequested {
			broken = append(broken, fmt.Errorf("%s #%d: was aborted, and the run of %s is not told to end", b.row.Job, b.row.Number, was.Path))
		}
	}
	return broken
}

func inHook(path string) bool {
	return slices.ContainsFunc(strings.Split(path, "."), func(part string) bool {
		return strings.HasPrefix(part, "on_") || part == "ensure"
	})
}
