package containerd

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// calm is how long nothing may have been started before it is quiet: a run that
	// follows one that ended comes within this time.
	calm = 50 * time.Millisecond
	// longest is how long anything is put off, whatever is going on.
	longest = time.Second
)

// lull tells when no container is being started. Taking an ended one apart costs
// as much of the processors as a start, and nobody waits for it.
//
// At most most wait at a time: where more come, the first goes on. So under a
// steady load containers are taken apart as fast as they end, most of them later.
type lull struct {
	most int

	mu      sync.Mutex
	starts  int             // under way
	moved   chan struct{}   // closed, and made anew, when that changes
	waiting []chan struct{} // oldest first; closed: go on
}

func newLull(most int) *lull { return &lull{most: most, moved: make(chan struct{})} }

// begin says that a start is under way, until the returned func is called.
func (l *lull) begin() (end func()) {
	l.move(1)
	return func() { l.move(-1) }
}

func (l *lull) move(by int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.starts += by
	close(l.moved)
	l.moved = make(chan struct{})
}

// wait returns when it is quiet, when too many wait, after a while, or when ctx
// ends.
func (l *lull) wait(ctx context.Context) {
	if l.most <= 0 {
		return
	}
	enough := l.enter()
	defer l.leave(enough)
	limit := time.NewTimer(longest)
	defer limit.Stop()
	for {
		quiet, moved := l.now()
		select {
		case <-ctx.Done():
			return
		case <-limit.C:
			return
		case <-enough:
			return
		case <-quiet:
			return
		case <-moved:
		}
	}
}

// now is a channel that says that it is quiet, if nothing moves until then.
func (l *lull) now() (quiet <-chan time.Time, moved chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.starts == 0 {
		quiet = time.After(calm)
	}
	return quiet, l.moved
}

func (l *lull) enter() chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	enough := make(chan struct{})
	l.waiting = append(l.waiting, enough)
	if len(l.waiting) > l.most {
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
	}
	return enough
}

func (l *lull) leave(enough chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = slices.DeleteFunc(l.waiting, func(w chan struct{}) bool { return w == enough })
}
