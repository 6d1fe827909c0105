package reconciler

import (
	"context"
	"time"

	"github.com/weirci/weir/reconciler/place"
	"github.com/weirci/weir/state"
)

// worker looks at a worker: is it alive?
func (r *Reconciler) worker(ctx context.Context, c state.Claim) (time.Time, error) {
	row, now, err := r.store.LoadWorker(ctx, c.Key.ID())
	if err != nil {
		return time.Time{}, err
	}
	what, message, again := place.Judge(placeWorker(row), row.Heartbeat, r.Patience, now)
	switch what {
	case place.Stall:
		r.Log.Warn("worker is stalled", "worker", row.Name, "reason", message)
		return again, r.store.StallWorker(ctx, c, row, message)
	case place.Lose:
		r.Log.Warn("worker's runs are lost", "worker", row.Name, "reason", message)
		return again, r.store.LoseRuns(ctx, c, row, message)
	}
	return again, nil
}
