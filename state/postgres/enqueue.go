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

// The channels of NOTIFY. What comes through them is a hint where to look; the
// tables are the truth.
const (
	ChannelQueue  = "weir_queue"  // something is due
	ChannelWorker = "weir_worker" // payload: a worker's id; it has new orders
	ChannelAttach = "weir_attach" // payload: see Attach
	ChannelBuild  = "weir_build"  // payload: a build's id; it, its steps or its log changed
)

// enqueue asks for a look at keys, in the transaction that changes what they
// name, and as its last statement: the rows stay locked until it ends.
func enqueue(ctx context.Context, q *db.Queries, keys ...state.Key) error {
	return enqueueAt(ctx, q, nil, keys...)
}

// enqueueAt asks for a look at a later time; nil is now.
func enqueueAt(ctx context.Context, q *db.Queries, at *time.Time, keys ...state.Key) error {
	if len(keys) == 0 {
		return nil
	}
	var names, marks []string
	for _, k := range keys {
		if k == state.KeyPlace || k == state.KeyGC { // every build asks for these
			marks = append(marks, string(k))
		} else {
			names = append(names, string(k))
		}
	}
	slices.Sort(names)
	names = slices.Compact(names) // one statement may not touch a row twice
	if len(marks) > 0 {
		if err := q.MarkKeys(ctx, at, marks); err != nil {
			return fmt.Errorf("mark %d keys: %w", len(marks), err)
		}
	}
	if len(names) > 0 {
		if err := q.EnqueueKeys(ctx, at, names); err != nil {
			return fmt.Errorf("enqueue %d keys: %w", len(names), err)
		}
	}
	return q.Notify(ctx, ChannelQueue, "")
}

// fence returns ErrFenced where another has the key by now. It is the first
// statement of a transaction that commits what a holder decided; until its end
// nobody can claim the key. The error may come out of a later statement: see
// pipelined.
func fence(ctx context.Context, q *db.Queries, c state.Claim) error {
	return q.FenceKey(ctx, string(c.Key), c.Epoch)
}

// fenced is tx for the holder of a claim.
func (s *Store) fenced(ctx context.Context, c state.Claim, do func(q *db.Queries) error) error {
	err := s.tx(ctx, func(q *db.Queries) error {
		if err := fence(ctx, q, c); err != nil {
			return err
		}
		return do(q)
	})
	if errors.Is(err, state.ErrFenced) {
		return fmt.Errorf("%s: %w", c.Key, state.ErrFenced)
	}
	return err
}
