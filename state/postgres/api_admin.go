package postgres

import (
	"context"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// WorkerView is a worker with how many runs it has.
type WorkerView = db.APIWorkersRow

// WorkerViews lists all workers.
func (s *Store) WorkerViews(ctx context.Context) ([]WorkerView, error) {
	rows, err := s.q.APIWorkers(ctx)
	return rows, wrap(err, "list workers")
}

// Gauges is how the installation is now.
type Gauges struct {
	Builds  []db.APIOpenBuildsRow // pending and running
	Queue   []state.QueueDepth
	Workers []db.APIWorkersByStatusRow
}

// Events is what happened in a span of time.
type Events struct {
	Ended      []db.APIEndedBuildsRow
	Placements []float64 // seconds that runs waited for a worker
	Checks     []db.APIEndedChecksRow
	Phases     []Phases // of the runs of builds that ended
}

// Phases is where the time of a run went, in milliseconds; nil: nobody has told.
type Phases = db.APIPhasesRow

// Gauges reads the present.
func (s *Store) Gauges(ctx context.Context) (g Gauges, err error) {
	if g.Builds, err = s.q.APIOpenBuilds(ctx); err != nil {
		return g, wrap(err, "count builds")
	}
	if g.Queue, err = s.Depth(ctx); err != nil {
		return g, wrap(err, "measure the queue")
	}
	g.Workers, err = s.q.APIWorkersByStatus(ctx)
	return g, wrap(err, "count workers")
}

// Horizon is the time, by the database's clock, up to which Events are complete.
func (s *Store) Horizon(ctx context.Context) (time.Time, error) {
	t, err := s.q.APIMetricsHorizon(ctx)
	return t, wrap(err, "ask for the time")
}

// Events reads what happened after since and not after until.
func (s *Store) Events(ctx context.Context, since, until time.Time) (e Events, err error) {
	if e.Ended, err = s.q.APIEndedBuilds(ctx, since, until); err != nil {
		return e, wrap(err, "count ended builds")
	}
	if e.Placements, err = s.q.APIPlacementWaits(ctx, since, until); err != nil {
		return e, wrap(err, "measure placements")
	}
	if e.Checks, err = s.q.APIEndedChecks(ctx, since, until); err != nil {
		return e, wrap(err, "measure checks")
	}
	e.Phases, err = s.q.APIPhases(ctx, since, until)
	return e, wrap(err, "measure steps")
}
