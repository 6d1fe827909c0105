package postgres

import (
	"context"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Rerun makes a pending build that does another one again: same revision, inputs and
// params. One that resumes it begins where it failed. state.ErrNotFound: it is not
// the team's, or its job is no more.
func (s *Store) Rerun(ctx context.Context, team, buildID, actor string, resume bool) (id string, err error) {
	cause := "rerun"
	if resume {
		cause = "resume"
	}
	err = s.tx(ctx, func(q *db.Queries) error {
		job, err := q.BuildJob(ctx, buildID)
		if err != nil {
			return err
		}
		if _, err := mayTrigger(ctx, q, job); err != nil {
			return err
		}
		row, err := q.Again(ctx, buildID, team, cause, actor)
		if err != nil {
			return err
		}
		id = row.ID
		if err := auditOf(ctx, q, auditParams(ctx, team, actor, "build."+cause, "build/"+id), with(change(nil, newBuild(row.Pipeline, row.Job, row.Number)), "of", "build/"+buildID)); err != nil {
			return err
		}
		return enqueue(ctx, q, state.JobKey(row.JobID))
	})
	return id, wrap(err, cause)
}

// loadBefore fills in what is left of the build that one resumes; nil: it does not.
func (s *Store) loadBefore(ctx context.Context, b *state.BuildBefore) error {
	if b == nil {
		return nil
	}
	b.Answers = map[string][]byte{}
	return s.together(ctx,
		func(q *db.Queries) error {
			rows, err := q.BeforeSteps(ctx, b.ID)
			for _, r := range rows {
				b.Steps = append(b.Steps, state.StepBefore{Path: r.Path, Name: r.Name, Status: state.StepStatus(r.Status)})
			}
			return err
		},
		func(q *db.Queries) error {
			rows, err := q.BeforeArtifacts(ctx, b.ID)
			for _, r := range rows {
				b.Artifacts = append(b.Artifacts, state.ArtifactBefore{
					ArtifactRow: state.ArtifactRow{Name: r.Name, Run: r.RunID, Worker: r.Worker, Volume: r.Volume}, Path: r.StepPath, Kind: r.Kind,
				})
			}
			return err
		},
		func(q *db.Queries) error {
			rows, err := q.BeforePuts(ctx, b.ID)
			for _, r := range rows {
				b.Answers[r.StepPath] = r.Result
			}
			return err
		},
	)
}
