package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/weirci/weir/state"
)

// worldTag is one that a worker has, and that a step wants.
const worldTag = "gpu"

// worldTeam is whose the pipeline is.
const worldTeam = "main"

// others are workers that not every run may have.
func others(now time.Time) []*worker {
	return []*worker{
		{row: state.WorkerRow{ID: "worker-tagged", Name: "tagged", Status: state.WorkerRunning, Tags: []string{worldTag}, Capacity: 2, Heartbeat: now}},
		{row: state.WorkerRow{ID: "worker-theirs", Name: "theirs", TeamID: "other", Status: state.WorkerRunning, Capacity: 4, Heartbeat: now}},
	}
}

// refuse has a worker take no new runs, as its disk is full, or take them again.
func (h *History) refuse() {
	w := h.DB.workers[h.dice.IntN(len(h.DB.workers))]
	if w.row.Refuses == "" {
		w.row.Refuses, w.refusedAt = "its disk is full", h.DB.step
	} else {
		w.takesAgain()
		h.DB.enqueue(state.KeyPlace)
	}
	h.note("%s refuses: %q", w.row.Name, w.row.Refuses)
}

func (w *worker) takesAgain() { w.row.Refuses, w.refusedAt = "", 0 }

// mayHave is what speaks against a run being on a worker, whatever decided it; "":
// nothing does.
func (w *worker) mayHave(r *run) string {
	switch {
	case w.row.TeamID != "" && (r.build == nil || w.row.TeamID != worldTeam):
		return "is another team's"
	case len(w.row.Tags) > 0 && len(r.tags) == 0:
		return "is only for runs with its tags"
	case slices.ContainsFunc(r.tags, func(t string) bool { return !slices.Contains(w.row.Tags, t) }):
		return "does not have its tags"
	}
	return ""
}

// obeysWorkers: nobody is given what it refuses, but for what needs what it has. What
// it said after the decision had looked is no fault of that.
func (db *DB) obeysWorkers(ch state.PlaceChange) (broken []error) {
	for _, a := range ch.Assign {
		w, r := db.worker(a.Worker), db.run(a.Run)
		if w.refusedAt > 0 && w.refusedAt < db.placesLooked && r.needs != w.row.ID {
			broken = append(broken, fmt.Errorf("worker %s refuses new runs, and is given one of %s", w.row.Name, r.owner()))
		}
	}
	return broken
}
