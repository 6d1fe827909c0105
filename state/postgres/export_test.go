package postgres

import (
	"context"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Commit is what a holder does with its decision: fence, change something,
// enqueue others. wait runs between the fence and the rest.
func (s *Store) Commit(ctx context.Context, c state.Claim, team string, wait func()) error {
	return s.fenced(ctx, c, func(q *db.Queries) error {
		wait()
		if err := q.InsertTeam(ctx, team); err != nil {
			return err
		}
		return enqueue(ctx, q, state.KeyPlace)
	})
}
