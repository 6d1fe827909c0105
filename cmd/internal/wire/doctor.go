package wire

import (
	"context"

	"github.com/weirci/weir/reconciler/doctor"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// Doctor looks for what must not be in a database. It writes nothing.
func Doctor(ctx context.Context, s *postgres.Store) ([]state.Finding, error) {
	c, err := s.Checkup(ctx)
	return doctor.Judge(c), err
}
