package notify

import (
	"sync"

	"github.com/weirci/weir/state"
)

// Count is how many attempts at notifications of a kind came to what.
type Count struct {
	Kind, Result string // sent, retried, skipped, dead
	Total        int
}

// counts is since this process began.
type counts struct {
	mu sync.Mutex
	n  map[[2]string]int
}

// Done counts what became of a notification. It is called when that is committed.
func (n *Notifier) Done(ch state.NotificationChange) {
	result := string(ch.State)
	if ch.State == state.NotificationWaiting {
		result = "retried"
	}
	n.counts.mu.Lock()
	defer n.counts.mu.Unlock()
	if n.counts.n == nil {
		n.counts.n = map[[2]string]int{}
	}
	n.counts.n[[2]string{ch.Kind, result}]++
}

// Counts are what was counted.
func (n *Notifier) Counts() []Count {
	n.counts.mu.Lock()
	defer n.counts.mu.Unlock()
	out := make([]Count, 0, len(n.counts.n))
	for k, total := range n.counts.n {
		out = append(out, Count{k[0], k[1], total})
	}
	return out
}
