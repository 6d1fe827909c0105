package place

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/state"
)

// why a run gets no worker.
type why struct{ reason, message string }

// rule is one condition on a worker, and what is to be said where no worker is
// left after it.
type rule struct {
	fits func(Worker) bool
	none func() why
}

// choose gives the index of the least loaded worker that may have the run, or why
// there is none. The rules are asked in order: the first that leaves nobody speaks.
func (p *placer) choose(r Run) (int, why) {
	left := make([]int, len(p.Workers))
	for i := range left {
		left[i] = i
	}
	for _, rule := range p.rules(r) {
		if left = slices.DeleteFunc(left, func(i int) bool { return !rule.fits(p.Workers[i]) }); len(left) == 0 {
			return -1, rule.none()
		}
	}
	left = p.atHome(r, left)
	if free := slices.DeleteFunc(slices.Clone(left), func(i int) bool { return full(p.Workers[i]) }); len(free) > 0 {
		return p.leastLoaded(free), why{}
	}
	return -1, why{"Full", p.fullMessage(left) + p.preferred(r) + p.others(r, left)}
}

func (p *placer) rules(r Run) []rule {
	return []rule{
		{anyWorker, func() why { return why{"NoWorker", "no worker is registered: start one with weir worker"} }},
		{func(w Worker) bool { return w.Team == "" || w.Team == r.Team }, func() why { return why{"NoWorkerForTeam", "every worker there is belongs to another team"} }},
		{func(w Worker) bool { return hasTags(w, r.Tags) }, func() why {
			return why{"NoWorkerWithTags", fmt.Sprintf("no worker has %s", words("tag", r.Tags))}
		}},
		{func(w Worker) bool { return r.Needs == "" || w.ID == r.Needs }, func() why { return why{"NoWorkerWithArtifacts", p.elsewhere(r)} }},
		{func(w Worker) bool { return w.Status == state.WorkerRunning }, func() why { return p.notRunning(r) }},
		{func(w Worker) bool { return takes(w, r) }, func() why { return p.refusing(r) }},
	}
}

func anyWorker(Worker) bool { return true }

func full(w Worker) bool { return w.InFlight >= w.Capacity }

// hasTags: a worker with tags is only for runs that ask for one of them; a run
// with tags needs them all.
func hasTags(w Worker, tags []string) bool {
	if len(tags) == 0 {
		return len(w.Tags) == 0
	}
	for _, t := range tags {
		if !slices.Contains(w.Tags, t) {
			return false
		}
	}
	return true
}

// takes: a worker that refuses new runs goes on with builds whose artifacts it has,
// as what they take up is only given back when they end.
func takes(w Worker, r Run) bool { return w.Refuses == "" || w.ID == r.Needs }

// atHome narrows to the build's own worker, where that may have the run at all.
func (p *placer) atHome(r Run, left []int) []int {
	home, ok := p.homes[r.Build]
	if i := slices.IndexFunc(left, func(i int) bool { return p.Workers[i].ID == home }); ok && r.Build != "" && i >= 0 {
		return left[i : i+1]
	}
	return left
}

func (p *placer) leastLoaded(free []int) int {
	return slices.MinFunc(free, func(a, b int) int {
		x, y := p.Workers[a], p.Workers[b] // load is in flight of capacity
		return x.InFlight*y.Capacity - y.InFlight*x.Capacity
	})
}

func (p *placer) worker(id string) (Worker, bool) {
	i := slices.IndexFunc(p.Workers, func(w Worker) bool { return w.ID == id })
	if i < 0 {
		return Worker{}, false
	}
	return p.Workers[i], true
}

func (p *placer) elsewhere(r Run) string {
	if w, ok := p.worker(r.Needs); ok {
		return fmt.Sprintf("its artifacts are on worker %s, which may not run it: compare its tags and team", w.Name)
	}
	return "its artifacts are on a worker that is gone"
}

func (p *placer) notRunning(r Run) why {
	if w, ok := p.worker(r.Needs); ok {
		return why{"WorkerNotRunning", fmt.Sprintf("its artifacts are on worker %s, which is %s", w.Name, w.Status)}
	}
	var states []string
	for _, w := range p.Workers {
		if w.Status != state.WorkerRunning && hasTags(w, r.Tags) {
			states = append(states, fmt.Sprintf("%s is %s", w.Name, w.Status))
		}
	}
	return why{"WorkerNotRunning", "no worker that may have it is running: " + strings.Join(states, ", ")}
}

func (p *placer) refusing(r Run) why {
	var each []string
	for _, w := range p.Workers {
		if w.Refuses != "" && w.Status == state.WorkerRunning && hasTags(w, r.Tags) {
			each = append(each, fmt.Sprintf("%s: %s", w.Name, w.Refuses))
		}
	}
	return why{"WorkerRefuses", "no worker that may have it takes new runs: " + strings.Join(each, ", ")}
}

func (p *placer) fullMessage(left []int) string {
	used, capacity := 0, 0
	for _, i := range left {
		used, capacity = used+p.Workers[i].InFlight, capacity+p.Workers[i].Capacity
	}
	who := fmt.Sprintf("all %d workers that may have it are full", len(left))
	if len(left) == 1 {
		who = fmt.Sprintf("worker %s is full", p.Workers[left[0]].Name)
	}
	return fmt.Sprintf("%s (%d of %d); %d runs ahead", who, used, capacity, p.held)
}

// preferred says how many of those ahead are so for their priority.
func (p *placer) preferred(r Run) string {
	if l := p.lines[r.Team].with(r); l.higher > 0 {
		return fmt.Sprintf(", %d of a higher priority than %d", l.higher, r.Priority)
	}
	return ""
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
