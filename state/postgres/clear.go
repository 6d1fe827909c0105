package postgres

import (
	"context"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// ClearVersions forgets the order of a resource's versions, and has it checked from
// nothing. What builds had and made they keep; a version that is found again is the
// one it was: the builds that had it had it, and disabled stays disabled.
// state.ErrShared: the history is another team's too.
func (s *Store) ClearVersions(ctx context.Context, team, resourceID, actor string) (cleared int64, err error) {
	err = s.tx(ctx, func(q *db.Queries) error {
		scope, err := q.OthersOfScope(ctx, resourceID, team)
		switch {
		case err != nil:
			return err
		case scope.Others:
			return state.ErrShared
		}
		if cleared, err = q.ClearVersions(ctx, scope.ID); err != nil {
			return err
		}
		if err := q.CheckAnew(ctx, scope.ID); err != nil {
			return err
		}
		if err := auditOf(ctx, q, auditParams(ctx, team, actor, "resource.clear-versions", "resource/"+resourceID), change(cleared, 0)); err != nil {
			return err
		}
		return enqueue(ctx, q, state.ScopeKey(scope.ID))
	})
	return cleared, wrap(err, "clear the versions of a resource")
}
