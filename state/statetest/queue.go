package statetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirci/weir/state"
)

// Queue is the reconcile queue as its holders use it.
type Queue interface {
	Enqueue(ctx context.Context, keys ...state.Key) error
	Claim(ctx context.Context, holder string, n int, lease time.Duration) ([]state.Claim, error)
	Extend(ctx context.Context, lease time.Duration, claims ...state.Claim) ([]state.Claim, error)
	Release(ctx context.Context, c state.Claim, next time.Time) error
}

// RunQueue tries a queue through several servers' handles on it. fresh gives
// them on an empty queue.
func RunQueue(t *testing.T, fresh func(t *testing.T) []Queue) {
	t.Run("nothing is missed and no key has two holders", func(t *testing.T) {
		runWorld(t, fresh(t), &world{keys: 8, changes: 200, lease: time.Minute})
	})
	t.Run("holders that die lose their keys", func(t *testing.T) {
		runWorld(t, fresh(t), &world{keys: 8, changes: 100, lease: 100 * time.Millisecond, deaths: 0.2})
	})
	t.Run("extended leases are kept", func(t *testing.T) { extend(t, fresh(t)) })
}

// world is things that change; whoever holds the key of one looks at it. When
// the queue is empty, each must have been seen as it was last.
type world struct {
	keys, changes int
	lease         time.Duration
	deaths        float64 // the part of claims whose holder vanishes

	now    []atomic.Int64 // how often a thing has changed
	seen   []atomic.Int64 // how it was when it was last dealt with
	holder []atomic.Int32 // of the live holders that mean to commit
	rng    *rand.Rand
	mu     sync.Mutex // rng
}

func runWorld(t *testing.T, servers []Queue, w *world) {
	w.now, w.seen, w.holder = make([]atomic.Int64, w.keys), make([]atomic.Int64, w.keys), make([]atomic.Int32, w.keys)
	w.rng = rand.New(rand.NewPCG(1, 2)) // what is random is the scheduling
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var changers, holders sync.WaitGroup
	var quiet atomic.Bool
	for i, q := range servers {
		changers.Go(func() { w.change(t, ctx, q) })
		for j := range 3 {
			holders.Go(func() { w.hold(t, ctx, q, fmt.Sprintf("server %d.%d", i, j), &quiet) })
		}
	}
	changers.Wait()
	quiet.Store(true)
	holders.Wait()
	for k := range w.keys {
		if now, seen := w.now[k].Load(), w.seen[k].Load(); now != seen {
			t.Errorf("thing %d changed %d times and was last seen at %d", k, now, seen)
		}
	}
}

func (w *world) chance() float64 { w.mu.Lock(); defer w.mu.Unlock(); return w.rng.Float64() }

// change changes a thing and enqueues it, as one transaction would.
func (w *world) change(t *testing.T, ctx context.Context, q Queue) {
	for range w.changes {
		k := int(w.chance() * float64(w.keys))
		w.now[k].Add(1)
		if err := q.Enqueue(ctx, key(k)); err != nil {
			t.Errorf("enqueue: %v", err)
			return
		}
	}
}

// hold deals with keys until there are none and nothing changes any more.
func (w *world) hold(t *testing.T, ctx context.Context, q Queue, name string, quiet *atomic.Bool) {
	for idle := time.Duration(0); idle < 2*w.grace() || !quiet.Load(); {
		claims, err := q.Claim(ctx, name, 2, w.lease)
		if err != nil {
			t.Errorf("claim: %v", err)
			return
		}
		for _, c := range claims {
			w.look(t, ctx, q, c)
		}
		if idle += time.Millisecond; len(claims) > 0 {
			idle = 0
		}
		time.Sleep(time.Millisecond)
	}
}

// grace is how long a key may be out of sight.
func (w *world) grace() time.Duration {
	if w.deaths > 0 {
		return w.lease
	}
	return 10 * time.Millisecond
}

// look deals with one thing, or dies over it.
func (w *world) look(t *testing.T, ctx context.Context, q Queue, c state.Claim) {
	var k int
	if _, err := fmt.Sscanf(c.Key.ID(), "%d", &k); err != nil {
		t.Errorf("key %q", c.Key)
		return
	}
	if w.deaths > 0 && w.chance() < w.deaths {
		return // the lease ends by itself
	}
	if n := w.holder[k].Add(1); n > 1 && w.deaths == 0 {
		t.Errorf("%s has %d holders", c.Key, n)
	}
	seen := w.now[k].Load()
	time.Sleep(time.Duration(w.chance() * float64(2*time.Millisecond)))
	w.raise(k, seen)
	w.holder[k].Add(-1)
	if err := q.Release(ctx, c, time.Time{}); err != nil && (w.deaths == 0 || !errors.Is(err, state.ErrFenced)) {
		t.Errorf("release: %v", err)
	}
}

// raise never lowers: a slow holder's commit would have been fenced.
func (w *world) raise(k int, seen int64) {
	for old := w.seen[k].Load(); seen > old && !w.seen[k].CompareAndSwap(old, seen); old = w.seen[k].Load() {
	}
}

func key(k int) state.Key { return state.JobKey(fmt.Sprint(k)) }

// extend: a holder that goes on extending is left alone far beyond its lease.
func extend(t *testing.T, servers []Queue) {
	const lease = 2 * time.Second
	holder, rival := servers[0], servers[len(servers)-1]
	if err := holder.Enqueue(t.Context(), key(0)); err != nil {
		t.Fatal(err)
	}
	claims, err := holder.Claim(t.Context(), "holder", 1, lease)
	if err != nil || len(claims) != 1 {
		t.Fatalf("claims %v, %v", claims, err)
	}
	for range 7 {
		time.Sleep(lease / 6)
		if lost, err := holder.Extend(t.Context(), lease, claims...); err != nil || len(lost) > 0 {
			t.Fatalf("lost %v, %v", lost, err)
		}
		if got, err := rival.Claim(t.Context(), "rival", 1, lease); err != nil || len(got) > 0 {
			t.Fatalf("the rival has %v, %v", got, err)
		}
	}
}
