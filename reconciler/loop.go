package reconciler

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/weirci/weir/state"
)

const (
	errorBackoff = 100 * time.Millisecond
	mostBackoff  = time.Minute
	mostAway     = 5 * time.Second // between looks at a queue that could not be read: when the database is back, work is
	mostRetries  = 5
	gatherFree   = 2 * time.Millisecond
)

// loop claims keys and works on up to Workers of them at once.
func (r *Reconciler) loop(ctx, work context.Context, stop context.CancelFunc) {
	free := make(chan struct{}, r.Workers) // a token for each worker that has nothing to do
	for range r.Workers {
		free <- struct{}{}
	}
	var busy sync.WaitGroup
	failures := 0
	for ctx.Err() == nil {
		n := r.take(ctx, free)
		claims, err := r.claim(ctx, n)
		for _, c := range claims {
			busy.Go(func() {
				if c.Key.Kind() == "notify" { // it waits for others, and is bounded by itself
					free <- struct{}{}
					r.Handle(work, c)
					return
				}
				r.Handle(work, c)
				free <- struct{}{}
				r.wakeUp()
			})
		}
		for range n - len(claims) {
			free <- struct{}{}
		}
		if failures++; err == nil {
			failures = 0
		}
		if len(claims) == 0 || len(claims) < n {
			r.idle(ctx, failures)
		}
	}
	r.drain(&busy, stop)
}

// take waits for a free worker and takes all that are free. While most are busy it
// waits a moment for more: a claim of several keys costs hardly more than one of one.
func (r *Reconciler) take(ctx context.Context, free chan struct{}) int {
	select {
	case <-ctx.Done():
		return 0
	case <-free:
	}
	n := 1 + takeAll(free)
	if n < r.Workers/2 {
		select {
		case <-ctx.Done():
		case <-time.After(gatherFree):
		}
		n += takeAll(free)
	}
	return n
}

func takeAll(free chan struct{}) (n int) {
	for ; ; n++ {
		select {
		case <-free:
		default:
			return n
		}
	}
}

func (r *Reconciler) claim(ctx context.Context, n int) ([]state.Claim, error) {
	if n == 0 {
		return nil, nil
	}
	claims, err := r.store.Claim(ctx, r.Holder, n, r.Lease)
	if err != nil && ctx.Err() == nil {
		r.Log.Warn("cannot claim keys", "error", err)
	}
	return claims, err
}

// idle waits until there may be something on the queue.
func (r *Reconciler) idle(ctx context.Context, failures int) {
	wait := r.Poll
	if failures > 0 {
		wait = state.Backoff(errorBackoff, mostAway, failures, r.Rand())
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	wake, local := r.Wake, r.local
	if failures > 0 {
		wake, local = nil, nil
	}
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-local:
	case _, open := <-wake:
		if !open {
			r.Wake = nil
		}
	}
}

// drain waits for what is under way, for Drain at most.
func (r *Reconciler) drain(busy *sync.WaitGroup, stop context.CancelFunc) {
	t := time.AfterFunc(r.Drain, stop)
	defer t.Stop()
	busy.Wait()
}

// Handle works on one key and gives it back. Run calls it for what it claims; the
// simulator calls it itself.
func (r *Reconciler) Handle(work context.Context, c state.Claim) {
	ctx, stop := context.WithCancel(work)
	defer stop()
	r.hold(c, stop)
	defer r.unhold(c)
	began := r.Now()
	next, err := r.reconcile(ctx, c)
	log := r.Log.With("key", string(c.Key), "took", r.Now().Sub(began))
	switch {
	case err == nil:
		err = r.store.Release(ctx, c, next)
		log.Debug("reconciled", "next", next)
	case errors.Is(err, state.ErrFenced), ctx.Err() != nil:
		log.Info("left to another", "error", err)
		return
	default:
		log.Error("cannot reconcile", "error", err, "failures", c.Failures+1)
		err = r.store.ReleaseFailed(ctx, c, state.Backoff(errorBackoff, mostBackoff, c.Failures+1, r.Rand()), err)
	}
	if err != nil && !errors.Is(err, state.ErrFenced) && ctx.Err() == nil {
		log.Warn("cannot release", "error", err)
	}
}

func (r *Reconciler) hold(c state.Claim, stop context.CancelFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held[c.Key] = holding{c, stop}
}

func (r *Reconciler) unhold(c state.Claim) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held[c.Key].claim.Epoch == c.Epoch {
		delete(r.held, c.Key)
	}
}

// reconcile decides again as long as the ground moves under it. A panic is an
// error of this key, and of no other.
func (r *Reconciler) reconcile(ctx context.Context, c state.Claim) (next time.Time, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: panic: %v\n%s", c.Key, p, debug.Stack())
		}
	}()
	for range mostRetries {
		if next, err = r.dispatch(ctx, c); !errors.Is(err, state.ErrConflict) {
			break
		}
	}
	if errors.Is(err, state.ErrNotFound) { // deleted meanwhile
		return time.Time{}, nil
	}
	return next, err
}

func (r *Reconciler) dispatch(ctx context.Context, c state.Claim) (time.Time, error) {
	switch c.Key.Kind() {
	case "job":
		return r.job(ctx, c)
	case "build":
		return r.build(ctx, c)
	case "scope":
		return r.scope(ctx, c)
	case "worker":
		return r.worker(ctx, c)
	case "notify":
		return r.notify(ctx, c)
	case string(state.KeyPlace):
		return r.place(ctx, c)
	case string(state.KeyGC):
		return r.collect(ctx, c)
	case string(state.KeyRetention):
		return r.retain(ctx, c)
	case string(state.KeyUpkeep):
		return r.upkeep(ctx, c)
	}
	return time.Time{}, fmt.Errorf("%s: no decider is for such a key", c.Key)
}
