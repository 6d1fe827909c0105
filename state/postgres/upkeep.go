package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// LoadUpkeep notes which scopes nobody wants, and gives what may have to go.
func (s *Store) LoadUpkeep(ctx context.Context, in state.UpkeepQuery) (snap state.UpkeepSnapshot, err error) {
	if snap.Now, err = s.q.DatabaseNow(ctx); err != nil {
		return snap, fmt.Errorf("load upkeep: %w", err)
	}
	if err := s.q.MarkScopes(ctx); err != nil {
		return snap, fmt.Errorf("mark unused scopes: %w", err)
	}
	scopes, err := s.q.UnusedScopes(ctx, snap.Now.Add(-in.ScopesUnused), int32(in.Most))
	if err != nil {
		return snap, fmt.Errorf("load unused scopes: %w", err)
	}
	for _, r := range scopes {
		snap.Scopes = append(snap.Scopes, state.IdleRow{ID: r.ID, Since: orZero(r.UnusedSince)})
	}
	revisions, err := s.q.OldRevisions(ctx, int64(in.Revisions), int32(in.Most))
	if err != nil {
		return snap, fmt.Errorf("load old revisions: %w", err)
	}
	for _, r := range revisions {
		snap.Revisions = append(snap.Revisions, state.OldRevision{PipelineID: r.PipelineID, Number: r.Number, Newest: r.Newest})
	}
	if in.Archived <= 0 {
		return snap, nil
	}
	archives, err := s.q.OldArchives(ctx, snap.Now.Add(-in.Archived), int32(in.Most))
	for _, r := range archives {
		snap.Archives = append(snap.Archives, state.IdleRow{ID: r.ID, Since: r.ArchivedAt})
	}
	return snap, wrap(err, "load archived pipelines")
}

// CommitUpkeep does what was decided about them, as far as nobody has come back to
// any of it since, and counts it.
func (s *Store) CommitUpkeep(ctx context.Context, c state.Claim, ch state.UpkeepChange) error {
	err := s.fenced(ctx, c, func(q *db.Queries) error {
		counts := counts{}
		if err := deleteScopes(ctx, q, ch.Scopes, counts); err != nil {
			return fmt.Errorf("scopes: %w", err)
		}
		if err := deleteRevisions(ctx, q, ch.Revisions, counts); err != nil {
			return fmt.Errorf("revisions: %w", err)
		}
		for _, id := range ch.Archives {
			if err := destroyArchive(ctx, q, id, counts); err != nil {
				return fmt.Errorf("archived pipelines: %w", err)
			}
		}
		return counts.write(ctx, q)
	})
	return wrap(err, "commit upkeep")
}

func deleteScopes(ctx context.Context, q *db.Queries, ids []string, counts counts) error {
	if len(ids) == 0 {
		return nil
	}
	locked, err := q.LockUnusedScopes(ctx, ids)
	if err != nil || len(locked) == 0 {
		return err
	}
	// Another statement: it sees what those have written who had them locked.
	if counts["scope"], err = q.DeleteScopes(ctx, locked); err != nil {
		return err
	}
	keys := make([]string, len(locked))
	for i, id := range locked {
		keys[i] = string(state.ScopeKey(id))
	}
	return q.ForgetScopes(ctx, keys)
}

func deleteRevisions(ctx context.Context, q *db.Queries, revisions []state.OldRevision, counts counts) error {
	if len(revisions) == 0 {
		return nil
	}
	var pipelines []string
	var numbers []int64
	for _, r := range revisions {
		pipelines, numbers = append(pipelines, r.PipelineID), append(numbers, r.Number)
	}
	if err := q.LockPipelines(ctx, pipelines); err != nil {
		return err
	}
	var err error
	if counts["revision"], err = q.DeleteRevisions(ctx, pipelines, numbers); err != nil {
		return err
	}
	counts["definition"], err = q.DeleteDefinitions(ctx, pipelines)
	return err
}

// weirItself is who does what nobody asked for at that moment, in the audit.
const weirItself = "weir"

// destroyArchive is destroy of a pipeline that was archived for long enough.
func destroyArchive(ctx context.Context, q *db.Queries, id string, counts counts) error {
	rows, err := q.LockArchive(ctx, id)
	if err != nil || len(rows) == 0 {
		return err
	}
	p := rows[0]
	open, err := q.OpenBuilds(ctx, id)
	if err != nil || len(open) > 0 {
		return err
	}
	scopes, err := removePipeline(ctx, q, id)
	if err != nil {
		return err
	}
	counts["pipeline"]++
	details := with(change(p.Revision, nil), "archived_at", p.ArchivedAt.UTC().Format(time.RFC3339))
	event := state.Event{Actor: weirItself, Action: "pipeline.destroy", Subject: p.Name, Details: with(details, "why", "it was archived for as long as the server keeps archived pipelines")}
	if err := appendEvent(ctx, q, p.TeamID, event); err != nil {
		return err
	}
	return enqueue(ctx, q, append(scopes, state.KeyGC)...)
}
