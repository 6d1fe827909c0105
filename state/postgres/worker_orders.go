package postgres

import (
	"context"
	"fmt"

	"github.com/weirci/weir/state"
)

// StartOrder is a run that its worker has not started yet, as far as is known.
type StartOrder struct {
	RunRef
	Task []byte // weir.v1.Task
}

// WorkerOrders is everything that a worker is to do now.
type WorkerOrders struct {
	Start []StartOrder
	Kill  []RunRef
}

// WorkerOrders is for the stream of a registration; ErrFenced says that there is
// a newer one.
func (s *Store) WorkerOrders(ctx context.Context, workerID string, epoch int64) (WorkerOrders, error) {
	rows, err := s.q.WorkerOrders(ctx, workerID)
	if err != nil {
		return WorkerOrders{}, fmt.Errorf("orders of worker %s: %w", workerID, err)
	}
	if len(rows) == 0 || rows[0].Registration != epoch {
		return WorkerOrders{}, fmt.Errorf("orders of worker %s: %w", workerID, state.ErrFenced)
	}
	var out WorkerOrders
	for _, r := range rows {
		if r.ID == nil {
			continue
		}
		ref := RunRef{ID: *r.ID, Epoch: *r.Epoch}
		if r.Task != nil {
			out.Start = append(out.Start, StartOrder{RunRef: ref, Task: r.Task})
		}
		if r.KillRequestedAt != nil {
			out.Kill = append(out.Kill, ref)
		}
	}
	return out, nil
}
