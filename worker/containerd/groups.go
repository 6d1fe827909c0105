package containerd

import (
	"slices"
	"sync"
)

const (
	// shimSize is how many containers one shim looks after at a time. A shim that
	// dies takes its containers along, so it is not all of a worker's.
	shimSize = 8
	// shimAge is how many containers a shim has looked after when it takes no more,
	// so that one that never stands idle does not live for ever.
	shimAge = 500
)

// groups puts runs that overlap in time under one containerd shim. Starting a
// shim costs about as much as the rest of a small container; a run that begins
// while others are there, or wait to be taken apart, is spared it.
//
// A shim ends with its last container, in its own time. So a group takes another
// run only while it has a container that is sure to be there until that run's own
// is, and the name of a group that became empty is never used again.
type groups struct {
	mu    sync.Mutex
	moved *sync.Cond
	open  []*group          // those that may take runs; owned by mu
	of    map[string]*group // by run; owned by mu
}

type group struct {
	name   string // the id of its first run
	coming int    // runs whose containers are being made
	there  int    // runs whose containers are there
	taken  int    // runs in all
}

func newGroups() *groups {
	g := &groups{of: map[string]*group{}}
	g.moved = sync.NewCond(&g.mu)
	return g
}

// join gives the name of the group that a run is in from now on.
func (g *groups) join(runID string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.fitting()
	if in == nil {
		in = &group{name: runID}
		g.open = append(g.open, in)
	}
	in.coming++
	in.taken++
	g.of[runID] = in
	return in.name
}

// fitting is the fullest group that has room: the others empty sooner.
func (g *groups) fitting() *group {
	var best *group
	for _, in := range g.open {
		if in.there > 0 && in.there+in.coming < shimSize && in.taken < shimAge && (best == nil || in.there > best.there) {
			best = in
		}
	}
	return best
}

// made says that a run's container is there.
func (g *groups) made(runID string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if in := g.of[runID]; in != nil {
		in.coming--
		in.there++
		g.moved.Broadcast()
	}
}

// failed says that a run's container could not be made.
func (g *groups) failed(runID string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if in := g.of[runID]; in != nil {
		in.coming--
		delete(g.of, runID)
		g.tidy(in)
		g.moved.Broadcast()
	}
}

// leave must come before a run's container is taken away. The last one of a group
// waits for those that are on their way into it: they rely on it. A run that is
// in no group, because an earlier process of this worker started it, just goes.
func (g *groups) leave(runID string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.of[runID]
	if in == nil {
		return
	}
	delete(g.of, runID)
	for in.there == 1 && in.coming > 0 {
		g.moved.Wait()
	}
	in.there--
	g.tidy(in)
}

// tidy forgets a group that is empty: its shim ends.
func (g *groups) tidy(in *group) {
	if in.there+in.coming == 0 {
		g.open = slices.DeleteFunc(g.open, func(one *group) bool { return one == in })
	}
}
