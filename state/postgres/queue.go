package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Enqueue asks for a look at keys, now. A key that somebody holds is looked at
// again when it is released.
func (s *Store) Enqueue(ctx context.Context, keys ...state.Key) error {
	return s.tx(ctx, func(q *db.Queries) error { return enqueue(ctx, q, keys...) })
}

// EnqueueAt asks for a look at keys at a time; one that is due earlier stays so.
func (s *Store) EnqueueAt(ctx context.Context, at time.Time, keys ...state.Key) error {
	return s.tx(ctx, func(q *db.Queries) error { return enqueueAt(ctx, q, &at, keys...) })
}

// Claim takes up to n keys that are due and held by nobody (or by somebody
// whose lease has ended), those that waited longest first.
func (s *Store) Claim(ctx context.Context, holder string, n int, lease time.Duration) ([]state.Claim, error) {
	var rows []db.ClaimKeysRow
	err := again(func() error {
		return s.together(ctx, // which is one transaction, and over when the server has what was sent
			func(q *db.Queries) error { _, err := q.TakeMarks(ctx); return err },
			func(q *db.Queries) (err error) {
				rows, err = q.ClaimKeys(ctx, holder, lease.Seconds(), int32(n))
				return err
			},
		)
	})
	if err != nil {
		return nil, fmt.Errorf("claim keys: %w", err)
	}
	claims := make([]state.Claim, len(rows))
	for i, r := range rows {
		claims[i] = state.Claim{Key: state.Key(r.Key), Epoch: r.Epoch, Due: r.DueAt, Failures: int(r.Failures)}
	}
	slices.SortFunc(claims, func(a, b state.Claim) int { return a.Due.Compare(b.Due) })
	return claims, nil
}

// Extend lengthens leases, counted from now, and returns the claims that are
// lost: others have them.
func (s *Store) Extend(ctx context.Context, lease time.Duration, claims ...state.Claim) ([]state.Claim, error) {
	var keys []string
	var epochs []int64
	for _, c := range claims {
		keys, epochs = append(keys, string(c.Key)), append(epochs, c.Epoch)
	}
	kept, err := s.q.ExtendKeys(ctx, lease.Seconds(), keys, epochs)
	if err != nil {
		return nil, fmt.Errorf("extend leases: %w", err)
	}
	var lost []state.Claim
	for _, c := range claims {
		if !slices.Contains(kept, db.ExtendKeysRow{Key: string(c.Key), Epoch: c.Epoch}) {
			lost = append(lost, c)
		}
	}
	return lost, nil
}

// Release gives a key back that was dealt with. It is due again at next, or,
// where next is zero, when it is enqueued; or at once, if it was enqueued while
// it was held. It returns ErrFenced where another has it.
func (s *Store) Release(ctx context.Context, c state.Claim, next time.Time) error {
	if next.IsZero() {
		n, err := s.q.ReleaseIdle(ctx, string(c.Key), c.Epoch)
		if err != nil || n == 1 {
			return err
		}
	}
	due, err := s.q.ReleaseNext(ctx, next, string(c.Key), c.Epoch)
	if err = notFound(err); err != nil {
		return fenceError(c, err)
	}
	if due { // others may be idle
		s.hints.tell(hint{ChannelQueue, Everything})
	}
	return nil
}

// ReleaseFailed gives a key back that could not be dealt with: it is due again
// after the delay, with one failure more, and the cause is kept for people.
func (s *Store) ReleaseFailed(ctx context.Context, c state.Claim, delay time.Duration, cause error) error {
	n, err := s.q.ReleaseFailed(ctx, cause.Error(), delay.Seconds(), string(c.Key), c.Epoch)
	if err == nil && n == 0 {
		err = state.ErrNotFound
	}
	return fenceError(c, err)
}

// fenceError: a claim's row that is not there is one that another has taken.
func fenceError(c state.Claim, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, state.ErrNotFound):
		return fmt.Errorf("%s: %w", c.Key, state.ErrFenced)
	}
	return fmt.Errorf("release %s: %w", c.Key, err)
}

// Depth is what waits in the queue, a row for each kind of key.
func (s *Store) Depth(ctx context.Context) ([]state.QueueDepth, error) {
	rows, err := s.q.QueueDepth(ctx)
	if err != nil {
		return nil, fmt.Errorf("depth of the queue: %w", err)
	}
	out := make([]state.QueueDepth, len(rows))
	for i, r := range rows {
		out[i] = state.QueueDepth{Kind: r.Kind, Keys: r.Keys, Due: r.Due, Held: r.Held, Oldest: time.Duration(r.OldestMs) * time.Millisecond}
	}
	return out, nil
}
