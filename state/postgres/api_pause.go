package postgres

import (
	"context"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// PauseJob pauses a job, or lets it go on. To do it again changes nothing.
func (s *Store) PauseJob(ctx context.Context, team, jobID, actor string, paused bool) error {
	return wrap(s.tx(ctx, func(q *db.Queries) error {
		names, err := q.PauseJob(ctx, paused, jobID, team)
		if err != nil || len(names) == 0 {
			return err
		}
		if err := auditOf(ctx, q, auditParams(ctx, team, actor, pauseAction("job", paused), "job/"+jobID), map[string]any{"job": names[0], "before": !paused, "after": paused}); err != nil {
			return err
		}
		return enqueue(ctx, q, state.JobKey(jobID))
	}), "pause a job")
}

// PausePipeline pauses all jobs of a pipeline, or lets them go on as their own pauses
// say.
func (s *Store) PausePipeline(ctx context.Context, team, pipeline, actor string, paused bool) error {
	return wrap(s.tx(ctx, func(q *db.Queries) error {
		rows, err := q.PausePipeline(ctx, paused, team, pipeline)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := auditOf(ctx, q, auditParams(ctx, team, actor, pauseAction("pipeline", paused), pipeline), map[string]any{"before": !paused, "after": paused}); err != nil {
			return err
		}
		var keys []state.Key
		for _, r := range rows {
			if r.Job != "" {
				keys = append(keys, state.JobKey(r.Job))
			}
		}
		return enqueue(ctx, q, keys...)
	}), "pause a pipeline")
}

func pauseAction(what string, paused bool) string {
	if paused {
		return what + ".pause"
	}
	return what + ".unpause"
}
