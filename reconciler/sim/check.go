package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// seen is what earlier checks saw, so that each looks only at what may have changed.
type seen struct {
	builds  int          // so many have been met
	open    []*buildRows // of them, those that go on
	ended   []end
	judged  map[*buildRows]bool // their inputs were looked at
	numbers map[string]map[int64]bool
	ticks   map[string]map[time.Time]bool
	had     map[string]bool // versions that triggered, by job
}

// end is how a build ended.
type end struct {
	build  *buildRows
	status state.BuildStatus
}

func newSeen() seen {
	return seen{judged: map[*buildRows]bool{}, numbers: map[string]map[int64]bool{}, ticks: map[string]map[time.Time]bool{}, had: map[string]bool{}}
}

// Check asserts what must hold at any time.
func (h *History) Check() error {
	if len(h.DB.Errors) > 0 {
		return h.DB.Errors[0]
	}
	for _, check := range []func() error{h.newBuilds, h.openBuilds, h.final, h.runs} {
		if err := check(); err != nil {
			return err
		}
	}
	return h.limits()
}

// newBuilds: no number is used twice, and no tick has two builds.
func (h *History) newBuilds() error {
	for _, b := range h.DB.builds[h.seen.builds:] {
		id := b.row.JobID
		if h.seen.numbers[id] == nil {
			h.seen.numbers[id], h.seen.ticks[id] = map[int64]bool{}, map[time.Time]bool{}
		}
		switch {
		case h.seen.numbers[id][b.row.Number]:
			return fmt.Errorf("two builds are %s", b)
		case !b.tick.IsZero() && h.seen.ticks[id][b.tick]:
			return fmt.Errorf("%s: is the second build for the tick at %s", b, b.tick)
		}
		h.seen.numbers[id][b.row.Number], h.seen.ticks[id][b.tick] = true, true
		h.seen.open = append(h.seen.open, b)
	}
	h.seen.builds = len(h.DB.builds)
	return nil
}

func (b *buildRows) String() string { return fmt.Sprintf("%s #%d", b.row.Job, b.row.Number) }

// openBuilds looks at what builds start with, once, and at how they end.
func (h *History) openBuilds() error {
	goOn := h.seen.open[:0]
	for _, b := range h.seen.open {
		if err := h.judge(b); err != nil {
			return fmt.Errorf("%s: %w", b, err)
		}
		if b.row.Status.Terminal() {
			h.seen.ended = append(h.seen.ended, end{b, b.row.Status})
			continue
		}
		goOn = append(goOn, b)
	}
	h.seen.open = goOn
	return nil
}

func (h *History) judge(b *buildRows) error {
	checks := []func(*buildRows) error{h.parallelLimits}
	if b.row.Status != state.BuildPending && !h.seen.judged[b] {
		h.seen.judged[b] = true
		checks = append(checks, h.onceForAll, h.passedTogether)
	}
	if b.row.Status.Terminal() {
		checks = append(checks, h.restful, h.hooksRan, h.triedAgain, h.putOnce, h.wasAsked)
	}
	for _, check := range checks {
		if err := check(b); err != nil {
			return err
		}
	}
	return nil
}

// final: what has ended stays as it is.
func (h *History) final() error {
	for _, e := range h.seen.ended {
		if e.build.row.Status != e.status {
			return fmt.Errorf("%s: was %s, and is %s", e.build, e.status, e.build.row.Status)
		}
	}
	return nil
}

// runs: each is given to one worker once, ends once, and not after its build.
func (h *History) runs() error {
	at := map[string]int{}
	for _, r := range h.DB.runs {
		switch {
		case r.epoch > 1:
			return fmt.Errorf("the run of %s %s was given to workers %d times", r.owner(), r.row.Path, r.epoch)
		case r.ended != "" && r.row.Status != r.ended:
			return fmt.Errorf("the run of %s %s was %s, and is %s", r.owner(), r.row.Path, r.ended, r.row.Status)
		case r.row.Status.Terminal():
			r.ended = r.row.Status
		case r.build != nil && r.build.row.Status.Terminal():
			return fmt.Errorf("%s: has ended, and a run of %s is %s", r.build, r.row.Path, r.row.Status)
		default:
			at[r.row.Worker]++
			if err := h.rightPlace(r); err != nil {
				return err
			}
		}
	}
	for _, w := range h.DB.workers {
		if n := at[w.row.ID]; n > w.row.Capacity {
			return fmt.Errorf("worker %s has %d runs, capacity %d", w.row.Name, n, w.row.Capacity)
		}
	}
	return nil
}

// rightPlace: a run is on a worker that it may have.
func (h *History) rightPlace(r *run) error {
	if r.row.Worker == "" {
		return nil
	}
	w := h.DB.worker(r.row.Worker)
	if why := w.mayHave(r); why != "" {
		return fmt.Errorf("a run of %s %s is on worker %s, which %s", r.owner(), r.row.Path, w.row.Name, why)
	}
	return nil
}

// The words that the invariants of concurrency go by.
const (
	worldKey   = "site"
	worldLimit = 2
)

// limits: no more builds run at once than their jobs, groups and keys let.
func (h *History) limits() error {
	running, groups, keyed := map[string]int64{}, map[string]int{}, 0
	for _, b := range h.seen.open {
		if b.row.Status != state.BuildRunning {
			continue
		}
		spec := h.DB.spec(b.row.JobID)
		if running[b.row.JobID]++; spec.MaxInFlight > 0 && running[b.row.JobID] > spec.MaxInFlight {
			return fmt.Errorf("%s: %d builds run, at most %d may", b.row.Job, running[b.row.JobID], spec.MaxInFlight)
		}
		for _, g := range spec.SerialGroups {
			if groups[g]++; groups[g] > 1 {
				return fmt.Errorf("serial group %s: %d builds run", g, groups[g])
			}
		}
		if spec.Concurrency.Key == worldKey {
			keyed++
		}
	}
	if keyed > worldLimit {
		return fmt.Errorf("concurrency key %s: %d builds run, at most %d may", worldKey, keyed, worldLimit)
	}
	return nil
}

// parallelLimits: no more steps run at once than the parallel or across around them lets.
func (h *History) parallelLimits(b *buildRows) error {
	for i, s := range h.DB.spec(b.row.JobID).Steps {
		most := int64(0)
		if p, ok := s.Body.(graph.Parallel); ok {
			most = p.Limit
		} else if len(s.Across) > 0 {
			most = s.Across[0].MaxInFlight
		}
		if most <= 0 {
			continue
		}
		n, prefix := int64(0), fmt.Sprintf("%d.", i)
		for path, row := range b.steps {
			if row.Status == state.StepRunning && strings.HasPrefix(path, prefix) && strings.Count(path, ".") == 1 {
				n++
			}
		}
		if n > most {
			return fmt.Errorf("%d steps of step %d run, at most %d may", n, i, most)
		}
	}
	return nil
}
