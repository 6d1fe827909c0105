package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/weirci/weir/state/postgres/internal/db"
)

const (
	// hintPause is between two transactions that notify: what comes meanwhile goes
	// together. Each wakes every server there is, and PostgreSQL lets no two of them
	// commit at the same time.
	hintPause = 5 * time.Millisecond
	// hintPatience is how long one may take. Who hears nothing looks before long.
	hintPatience = 2 * time.Second
)

// hint is a notification: where to look. The tables are the truth.
type hint struct{ channel, payload string }

// hints sends notifications after what they are about was committed: the first at
// once, then those that gather, each once.
type hints struct {
	store *Store
	wake  chan struct{} // there are some; capacity 1
	stop  chan struct{} // closed by close
	done  chan struct{}
	once  sync.Once

	mu      sync.Mutex
	waiting map[hint]bool // owned by mu
}

func newHints(s *Store) *hints {
	h := &hints{store: s, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}), waiting: map[hint]bool{}}
	go h.run()
	return h
}

// tell has hints sent, soon. It does not wait.
func (h *hints) tell(some ...hint) {
	if len(some) == 0 {
		return
	}
	h.mu.Lock()
	for _, one := range some {
		h.waiting[one] = true
	}
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// close sends what is left. It may be called again.
func (h *hints) close() {
	h.once.Do(func() { close(h.stop) })
	<-h.done
}

func (h *hints) run() {
	defer close(h.done)
	for {
		select {
		case <-h.stop:
			h.send()
			return
		case <-h.wake:
			h.send()
		}
		select {
		case <-h.stop:
			h.send()
			return
		case <-time.After(hintPause):
		}
	}
}

func (h *hints) send() {
	channels, payloads := h.take()
	if len(channels) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), hintPatience)
	defer cancel()
	if err := db.New(h.store.pool).NotifyAll(ctx, channels, payloads); err != nil {
		h.store.log.Debug("nobody was told what changed", "hints", len(channels), "error", err)
	}
}

func (h *hints) take() (channels, payloads []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for one := range h.waiting {
		channels, payloads = append(channels, one.channel), append(payloads, one.payload)
	}
	clear(h.waiting)
	return channels, payloads
}
