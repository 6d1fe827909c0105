package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// Settle stops all faults and lets everything come to rest, also where a worker never
// comes back; then nothing may be left that goes on or that nobody will look at again.
func (h *History) Settle() error {
	h.calm = true
	h.DB.lift()
	var dead *worker
	for i, w := range h.DB.workers {
		if w.silent = i == 0 && h.chance(1, 3); w.silent {
			dead = w
			continue
		}
		h.wake(w)
	}
	for i := range 180 {
		if i == 60 && dead != nil {
			if err := h.mourned(dead); err != nil {
				return err
			}
			h.wake(dead)
		}
		if err := h.drain(); err != nil {
			return err
		}
		if h.atRest() && (dead == nil || !dead.silent) {
			return h.settled()
		}
		h.DB.Now = h.DB.Now.Add(5 * time.Second)
		h.beat()
		h.approve()
		if _, err := h.DB.Sweep(context.Background()); err != nil {
			return err
		}
	}
	return fmt.Errorf("it does not come to rest: %s", h.goingOn())
}

func (h *History) wake(w *worker) {
	w.silent, w.row.Status, w.row.Heartbeat = false, state.WorkerRunning, h.DB.Now
	w.takesAgain()
	h.DB.enqueue(state.KeyPlace)
}

// mourned: of a worker that has been away for minutes nobody waits for anything.
func (h *History) mourned(dead *worker) error {
	for _, r := range h.DB.runs {
		if r.row.Worker == dead.row.ID && !r.row.Status.Terminal() {
			return fmt.Errorf("worker %s is gone for long, and its run of %s %s is %s", dead.row.Name, r.owner(), r.row.Path, r.row.Status)
		}
	}
	return nil
}

// settled: all that could be done was done, and another look at everything finds nothing
// more.
func (h *History) settled() error {
	builds, runs := len(h.DB.builds), len(h.DB.runs)
	h.DB.enqueueJobs()
	if err := h.drain(); err != nil {
		return err
	}
	if len(h.DB.builds) != builds || len(h.DB.runs) != runs {
		b := h.DB.builds[len(h.DB.builds)-1]
		return fmt.Errorf("nobody looked at what there was to do: %s comes only when all is looked at again", b)
	}
	if err := h.everyTick(); err != nil {
		return err
	}
	return h.complete()
}

// drain lets servers and workers do what there is to do now.
func (h *History) drain() error {
	for range 3000 {
		h.DB.holder = ""
		h.serve()
		h.report()
		if err := h.Check(); err != nil {
			return err
		}
		if !h.due() {
			return nil
		}
	}
	return fmt.Errorf("there is no end of what is due: %s", h.goingOn())
}

func (h *History) due() bool {
	for _, e := range h.DB.queue {
		if !e.due.After(h.DB.Now) && e.lease.Before(h.DB.Now) {
			return true
		}
	}
	return false
}

func (h *History) goingOn() string {
	for _, b := range h.DB.builds {
		if b.row.Status == state.BuildRunning {
			return fmt.Sprintf("%s #%d: %v", b.row.Job, b.row.Number, b.steps)
		}
	}
	for _, r := range h.DB.runs {
		if !r.row.Status.Terminal() {
			return fmt.Sprintf("a run of %s is %s", r.owner(), r.row.Status)
		}
	}
	return ""
}

// atRest: nothing goes on, nothing is due, and no dead server's lease hides a key.
func (h *History) atRest() bool {
	for _, e := range h.DB.queue {
		if !e.due.After(h.DB.Now) {
			return false
		}
	}
	return h.goingOn() == ""
}

// complete: what could be done was done: each version that a job with every may
// have, it has had.
func (h *History) complete() error {
	for _, o := range h.DB.objects {
		job, ok := o.Spec.(graph.Job)
		if !ok {
			continue
		}
		for _, get := range graph.Inputs(job) {
			if get.Every && get.Trigger && len(get.Passed) == 0 && len(graph.Inputs(job)) == 1 {
				if err := h.everyVersion(o, get); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (h *History) everyVersion(o state.Object, get graph.Input) error {
	var had []int64
	for _, b := range h.DB.builds {
		if b.row.JobID == o.ID && b.row.Status == state.BuildPending && h.found(get.Resource) {
			return fmt.Errorf("%s #%d is pending at rest, and there are versions", o.Address, b.row.Number)
		}
		if b.row.JobID == o.ID && len(b.inputs) > 0 {
			had = append(had, b.inputs[0].VersionID)
		}
	}
	for _, s := range h.DB.scopes {
		for _, v := range s.versions {
			missed := len(had) > 0 && v.id > had[0] && !slices.Contains(had, v.id)
			if s.address == get.Resource && v.order > 0 && (missed || len(had) == 0) {
				return fmt.Errorf("%s: version %v never had a build (it had %v)", o.Address, v, had)
			}
		}
	}
	return nil
}

// found says that a check of the resource found a version.
func (h *History) found(a graph.Address) bool {
	for _, s := range h.DB.scopes {
		if s.address == a && slices.ContainsFunc(s.versions, func(v version) bool { return v.order > 0 }) {
			return true
		}
	}
	return false
}

// everyTick: a job that catches up with all has had a build for each whole minute.
func (h *History) everyTick() error {
	for id := range h.DB.jobs {
		if h.DB.spec(id).Schedule.CatchUp != "all" {
			continue
		}
		ticks := h.DB.ticksOf(id)
		begun := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		if want := int(h.DB.Now.Sub(begun) / time.Minute); len(ticks) != want {
			return fmt.Errorf("%s: %d ticks had a build, of %d", h.DB.object(id).Address, len(ticks), want)
		}
	}
	return nil
}
