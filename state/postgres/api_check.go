package postgres

import (
	"context"

	"github.com/weirci/weir/state/postgres/internal/db"
)

// CheckView is a check of a resource, and the end of what it wrote.
type CheckView struct {
	db.APILastCheckRow
	Log string
}

// LastCheck is the newest check of a resource whose run is still there: it stays
// for some minutes. state.ErrNotFound: there is none.
func (s *Store) LastCheck(ctx context.Context, team, resourceID string) (CheckView, error) {
	row, err := s.q.APILastCheck(ctx, team, resourceID)
	if err != nil {
		return CheckView{}, wrap(err, "find the last check")
	}
	log, err := s.endOfLog(ctx, row.ID)
	return CheckView{row, log}, wrap(err, "read the log of a check")
}
