package reconciler

import (
	"context"
	"slices"

	"github.com/weirci/weir/state"
)

// whoElse is to be looked at because of what a build did: jobs that take the
// versions it made, its own job, and those that wait for its end.
func (r *Reconciler) whoElse(ctx context.Context, snap state.BuildSnapshot, ch *state.BuildChange) error {
	var scopes []string
	for _, v := range ch.Versions {
		if v.Output {
			scopes = append(scopes, v.ScopeKey)
		}
	}
	if len(scopes) > 0 {
		users, err := r.store.ScopeUsers(ctx, "", scopes...)
		if err != nil {
			return err
		}
		keys, err := r.jobsOf(ctx, users)
		if err != nil {
			return err
		}
		ch.Enqueue = append(ch.Enqueue, keys...)
	}
	if ch.Status == "" {
		return nil
	}
	ch.Collect = snap.Now.Add(r.Keep.Ended)
	return r.afterEnd(ctx, snap, ch)
}

func (r *Reconciler) afterEnd(ctx context.Context, snap state.BuildSnapshot, ch *state.BuildChange) error {
	b := snap.Build
	ch.Enqueue = append(ch.Enqueue, state.JobKey(b.JobID))
	ix, err := r.index(ctx, b.PipelineID, b.CurrentRevision)
	if err != nil {
		return err
	}
	var jobs []string
	if ch.Status == state.BuildSucceeded {
		jobs = append(jobs, ix.after[b.Job]...)
	}
	if job, ok := ix.jobSpec(b.JobID); ok {
		for _, mates := range ix.mates(b.JobID, job) {
			jobs = append(jobs, mates...)
		}
	}
	if job, ok := ix.jobSpec(b.JobID); ok && job.Concurrency.Key != "" {
		waiting, err := r.store.WaitingForKey(ctx, b.TeamID, job.Concurrency.Key)
		if err != nil {
			return err
		}
		jobs = append(jobs, waiting...)
	}
	slices.Sort(jobs)
	for _, id := range slices.Compact(jobs) {
		ch.Enqueue = append(ch.Enqueue, state.JobKey(id))
	}
	return nil
}
