package postgres

import (
	"context"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Archived says whether a pipeline is archived; false where there is none.
func (s *Store) Archived(ctx context.Context, team, pipeline string) (bool, error) {
	rows, err := s.q.IsArchived(ctx, team, pipeline)
	return len(rows) > 0, wrap(err, "pipeline "+pipeline)
}

// ArchivePipeline has nothing of a pipeline start or be checked any more, or takes
// it up again. To do it again changes nothing.
func (s *Store) ArchivePipeline(ctx context.Context, team, pipeline, actor string, archived bool) error {
	action := "pipeline.unarchive"
	if archived {
		action = "pipeline.archive"
	}
	return wrap(s.tx(ctx, func(q *db.Queries) error {
		if !archived { // who takes it up keeps it
			if err := q.ForgetParentsOf(ctx, team, pipeline); err != nil {
				return err
			}
		}
		ids, err := q.ArchivePipeline(ctx, archived, team, pipeline)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := auditOf(ctx, q, auditParams(ctx, team, actor, action, pipeline), change(!archived, archived)); err != nil {
			return err
		}
		if err := archiveChanged(ctx, q, ids[0], archived); err != nil || !archived {
			return err
		}
		return archiveChildren(ctx, q, actor, ids[0], "its parent "+pipeline+" was archived")
	}), "archive a pipeline")
}

// unarchive takes up a pipeline to which something is applied. The caller has
// locked it.
func unarchive(ctx context.Context, q *db.Queries, in ApplyInput, pipelineID string) error {
	n, err := q.UnarchiveApplied(ctx, pipelineID)
	if err != nil || n == 0 {
		return err
	}
	if err := appendEvent(ctx, q, in.TeamID, state.Event{Actor: in.Actor, Action: "pipeline.unarchive", Subject: in.Pipeline, Details: change(true, false)}); err != nil {
		return err
	}
	return archiveChanged(ctx, q, pipelineID, false)
}

// archiveChanged has all looked at that does or does not go on.
func archiveChanged(ctx context.Context, q *db.Queries, pipelineID string, archived bool) error {
	if !archived {
		if err := q.RestartClocks(ctx, pipelineID); err != nil {
			return err
		}
	}
	scopes, err := q.ScopesOfPipeline(ctx, pipelineID)
	if err != nil {
		return err
	}
	if err := q.LockScopes(ctx, scopes); err != nil {
		return err
	}
	keys, err := refreshScopes(ctx, q, scopes)
	if err != nil {
		return err
	}
	jobs, err := q.JobsOfPipeline(ctx, pipelineID)
	for _, id := range jobs {
		keys = append(keys, state.JobKey(id))
	}
	if err != nil {
		return err
	}
	return enqueue(ctx, q, keys...)
}
