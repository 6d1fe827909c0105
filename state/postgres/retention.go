package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// zeroID is before every id.
const zeroID = "00000000-0000-0000-0000-000000000000"

// LoadRetention gives at most so many jobs after one, in the order of their ids;
// after "" are all. now is the database's time.
func (s *Store) LoadRetention(ctx context.Context, after string, most int) (jobs []state.RetentionJob, now time.Time, err error) {
	if after == "" {
		after = zeroID
	}
	rows, err := s.q.RetentionJobs(ctx, after, int32(most))
	if err != nil {
		return nil, now, fmt.Errorf("load jobs: %w", err)
	}
	for _, r := range rows {
		job, err := retentionJob(r)
		if err != nil {
			return nil, now, fmt.Errorf("job %s: %w", r.ID, err)
		}
		jobs = append(jobs, job)
	}
	now, err = s.q.DatabaseNow(ctx)
	return jobs, now, err
}

func retentionJob(r db.RetentionJobsRow) (state.RetentionJob, error) {
	spec, err := graph.DecodeSpec(graph.KindJob, r.Spec)
	if err != nil {
		return state.RetentionJob{}, err
	}
	job, _ := spec.(graph.Job)
	return state.RetentionJob{ID: r.ID, Job: job.Retention, Team: retentionOf(r.KeepBuilds, r.KeepDays, r.KeepSucceeded)}, nil
}

func number(n *int32) int64 {
	if n == nil {
		return 0
	}
	return int64(*n)
}

// OldBuilds gives at most so many builds of jobs that rules may not keep any more:
// of those that are whole, or of those that were reaped already.
func (s *Store) OldBuilds(ctx context.Context, jobs []state.OldBuildsOf, reaped bool, most int) ([]state.OldBuild, error) {
	in := db.WholeBuildsParams{Most: int32(most)}
	for _, j := range jobs {
		in.Jobs, in.Builds = append(in.Jobs, j.JobID), append(in.Builds, int32(j.Builds))
		in.Succeeded, in.Befores = append(in.Succeeded, int32(j.Succeeded)), append(in.Befores, j.Before)
	}
	var out []state.OldBuild
	if reaped {
		rows, err := s.q.ReapedBuilds(ctx, db.ReapedBuildsParams(in))
		for _, r := range rows {
			out = append(out, oldBuild(db.WholeBuildsRow(r)))
		}
		return out, wrap(err, "look for reaped builds")
	}
	rows, err := s.q.WholeBuilds(ctx, in)
	for _, r := range rows {
		out = append(out, oldBuild(r))
	}
	return out, wrap(err, "look for old builds")
}

func oldBuild(r db.WholeBuildsRow) state.OldBuild {
	return state.OldBuild{
		ID: r.ID, JobID: r.JobID, Number: r.Number, Status: state.BuildStatus(r.Status), Ended: r.EndedAt, Newest: r.Newest, NewestSucceeded: r.NewestSucceeded,
	}
}

// CommitRetention deletes what was decided to be history, and counts it.
func (s *Store) CommitRetention(ctx context.Context, c state.Claim, ch state.RetentionChange) error {
	err := s.fenced(ctx, c, func(q *db.Queries) error { return commitRetention(ctx, q, ch) })
	return wrap(err, "commit retention")
}

func commitRetention(ctx context.Context, q *db.Queries, ch state.RetentionChange) error {
	counts := counts{}
	if len(ch.Reap) > 0 {
		n, err := q.ReapBuilds(ctx, ch.Reap)
		if err != nil {
			return fmt.Errorf("reap builds: %w", err)
		}
		counts["build"], counts["run"], counts["log_byte"] = n.Builds, n.Runs, n.LogBytes
	}
	if len(ch.Delete) > 0 {
		if err := q.ForgetPassages(ctx, ch.Delete); err != nil {
			return fmt.Errorf("forget what passed: %w", err)
		}
		n, err := q.DeleteReapedBuilds(ctx, ch.Delete)
		if err != nil {
			return fmt.Errorf("delete builds: %w", err)
		}
		counts["build_row"] = n
	}
	return counts.write(ctx, q)
}

// counts is how many of each kind were deleted.
type counts map[string]int64

func (c counts) write(ctx context.Context, q *db.Queries) error {
	var kinds []string
	var numbers []int64
	for k, n := range c {
		if n > 0 {
			kinds, numbers = append(kinds, k), append(numbers, n)
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	return q.CountCollected(ctx, kinds, numbers)
}

// Collected is how many of each kind of thing were ever deleted because nothing
// wanted them.
func (s *Store) Collected(ctx context.Context) (map[string]int64, error) {
	rows, err := s.q.Collected(ctx)
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[r.Kind] = r.Total
	}
	return out, wrap(err, "count what was collected")
}

// SetTeamRetention sets what a team keeps of its jobs' builds; nil: what the
// server says.
func (s *Store) SetTeamRetention(ctx context.Context, team string, r *graph.Retention) error {
	var builds, days, succeeded *int32
	if r != nil {
		b, d, n := int32(r.Builds), int32(r.Days), int32(r.MinimumSucceeded)
		builds, days, succeeded = &b, &d, &n
	}
	err := s.tx(ctx, func(q *db.Queries) error {
		t, err := q.GetTeam(ctx, team)
		if err != nil {
			return err
		}
		if _, err := q.SetTeamRetention(ctx, builds, days, succeeded, team); err != nil {
			return err
		}
		details := map[string]any{"before": retentionOf(t.KeepBuilds, t.KeepDays, t.KeepSucceeded), "after": r}
		return appendEvent(ctx, q, t.ID, byOperator(ctx, "retention.set", "team", details))
	})
	return wrap(err, "set the retention of team "+team)
}

// TeamRetention is what a team keeps; nil: what the server says.
func (s *Store) TeamRetention(ctx context.Context, team string) (*graph.Retention, error) {
	t, err := s.q.GetTeam(ctx, team)
	if err != nil {
		return nil, wrap(err, "team "+team)
	}
	return retentionOf(t.KeepBuilds, t.KeepDays, t.KeepSucceeded), nil
}

func retentionOf(builds, days, succeeded *int32) *graph.Retention {
	if builds == nil && days == nil && succeeded == nil {
		return nil
	}
	return &graph.Retention{Builds: number(builds), Days: number(days), MinimumSucceeded: number(succeeded)}
}
