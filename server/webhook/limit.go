package webhook

import (
	"math"
	"sync"
	"time"
)

// limit lets so many requests a second through for each name, and a burst of them
// at once. What it remembers is bounded, and lost with the process: nothing but
// pace depends on it.
type limit struct {
	rate, burst float64
	names       int // at most

	mu      sync.Mutex
	buckets map[string]bucket // of mu
}

type bucket struct {
	left float64
	at   time.Time
}

func newLimit(rate, burst float64, names int) *limit {
	return &limit{rate: rate, burst: burst, names: names, buckets: map[string]bucket{}}
}

// take is 0 where a request may pass, or after how long to try again.
func (l *limit) take(name string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.now(name, now)
	if b.left < 1 {
		return time.Duration(math.Ceil((1 - b.left) / l.rate * float64(time.Second)))
	}
	if _, known := l.buckets[name]; !known && len(l.buckets) >= l.names {
		l.forget(now)
	}
	l.buckets[name] = bucket{b.left - 1, now}
	return 0
}

func (l *limit) now(name string, now time.Time) bucket {
	b, ok := l.buckets[name]
	if !ok {
		return bucket{l.burst, now}
	}
	return bucket{min(l.burst, b.left+max(0, now.Sub(b.at).Seconds())*l.rate), now}
}

// forget drops the names that have all of their burst again; if that is none, all.
func (l *limit) forget(now time.Time) {
	for name := range l.buckets {
		if l.now(name, now).left >= l.burst {
			delete(l.buckets, name)
		}
	}
	if len(l.buckets) >= l.names {
		clear(l.buckets)
	}
}
