package place

import (
	"fmt"
	"slices"
	"strings"
)

// obstacle is why a worker that may have a run has no place for it now.
type obstacle int

const (
	none    obstacle = iota
	full             // it has as many runs as it takes
	ownMost          // or as many tasks, or builds, as it was told
	limited          // or as a strategy lets it
	small            // too little is free of what the run asks for
	others           // that is kept for a run that came before
)

// obstacle is the first of them.
func (p *placer) obstacle(r *Run, w *Worker, chain Chain) obstacle {
	switch {
	case w.InFlight >= w.Capacity:
		return full
	case p.beyondOwn(r, w):
		return ownMost
	case chain.limit(p, r, w) != nil:
		return limited
	case r.Asks == Size{}:
		return none
	case !room(w, r):
		return small
	case p.kept[w.ID] != "" && p.kept[w.ID] != r.ID:
		return others
	}
	return none
}

// beyondOwn: the worker was told to take no more, by its own flags.
func (p *placer) beyondOwn(r *Run, w *Worker) bool {
	return w.MaxTasks > 0 && r.Kind == "task" && w.Busy.Tasks >= w.MaxTasks ||
		w.MaxBuilds > 0 && r.Build != "" && p.open[w.ID][r.Build] == 0 && p.builds[w.ID] >= w.MaxBuilds
}

// noPlace says in numbers why none of the workers that may have a run has a place
// for it now. The run that lacks only room has what frees up kept for it.
func (p *placer) noPlace(r *Run, left []int, chain Chain) why {
	by := map[obstacle][]*Worker{}
	for _, i := range left {
		w := &p.Workers[i]
		o := p.obstacle(r, w, chain)
		by[o] = append(by[o], w)
	}
	ahead := func() string { return fmt.Sprintf("; %d runs ahead", p.held) + p.preferred(r) + p.census(r, left) }
	switch {
	case len(by[small])+len(by[others]) > 0:
		p.keep(r, append(by[small], by[others]...))
		return why{"NoRoom", p.lacks(r, by, chain) + ahead()}
	case len(by[ownMost])+len(by[limited]) > 0:
		return why{"Limited", p.lacks(r, by, chain) + ahead()}
	}
	return why{"Full", p.fullMessage(by[full]) + p.preferred(r) + p.census(r, left)}
}

// lacks is a message where workers have no place for different reasons.
func (p *placer) lacks(r *Run, by map[obstacle][]*Worker, chain Chain) string {
	var parts []string
	for _, w := range by[small] {
		parts = append(parts, fmt.Sprintf("%s has %s free of %s", w.Name, zeros(free(w), r.Asks), zeros(w.Offers, r.Asks)))
	}
	for _, w := range by[others] {
		parts = append(parts, fmt.Sprintf("what frees up on %s is for a run that came before", w.Name))
	}
	for _, w := range by[ownMost] {
		parts = append(parts, fmt.Sprintf("%s has %d tasks of %s and %d builds of %s", w.Name, w.Busy.Tasks, most(w.MaxTasks), p.builds[w.ID], most(w.MaxBuilds)))
	}
	for _, w := range by[limited] {
		l := chain.limit(p, r, w)
		parts = append(parts, fmt.Sprintf("%s has %s (%s)", w.Name, l.fact(p, r, w), l))
	}
	if n := len(by[full]); n > 0 {
		parts = append(parts, fmt.Sprintf("%d are full", n))
	}
	asks := ""
	if r.Asks != (Size{}) && len(by[small])+len(by[others]) > 0 {
		asks = fmt.Sprintf("it asks for %s: ", r.Asks)
	}
	return asks + strings.Join(shorten(parts), ", ")
}

func most(n int) string {
	if n == 0 {
		return "any number"
	}
	return fmt.Sprint(n)
}

// zeros is a size in the parts that are asked for.
func zeros(s, asks Size) string {
	var parts []string
	if asks.CPU > 0 {
		parts = append(parts, "cpu "+Cores(s.CPU))
	}
	if asks.Memory > 0 {
		parts = append(parts, "memory "+Bytes(s.Memory))
	}
	return strings.Join(parts, ", ")
}

// mostNamed is how many workers a message names.
const mostNamed = 5

func shorten(parts []string) []string {
	if len(parts) <= mostNamed {
		return parts
	}
	return append(slices.Clone(parts[:mostNamed]), fmt.Sprintf("and so on with %d more", len(parts)-mostNamed))
}

func (p *placer) fullMessage(left []*Worker) string {
	used, capacity := 0, 0
	for _, w := range left {
		used, capacity = used+w.InFlight, capacity+w.Capacity
	}
	who := fmt.Sprintf("all %d workers that may have it are full", len(left))
	if len(left) == 1 {
		who = fmt.Sprintf("worker %s is full", left[0].Name)
	}
	return fmt.Sprintf("%s (%d of %d); %d runs ahead", who, used, capacity, p.held)
}

// preferred says how many of those ahead are so for their priority.
func (p *placer) preferred(r *Run) string {
	if l := p.lines[r.Team].with(r); l.higher > 0 {
		return fmt.Sprintf(", %d of a higher priority than %d", l.higher, r.Priority)
	}
	return ""
}
