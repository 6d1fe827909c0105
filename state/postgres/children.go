package postgres

import (
	"context"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Pipelines that a build sets are children of its job. They are archived when the
// job's newest build that succeeded has not set them, when the job goes, and when its
// pipeline is archived or destroyed; and theirs with them.

// archiveForsaken archives the children that a job has and its newest builds do not
// set any more.
func archiveForsaken(ctx context.Context, q *db.Queries, b state.BuildRow) error {
	if !b.Parent {
		return nil
	}
	rows, err := q.ForsakenChildren(ctx, b.JobID)
	if err != nil {
		return err
	}
	why := "not set any more by " + b.Pipeline + "/" + b.Job.Name()
	for _, r := range rows {
		if err := archiveChild(ctx, q, BuildActor(b), why, child(r)); err != nil {
			return err
		}
	}
	return nil
}

// archiveChildrenOfJobs archives what jobs have set that are no more.
func archiveChildrenOfJobs(ctx context.Context, q *db.Queries, actor string, jobs []string) error {
	rows, err := q.ChildrenOfJobs(ctx, jobs)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := archiveChild(ctx, q, actor, "the job that set it is gone", child(r)); err != nil {
			return err
		}
	}
	return nil
}

// archiveChildren archives what the jobs of a pipeline have set.
func archiveChildren(ctx context.Context, q *db.Queries, actor, pipelineID, why string) error {
	rows, err := q.ChildrenOfPipeline(ctx, pipelineID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := archiveChild(ctx, q, actor, why, child(r)); err != nil {
			return err
		}
	}
	return nil
}

// child is a pipeline that a build has set.
type child struct{ ID, TeamID, Name string }

// archiveChild archives one, and its own children. It is nobody's then: who takes it
// up again keeps it.
func archiveChild(ctx context.Context, q *db.Queries, actor, why string, c child) error {
	n, err := q.ArchiveChild(ctx, c.ID)
	if err != nil || n == 0 {
		return err
	}
	if err := q.ForgetParents(ctx, c.ID); err != nil {
		return err
	}
	event := state.Event{Actor: actor, Action: "pipeline.archive", Subject: c.Name, Details: change(false, true)}
	event.Details["why"] = why
	if err := appendEvent(ctx, q, c.TeamID, event); err != nil {
		return err
	}
	if err := archiveChanged(ctx, q, c.ID, true); err != nil {
		return err
	}
	return archiveChildren(ctx, q, actor, c.ID, "its parent "+c.Name+" was archived")
}
