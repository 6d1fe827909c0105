package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// What an explanation asks besides what the deciders are given. It only reads.

// NewestOf gives the newest versions, n at most, of each of the resources, in the
// order of their ids.
func (s *Store) NewestOf(ctx context.Context, resourceIDs []string, n int) ([][]state.SeenVersion, error) {
	ords := make([]int32, len(resourceIDs))
	for i := range ords {
		ords[i] = int32(i)
	}
	rows, err := s.q.ExplainVersions(ctx, ords, resourceIDs, int32(n))
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	out := make([][]state.SeenVersion, len(resourceIDs))
	for _, r := range rows {
		v, err := version(r.Version)
		if err != nil {
			return nil, err
		}
		seen := state.SeenVersion{VersionRow: state.VersionRow{ID: r.ID, Order: r.CheckOrder, Version: v}, Disabled: r.Disabled}
		out[r.Ord] = append(out[r.Ord], seen)
	}
	return out, nil
}

// Tried says what became of versions in jobs.
func (s *Store) Tried(ctx context.Context, q state.TriedQuery) ([]state.TriedRow, error) {
	rows, err := s.q.ExplainTried(ctx, q.Resources, q.Versions, q.Jobs)
	out := make([]state.TriedRow, len(rows))
	for i, r := range rows {
		out[i] = state.TriedRow{JobID: r.JobID, ResourceID: r.ResourceID, VersionID: r.VersionID, Number: r.Number, Status: state.BuildStatus(r.Status)}
	}
	return out, wrap(err, "read what had the versions")
}

// KeyOf says how a key stands on the queue.
func (s *Store) KeyOf(ctx context.Context, key state.Key) (state.KeyState, error) {
	r, err := s.q.ExplainKey(ctx, string(key))
	if errors.Is(err, pgx.ErrNoRows) {
		return state.KeyState{}, nil
	}
	return state.KeyState{Queued: true, Due: r.DueAt, Held: r.Held, Failures: int(r.Failures), Error: r.LastError}, wrap(err, "read the queue")
}

// WaitingSince says since when each subject waits for the reason that its
// condition has, by "subject reason".
func (s *Store) WaitingSince(ctx context.Context, subjects ...string) (map[string]time.Time, error) {
	rows, err := s.q.ExplainSince(ctx, subjects)
	out := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		out[r.Subject+" "+r.Reason] = r.Since
	}
	return out, wrap(err, "read conditions")
}

// OpenRuns gives the runs of a build that have not ended.
func (s *Store) OpenRuns(ctx context.Context, buildID string) ([]state.RunPlace, error) {
	rows, err := s.q.ExplainRuns(ctx, buildID)
	out := make([]state.RunPlace, len(rows))
	for i, r := range rows {
		out[i] = runPlace(db.ExplainRunRow(r))
		out[i].BuildID = buildID
	}
	return out, wrap(err, "read runs")
}

// RunPlaceOf says where one run is.
func (s *Store) RunPlaceOf(ctx context.Context, id string) (state.RunPlace, error) {
	r, err := s.q.ExplainRun(ctx, id)
	return runPlace(r), wrap(err, "read a run")
}

func runPlace(r db.ExplainRunRow) state.RunPlace {
	return state.RunPlace{
		ID: r.ID, Path: r.StepPath, Attempt: int(r.Attempt), Status: state.RunStatus(r.Status), Worker: r.Worker, Stalled: r.Stalled, Since: r.Since,
		Needs: r.Needs, Tags: r.Tags, TeamID: r.Team, Created: r.CreatedAt, KillWanted: r.Killed,
	}
}

// StepNotes are the steps of a build, in source order.
func (s *Store) StepNotes(ctx context.Context, buildID string) ([]state.StepNote, error) {
	rows, err := s.q.ExplainSteps(ctx, buildID)
	out := make([]state.StepNote, len(rows))
	for i, r := range rows {
		out[i] = state.StepNote(r)
	}
	return out, wrap(err, "read steps")
}

// BuildEnd is the message that a build ended with, on whose account, and when.
func (s *Store) BuildEnd(ctx context.Context, buildID string) (string, state.Fault, time.Time, error) {
	r, err := s.q.ExplainEnd(ctx, buildID)
	return r.Message, state.Fault(r.Fault), orZero(r.EndedAt), wrap(err, "read a build")
}

// ScopeOf is the scope of a live resource, and the error of its last check.
func (s *Store) ScopeOf(ctx context.Context, resourceID string) (id, lastError string, err error) {
	r, err := s.q.ExplainScope(ctx, resourceID)
	return r.ScopeID, r.LastError, wrap(err, "read a resource")
}

// AttemptView is a run of a build with where its time went.
type AttemptView = db.ExplainAttemptsRow

// Attempts are the runs of a build, oldest first.
func (s *Store) Attempts(ctx context.Context, buildID string) ([]AttemptView, error) {
	rows, err := s.q.ExplainAttempts(ctx, buildID)
	return rows, wrap(err, "read runs")
}
