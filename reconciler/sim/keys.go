package sim

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/weirci/weir/state"
)

// What state/postgres/concurrency.go does.

func (db *DB) rivals(key string) []state.Rival {
	var out []state.Rival
	for _, b := range db.builds { // as they were made
		if key == "" || b.row.Status.Terminal() || db.spec(b.row.JobID).Concurrency.Key != key {
			continue
		}
		out = append(out, state.Rival{
			ID: b.row.ID, Pipeline: "demo", Job: b.row.Job, Number: b.row.Number, Running: b.row.Status == state.BuildRunning,
			Ready: b.held == "" || b.held == "Concurrency", Ending: b.row.AbortRequestedBy != "", Priority: db.spec(b.row.JobID).Priority,
		})
	}
	return out
}

// WaitingForKey implements reconciler.Jobs.
func (db *DB) WaitingForKey(_ context.Context, _, key string) ([]string, error) {
	var out []string
	for _, b := range db.builds {
		if b.row.Status == state.BuildPending && db.spec(b.row.JobID).Concurrency.Key == key {
			out = append(out, b.row.JobID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// mayStart refuses where there is no room for the key any more, or the clock has
// been seen by another.
func (db *DB) mayStart(ch state.JobChange) error {
	running := len(ch.Start)
	for _, r := range db.rivals(ch.Key) {
		if r.Running {
			running++
		}
	}
	if ch.Key != "" && len(ch.Start) > 0 && running > ch.Limit {
		return state.ErrConflict
	}
	if !ch.Seen.IsZero() && !db.jobs[ch.Job.ID].tick.Equal(ch.Job.LastTick) {
		return state.ErrConflict
	}
	return nil
}

// queueUp makes the builds that wait, and ends those that they take the place of.
func (db *DB) queueUp(ch state.JobChange) {
	if !ch.Seen.IsZero() {
		db.jobs[ch.Job.ID].tick = ch.Seen
	}
	for _, inputs := range ch.Queue {
		db.newBuild(ch.Job.ID, "version").inputs = inputs
	}
	for _, at := range ch.Ticks {
		db.newBuild(ch.Job.ID, "schedule").tick = at
	}
	for id := range ch.Aborted {
		b := db.build(id)
		if b.row.Status.Terminal() {
			continue
		}
		b.row.AbortRequestedBy = "concurrency key " + ch.Key
		if b.row.Status == state.BuildPending {
			b.row.Status, b.ended = state.BuildAborted, db.Now
		}
		db.enqueue(state.BuildKey(id), state.JobKey(b.row.JobID))
	}
	if ch.Others {
		waiting, _ := db.WaitingForKey(context.Background(), "", ch.Key)
		for _, id := range waiting {
			if id != ch.Job.ID {
				db.enqueue(state.JobKey(id))
			}
		}
	}
}

func (db *DB) hold(ch state.JobChange) {
	for _, c := range ch.Conditions {
		if id, ok := strings.CutPrefix(c.Subject, "build/"); ok {
			db.build(id).held = c.Reason
		}
	}
}

// ticksOf are the ticks of a job that have builds.
func (db *DB) ticksOf(job string) []time.Time {
	var out []time.Time
	for _, b := range db.builds {
		if b.row.JobID == job && !b.tick.IsZero() {
			out = append(out, b.tick)
		}
	}
	return out
}
