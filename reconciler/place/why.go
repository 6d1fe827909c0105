package place

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/state"
)

func (p *placer) elsewhere(r *Run) string {
	if w, ok := p.worker(r.Needs); ok {
		return fmt.Sprintf("its artifacts are on worker %s, which may not run it: compare its tags, team and platform", w.Name)
	}
	return "its artifacts are on a worker that is gone"
}

// tooLarge is said at once: no end of another run would help.
func (p *placer) tooLarge(r *Run) why {
	var may []*Worker
	for i := range p.Workers {
		w := &p.Workers[i]
		if forTeam(w, r) && hasTags(w, r.Tags) && hasPlatform(w, r.Platform) && (r.Needs == "" || w.ID == r.Needs) {
			may = append(may, w)
		}
	}
	largest := slices.MaxFunc(may, func(a, b *Worker) int {
		return cmp.Or(compare(a.Offers, b.Offers, r.Asks), -cmp.Compare(a.Name, b.Name))
	})
	return why{"TooLarge", fmt.Sprintf("it asks for %s, and the largest of the %d workers that may have it, %s, has %s", r.Asks, len(may), largest.Name, largest.Offers)}
}

// compare says which of two sizes has more of what is asked for most.
func compare(a, b, asks Size) int {
	share := func(s Size) float64 { return min(part(s.CPU, asks.CPU), part(s.Memory, asks.Memory)) }
	return cmp.Compare(share(a), share(b))
}

// part is how much of what is asked for is there; what nobody counts is there.
func part(there, asks int64) float64 {
	const enough = 1e9
	if asks == 0 || there == 0 {
		return enough
	}
	return float64(there) / float64(asks)
}

func (p *placer) notRunning(r *Run) why {
	if w, ok := p.worker(r.Needs); ok {
		return why{"WorkerNotRunning", fmt.Sprintf("its artifacts are on worker %s, which is %s", w.Name, w.Status)}
	}
	var states []string
	for _, w := range p.Workers {
		if w.Status != state.WorkerRunning && hasTags(&w, r.Tags) && hasPlatform(&w, r.Platform) {
			states = append(states, fmt.Sprintf("%s is %s", w.Name, w.Status))
		}
	}
	return why{"WorkerNotRunning", "no worker that may have it is running: " + strings.Join(states, ", ")}
}

func (p *placer) refusing(r *Run) why {
	var each []string
	for _, w := range p.Workers {
		if w.Refuses != "" && w.Status == state.WorkerRunning && hasTags(&w, r.Tags) && hasPlatform(&w, r.Platform) {
			each = append(each, fmt.Sprintf("%s: %s", w.Name, w.Refuses))
		}
	}
	return why{"WorkerRefuses", "no worker that may have it takes new runs: " + strings.Join(each, ", ")}
}

func words(what string, names []string) string {
	if len(names) == 1 {
		return what + " " + names[0]
	}
	if len(names) == 0 {
		return "no " + what + "s, as a step without tags needs"
	}
	return "all of the " + what + "s " + strings.Join(names, ", ")
}
