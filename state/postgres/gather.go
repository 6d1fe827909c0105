package postgres

import (
	"context"
	"sync"
	"time"
)

const (
	// gatherMost and gatherBytes bound what is done together.
	gatherMost  = 64
	gatherBytes = 1 << 20
	// gatherPatience is how long that may take. Who waits may give up before.
	gatherPatience = 30 * time.Second
)

// thing is done together with others. Two of one name are not: the second comes with
// the next.
type thing interface {
	name() string
	size() int
}

// gathering does things that come at about the same time in one transaction: the first
// at once and by itself, then each time what has come while the last was under way.
// So nothing waits where little is to do, and where there is much to do each costs
// little: they share statement, round trip and the wait for the disk.
type gathering[T thing, R any] struct {
	// do answers for each that took effect, by its name.
	do func(ctx context.Context, some []T) (map[string]R, error)

	mu      sync.Mutex
	waiting []*gathered[T, R] // owned by mu
	busy    bool              // owned by mu: somebody runs
}

type gathered[T thing, R any] struct {
	thing  T
	answer R
	took   bool
	err    error
	done   chan struct{} // closed when answer, took and err are known
}

// one does a thing, together with others perhaps, and says whether it took effect. A
// ctx that ends leaves it open whether it does.
func (g *gathering[T, R]) one(ctx context.Context, t T) (answer R, took bool, err error) {
	it := &gathered[T, R]{thing: t, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, it)
	if !g.busy {
		g.busy = true
		go g.run()
	}
	g.mu.Unlock()
	select {
	case <-it.done:
		return it.answer, it.took, it.err
	case <-ctx.Done():
		return answer, false, ctx.Err()
	}
}

// run goes on until nothing waits.
func (g *gathering[T, R]) run() {
	for some := g.take(); len(some) > 0; some = g.take() {
		if err := g.together(some); err != nil && len(some) > 1 { // one may have spoilt it for all
			for i := range some {
				_ = g.together(some[i : i+1])
			}
		}
		for _, it := range some {
			close(it.done)
		}
	}
}

// take is what is done next: those that came first, as many as go together.
func (g *gathering[T, R]) take() (some []*gathered[T, R]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var later []*gathered[T, R]
	names, bytes := map[string]bool{}, 0
	for _, it := range g.waiting {
		size := it.thing.size()
		if names[it.thing.name()] || len(some) == gatherMost || len(some) > 0 && bytes+size > gatherBytes {
			later = append(later, it)
			continue
		}
		names[it.thing.name()], bytes = true, bytes+size
		some = append(some, it)
	}
	g.waiting, g.busy = later, len(some) > 0
	return some
}

// together does some, and notes of each what became of it.
func (g *gathering[T, R]) together(some []*gathered[T, R]) error {
	ctx, cancel := context.WithTimeout(context.Background(), gatherPatience)
	defer cancel()
	things := make([]T, len(some))
	for i, it := range some {
		things[i] = it.thing
	}
	answers, err := g.do(ctx, things)
	for _, it := range some {
		it.answer, it.took = answers[it.thing.name()]
		it.err = err
	}
	return err
}
