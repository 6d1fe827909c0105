package postgres

import (
	"slices"
	"sync"
)

// maxPending is how many payloads wait before they become one Everything.
const maxPending = 1024

// subscription is a queue of different payloads between the listener, which
// never waits, and one reader.
type subscription struct {
	channel string
	out     chan string
	stop    chan struct{} // closed by close
	wake    chan struct{} // of capacity 1
	once    sync.Once

	mu      sync.Mutex
	pending []string
}

func newSubscription(channel string) *subscription {
	s := &subscription{channel: channel, out: make(chan string), stop: make(chan struct{}), wake: make(chan struct{}, 1)}
	go s.pump()
	return s
}

func (s *subscription) add(payload string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case slices.Contains(s.pending, payload):
		return
	case len(s.pending) >= maxPending:
		s.pending = []string{Everything}
	default:
		s.pending = append(s.pending, payload)
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *subscription) close() { s.once.Do(func() { close(s.stop) }) }

func (s *subscription) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.pending
	s.pending = nil
	return taken
}

// pump is the only writer of out, and closes it.
func (s *subscription) pump() {
	defer close(s.out)
	for {
		select {
		case <-s.stop:
			return
		case <-s.wake:
		}
		for _, payload := range s.take() {
			select {
			case s.out <- payload:
			case <-s.stop:
				return
			}
		}
	}
}
