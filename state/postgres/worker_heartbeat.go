package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Heartbeat is what a worker reports at an interval.
type Heartbeat struct {
	Epoch   int64              // of its registration
	State   state.WorkerStatus // what it wants to be
	Runs    []string           // that have a container or a run directory
	Volumes []string
	Refuses string // why it takes no new runs; "": it does
}

// HeartbeatAnswer says what the worker is now, and what no row wants of what it
// reported.
type HeartbeatAnswer struct {
	Status  state.WorkerStatus
	Gone    bool // it has retired: its row is deleted
	Runs    []string
	Volumes []string
}

// WorkerHeartbeat notes that a worker lives, and compares what it has with the
// rows, both ways. ErrFenced says that there is a newer registration.
func (s *Store) WorkerHeartbeat(ctx context.Context, w WorkerIdentity, h Heartbeat) (HeartbeatAnswer, error) {
	h.Runs, h.Volumes = append([]string{}, h.Runs...), append([]string{}, h.Volumes...) // nil is NULL
	var out HeartbeatAnswer
	err := s.tx(ctx, func(q *db.Queries) error {
		out = HeartbeatAnswer{}
		was, err := q.BeatWorker(ctx, h.Refuses, w.ID, h.Epoch)
		if errors.Is(err, pgx.ErrNoRows) {
			return state.ErrFenced
		}
		if err != nil {
			return err
		}
		if out, err = reconcile(ctx, q, w.ID, h); err != nil {
			return err
		}
		return moveWorker(ctx, q, w, state.WorkerStatus(was), h.State, &out)
	})
	if err != nil {
		return HeartbeatAnswer{}, fmt.Errorf("heartbeat of worker %s: %w", w.Name, err)
	}
	return out, nil
}

// reconcile compares containers and volumes. What is being created need not be
// there yet; what is being destroyed and not there is gone.
func reconcile(ctx context.Context, q *db.Queries, id string, h Heartbeat) (out HeartbeatAnswer, err error) {
	if err = q.SeeContainers(ctx, id, h.Runs); err != nil {
		return out, err
	}
	if err = q.DropContainers(ctx, id, h.Runs); err != nil {
		return out, err
	}
	if out.Runs, err = q.UnwantedContainers(ctx, h.Runs, id); err != nil {
		return out, err
	}
	if err = q.SeeVolumes(ctx, id, h.Volumes); err != nil {
		return out, err
	}
	if err = q.DropVolumes(ctx, id, h.Volumes); err != nil {
		return out, err
	}
	out.Volumes, err = q.UnwantedVolumes(ctx, h.Volumes, id)
	return out, err
}

// moveWorker makes a worker what it wants to be, as far as its runs allow.
func moveWorker(ctx context.Context, q *db.Queries, w WorkerIdentity, was, wanted state.WorkerStatus, out *HeartbeatAnswer) error {
	id := w.ID
	busy, err := q.WorkerHasOpenRuns(ctx, id)
	if err != nil {
		return err
	}
	out.Status = was
	for _, to := range workerPath(was, wanted, busy) {
		if _, err := q.MoveWorker(ctx, string(to), id, to.From()); err != nil {
			return err
		}
		out.Status = to
	}
	if out.Status == state.WorkerRetiring && !busy {
		out.Gone = true
		if err := q.DeleteWorker(ctx, id); err != nil {
			return err
		}
		if err := retired(ctx, q, w, was); err != nil {
			return err
		}
	}
	if out.Status == was && !out.Gone {
		return nil
	}
	return enqueue(ctx, q, state.WorkerKey(id), state.KeyPlace)
}

// retired is in the audit: a worker goes because somebody told it to.
func retired(ctx context.Context, q *db.Queries, w WorkerIdentity, was state.WorkerStatus) error {
	return insertEvent(ctx, q, nil, state.Event{Actor: "worker/" + w.Name, Action: "worker.retire", Subject: "worker/" + w.Name, Details: change(was, nil)})
}

// workerPath is the moves to what a worker wants to be. A busy one does not land
// before its last run has ended.
func workerPath(was, wanted state.WorkerStatus, busy bool) []state.WorkerStatus {
	if wanted == state.WorkerLanded && busy {
		wanted = state.WorkerLanding
	}
	switch {
	case was == wanted:
		return nil
	case was.Move(wanted) == nil:
		return []state.WorkerStatus{wanted}
	case wanted == state.WorkerLanded && was.Move(state.WorkerLanding) == nil:
		return []state.WorkerStatus{state.WorkerLanding, state.WorkerLanded}
	}
	return append([]state.WorkerStatus{state.WorkerRunning}, workerPath(state.WorkerRunning, wanted, busy)...)
}
