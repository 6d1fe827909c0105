package agent

import (
	"os"
	"time"
)

// How often a file is looked at: where its growth is notified only to be sure,
// else quickly while it grows and ever more slowly while it does not.
const (
	pollSurely = 2 * time.Second
	pollFirst  = 10 * time.Millisecond
	pollLast   = 200 * time.Millisecond
)

// tail tells when a file has grown; the file may appear later.
type tail struct {
	path    string
	watcher *watcher
	grown   chan struct{} // capacity 1; one at the start, if there is anything
	stop    chan struct{}
	size    int64
	every   time.Duration
}

func (f *fleet) tail(path string) *tail {
	t := &tail{path: path, watcher: f.watcher, every: pollFirst,
		grown: make(chan struct{}, 1), stop: make(chan struct{})}
	f.wg.Go(t.loop)
	return t
}

func (t *tail) close() { close(t.stop) }

func (t *tail) loop() {
	notified, unwatch := t.watch()
	defer func() { unwatch() }()
	t.look()
	for {
		timer := time.NewTimer(t.every)
		select {
		case <-t.stop:
			timer.Stop()
			return
		case <-notified:
			timer.Stop()
			t.tell()
		case <-timer.C:
			if notified == nil {
				notified, unwatch = t.watch()
			}
			t.look()
		}
	}
}

// watch asks for notification. Without it, or before the file is there, the
// channel is nil, and polling alone must do.
func (t *tail) watch() (<-chan struct{}, func()) {
	if t.watcher == nil {
		return nil, func() {}
	}
	notified, unwatch, err := t.watcher.watch(t.path)
	if err != nil {
		return nil, func() {}
	}
	t.every = pollSurely
	return notified, unwatch
}

func (t *tail) look() {
	info, err := os.Stat(t.path)
	grew := err == nil && info.Size() > t.size
	if grew {
		t.size = info.Size()
		t.tell()
	}
	switch {
	case t.every == pollSurely:
	case grew:
		t.every = pollFirst
	default:
		t.every = min(t.every*3/2, pollLast)
	}
}

func (t *tail) tell() {
	select {
	case t.grown <- struct{}{}:
	default:
	}
}
