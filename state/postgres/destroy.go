package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// destroy removes a pipeline and all that hangs from it. What still runs of it
// (by force) is then wanted by no row, so the workers end it; scopes stay, with
// their history, and are checked no more once no resource wants them.
func destroy(ctx context.Context, q *db.Queries, in ApplyInput) error {
	p, err := q.LockPipelineForDelete(ctx, in.TeamID, in.Pipeline)
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("no such pipeline: %w", state.ErrNotFound)
	}
	if err != nil {
		return err
	}
	if err := checkDestroy(ctx, q, p.ID, p.Revision, in); err != nil {
		return err
	}
	workers, err := q.BusyWorkers(ctx, p.ID)
	if err != nil {
		return err
	}
	if err := archiveChildren(ctx, q, in.Actor, p.ID, "its parent "+in.Pipeline+" was destroyed"); err != nil {
		return err
	}
	scopes, err := removePipeline(ctx, q, p.ID)
	if err != nil {
		return err
	}
	event := state.Event{Actor: in.Actor, Action: "pipeline.destroy", Subject: in.Pipeline, Details: with(change(p.Revision, nil), "plan", in.PlanDigest)}
	if err := appendEvent(ctx, q, in.TeamID, event); err != nil {
		return err
	}
	for _, id := range workers {
		if err := q.Notify(ctx, ChannelWorker, id); err != nil {
			return err
		}
	}
	return enqueue(ctx, q, append(scopes, state.KeyGC)...)
}

// checkDestroy says why it may not be: the ground moved, or builds run.
func checkDestroy(ctx context.Context, q *db.Queries, pipelineID string, revision int64, in ApplyInput) error {
	old, err := loadRevision(ctx, q, pipelineID, revision)
	if err != nil {
		return err
	}
	current, err := old.build()
	if err != nil && !in.Force { // a damaged one can be destroyed by force
		return err
	}
	if m := moved(in.Guards, current, true); err == nil && len(m) > 0 {
		return stale(ctx, q, pipelineID, m)
	}
	open, err := q.OpenBuilds(ctx, pipelineID)
	if err != nil || len(open) == 0 || in.Force {
		return err
	}
	busy := &state.OpenBuildsError{Pipeline: in.Pipeline}
	for _, b := range open {
		busy.Builds = append(busy.Builds, fmt.Sprintf("%s #%d", b.Address, b.Number))
	}
	return busy
}

// removePipeline returns the keys of the scopes that it wanted.
func removePipeline(ctx context.Context, q *db.Queries, id string) ([]state.Key, error) {
	resources, err := q.AllResourceAddresses(ctx, id)
	if err != nil {
		return nil, err
	}
	scopes, err := q.ScopesOf(ctx, id, resources)
	if err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		func() error { return q.LockScopes(ctx, scopes) },
		func() error { return q.ForgetConditions(ctx, id) },
		func() error { return q.ForgetKeys(ctx, id) },
		func() error { return q.DeletePipeline(ctx, id) },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return refreshScopes(ctx, q, scopes)
}
