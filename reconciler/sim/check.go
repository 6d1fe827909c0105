package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/schedule"
	"github.com/weirci/weir/state"
)

// Check asserts what must hold at any time.
func (h *History) Check() error {
	if len(h.DB.Errors) > 0 {
		return h.DB.Errors[0]
	}
	running, groups, keys, numbers, had := map[string]int64{}, map[string]int{}, map[string]int{}, map[string]bool{}, map[string]bool{}
	for _, b := range h.DB.builds {
		number := fmt.Sprintf("%s #%d", b.row.Job, b.row.Number)
		if numbers[number] {
			return fmt.Errorf("two builds are %s", number)
		}
		numbers[number] = true
		if b.row.Status == state.BuildRunning {
			running[b.row.JobID]++
			for _, g := range h.DB.spec(b.row.JobID).SerialGroups {
				groups[g]++
			}
			keys[h.DB.spec(b.row.JobID).Concurrency.Key]++
		}
		for _, check := range []func(*buildRows) error{h.onceForAll(had), h.passedTogether, h.restful} {
			if err := check(b); err != nil {
				return fmt.Errorf("%s: %w", number, err)
			}
		}
	}
	if n := keys[worldKey]; n > worldLimit {
		return fmt.Errorf("concurrency key %s: %d builds run, at most %d may", worldKey, n, worldLimit)
	}
	if err := h.oneBuildATick(); err != nil {
		return err
	}
	return h.limits(running, groups)
}

// oneBuildATick: no tick has two builds, whichever servers saw it.
func (h *History) oneBuildATick() error {
	for id := range h.DB.jobs {
		ticks := h.DB.ticksOf(id)
		for i, at := range ticks {
			if slices.ContainsFunc(ticks[:i], at.Equal) {
				return fmt.Errorf("%s: two builds for the tick at %s", h.DB.object(id).Address, at)
			}
		}
	}
	return nil
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

// The words that the invariants of concurrency go by.
const (
	worldKey   = "site"
	worldLimit = 2
)

func (h *History) limits(running map[string]int64, groups map[string]int) error {
	for id, n := range running {
		if most := h.DB.spec(id).MaxInFlight; most > 0 && n > most {
			return fmt.Errorf("%s: %d builds run, at most %d may", h.DB.object(id).Address, n, most)
		}
	}
	for g, n := range groups {
		if n > 1 {
			return fmt.Errorf("serial group %s: %d builds run", g, n)
		}
	}
	for _, w := range h.DB.workers {
		if n := h.DB.inFlight(w.row.ID); n > w.row.Capacity {
			return fmt.Errorf("worker %s has %d runs, capacity %d", w.row.Name, n, w.row.Capacity)
		}
	}
	return nil
}

// onceForAll: a version triggers a job once. The key is all of a build's inputs
// that trigger.
func (h *History) onceForAll(had map[string]bool) func(*buildRows) error {
	return func(b *buildRows) error {
		if b.cause != "version" || len(b.inputs) == 0 { // one that waits takes them when it starts
			return nil
		}
		key := b.row.JobID
		for i, get := range schedule.Gets(h.DB.spec(b.row.JobID)) {
			if get.Trigger {
				key += fmt.Sprintf(" %s=%d", get.Name, b.inputs[i].VersionID)
			}
		}
		if had[key] {
			return fmt.Errorf("was triggered a second time by %s", key)
		}
		had[key] = true
		return nil
	}
}

// passedTogether: inputs that passed a job come out of one succeeded build of it.
func (h *History) passedTogether(b *buildRows) error {
	wants := map[graph.Address][]state.BuildInput{}
	for i, get := range schedule.Gets(h.DB.spec(b.row.JobID)) {
		for _, up := range get.Passed {
			if len(b.inputs) > i {
				wants[up] = append(wants[up], b.inputs[i])
			}
		}
	}
	for up, inputs := range wants {
		if !slices.ContainsFunc(h.DB.builds, func(x *buildRows) bool {
			return x.row.Job == up && x.row.Status == state.BuildSucceeded && hadAll(x, inputs)
		}) {
			return fmt.Errorf("its inputs %v never passed %s together", inputs, up)
		}
	}
	return nil
}

func hadAll(b *buildRows, inputs []state.BuildInput) bool {
	for _, in := range inputs {
		input := slices.ContainsFunc(b.inputs, func(x state.BuildInput) bool { return x.VersionID == in.VersionID })
		output := slices.ContainsFunc(b.outputs, func(v version) bool { return v.id == in.VersionID })
		if !input && !output {
			return false
		}
	}
	return true
}

// restful: a build that has ended has nothing left that goes on.
func (h *History) restful(b *buildRows) error {
	if !b.row.Status.Terminal() {
		return nil
	}
	for path, s := range b.steps {
		if !s.Status.Terminal() {
			return fmt.Errorf("has ended, and step %s is %s", path, s.Status)
		}
	}
	for _, r := range h.DB.runs {
		if r.build == b && !r.row.Status.Terminal() {
			return fmt.Errorf("has ended, and a run of %s is %s", r.row.Path, r.row.Status)
		}
	}
	return nil
}

// Settle stops all faults and lets everything come to rest; then nothing may be
// left that goes on or that nobody will look at again.
func (h *History) Settle() error {
	h.calm = true
	for _, w := range h.DB.workers {
		w.silent = true
		h.speak0(w)
	}
	for range 120 {
		if err := h.drain(); err != nil {
			return err
		}
		if h.atRest() {
			if err := h.everyTick(); err != nil {
				return err
			}
			return h.complete()
		}
		h.DB.Now = h.DB.Now.Add(5 * time.Second)
		h.beat()
		if _, err := h.DB.Sweep(context.Background()); err != nil {
			return err
		}
	}
	return fmt.Errorf("it does not come to rest: %s", h.goingOn())
}

func (h *History) speak0(w *worker) {
	w.silent, w.row.Status, w.row.Heartbeat = false, state.WorkerRunning, h.DB.Now
	h.DB.enqueue(state.KeyPlace)
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
		for _, get := range schedule.Gets(job) {
			if get.Every && get.Trigger && len(get.Passed) == 0 && len(schedule.Gets(job)) == 1 {
				if err := h.everyVersion(o, get); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (h *History) everyVersion(o state.Object, get schedule.Get) error {
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
