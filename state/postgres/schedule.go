package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// ObjectsAt are the nodes of a pipeline at a revision. They never change: a caller
// may keep them.
func (s *Store) ObjectsAt(ctx context.Context, pipelineID string, revision int64) ([]state.Object, error) {
	rows, err := s.q.ObjectsAt(ctx, pipelineID, revision)
	if err != nil {
		return nil, fmt.Errorf("load revision %d of pipeline %s: %w", revision, pipelineID, err)
	}
	team, err := s.q.PipelineTeam(ctx, pipelineID)
	if err != nil {
		return nil, fmt.Errorf("load revision %d of pipeline %s: %w", revision, pipelineID, notFound(err))
	}
	out, owner := make([]state.Object, len(rows)), newSecretOwner(team)
	for i, r := range rows {
		spec, err := graph.DecodeSpec(graph.Kind(r.Kind), r.Spec)
		if err != nil {
			return nil, fmt.Errorf("%s at revision %d of pipeline %s: %w", r.Address, revision, pipelineID, err)
		}
		out[i] = state.Object{ID: r.ID, Address: graph.Address(r.Address), Spec: spec}
		owner.see(out[i].Address, spec)
	}
	for i, o := range out {
		if r, ok := o.Spec.(graph.Resource); ok {
			out[i].ScopeKey = owner.scopeKey(r, rows[i].ExecDigest)
		}
	}
	return out, nil
}

// LoadJob is a job and its open builds.
func (s *Store) LoadJob(ctx context.Context, id string) (state.JobSnapshot, error) {
	var snap state.JobSnapshot
	err := s.together(ctx,
		func(q *db.Queries) (err error) { snap.Job, snap.Now, err = jobHead(ctx, q, id); return err },
		func(q *db.Queries) (err error) { snap.Open, err = openBuilds(ctx, q, []string{id}); return err },
		func(q *db.Queries) error { return loadFixed(ctx, q, id, snap.Open) },
		func(q *db.Queries) error { return loadChecks(ctx, q, id, snap.Open) },
	)
	if err != nil {
		return state.JobSnapshot{}, fmt.Errorf("load job %s: %w", id, notFound(err))
	}
	return snap, nil
}

func jobHead(ctx context.Context, q *db.Queries, id string) (state.JobRow, time.Time, error) {
	h, err := q.JobHead(ctx, id)
	return state.JobRow{
		ID: h.ID, TeamID: h.TeamID, PipelineID: h.PipelineID, Pipeline: h.Pipeline, LastTick: orZero(h.LastTickAt), Address: graph.Address(h.Address), Revision: h.Revision,
		ChangedRevision: h.ChangedRevision, Paused: h.Paused, PipelinePaused: h.PipelinePaused, PipelineArchived: h.PipelineArchived, Deleted: h.Deleted,
	}, h.Now, err
}

func openBuilds(ctx context.Context, q *db.Queries, jobs []string) ([]state.OpenBuild, error) {
	rows, err := q.OpenBuildsOfJobs(ctx, jobs)
	out := make([]state.OpenBuild, len(rows))
	for i, r := range rows {
		out[i] = state.OpenBuild{ID: r.ID, JobID: r.JobID, Number: r.Number, Status: state.BuildStatus(r.Status), AbortRequested: r.AbortRequested, Cause: r.Cause, Revision: r.Revision, Created: r.CreatedAt}
	}
	return out, err
}

// loadFixed adds the inputs that pending builds have already: those of reruns.
func loadFixed(ctx context.Context, q *db.Queries, job string, open []state.OpenBuild) error {
	rows, err := q.FixedInputs(ctx, job)
	for _, r := range rows {
		for i := range open {
			if b := &open[i]; b.ID == r.BuildID {
				b.Fixed = append(b.Fixed, state.BuildInput{Name: r.Name, ResourceID: r.ResourceID, VersionID: r.VersionID, First: r.First})
			}
		}
	}
	return err
}

// CommitJob does what was decided for a job, all or nothing. ErrFenced: another
// has the key. ErrConflict: a serial group or a pending build is not as it was.
func (s *Store) CommitJob(ctx context.Context, c state.Claim, ch state.JobChange) error {
	err := s.fenced(ctx, c, func(q *db.Queries) error { return commitJob(ctx, q, ch) })
	if err != nil {
		return fmt.Errorf("commit job %s: %w", ch.Job.ID, err)
	}
	return nil
}

func commitJob(ctx context.Context, q *db.Queries, ch state.JobChange) error {
	if err := takeGroups(ctx, q, ch); err != nil {
		return err
	}
	if err := seeTicks(ctx, q, ch); err != nil {
		return err
	}
	first, err := firstOfGroup(ctx, q, ch)
	if err != nil {
		return err
	}
	keys, waitNoMore, err := takeOver(ctx, q, ch)
	if err != nil {
		return err
	}
	for _, b := range ch.Start {
		id, err := startBuild(ctx, q, ch.Job, b)
		if err != nil {
			return err
		}
		keys, waitNoMore = append(keys, state.BuildKey(id)), append(waitNoMore, "build/"+id)
	}
	for id, message := range ch.Errored {
		if _, err := q.FinishBuild(ctx, db.FinishBuildParams{
			Status: string(state.BuildErrored), Message: message, Fault: string(state.FaultUser), ID: id, FromStatus: state.BuildErrored.From(),
		}); err != nil {
			return err
		}
		waitNoMore = append(waitNoMore, "build/"+id)
	}
	if err := q.DropConditions(ctx, waitNoMore); err != nil {
		return err
	}
	if err := putConditions(ctx, q, ch.Conditions); err != nil {
		return err
	}
	waits, err := firstOfGroup(ctx, q, ch)
	if err != nil {
		return err
	}
	return enqueue(ctx, q, append(keys, behind(ch, first, waits)...)...)
}

// firstOfGroup is the job's build that jobs of its serial groups let go first, ""
// for none.
func firstOfGroup(ctx context.Context, q *db.Queries, ch state.JobChange) (string, error) {
	if len(ch.GroupJobs) == 0 {
		return "", nil
	}
	rows, err := q.FirstWaiting(ctx, []string{ch.Job.ID})
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].ID, nil
}

// behind are the keys of the jobs that waited for a build that holds nobody up from
// now on, because it waits for something else than its group. Of one that starts
// they hear at its end.
func behind(ch state.JobChange, first, waits string) []state.Key {
	started := slices.ContainsFunc(ch.Start, func(b state.BuildStart) bool { return b.ID == first })
	if first == "" || first == waits || started {
		return nil
	}
	keys := make([]state.Key, len(ch.GroupJobs))
	for i, id := range ch.GroupJobs {
		keys[i] = state.JobKey(id)
	}
	return keys
}

// takeGroups makes sure that nobody else starts a build of the same serial groups
// at the same time, and that none runs.
func takeGroups(ctx context.Context, q *db.Queries, ch state.JobChange) error {
	if len(ch.Groups) == 0 && ch.Key == "" || len(ch.Start) == 0 {
		return nil
	}
	names := make([]string, len(ch.Groups))
	for i, g := range ch.Groups {
		names[i] = ch.Job.PipelineID + "/" + g
	}
	if ch.Key != "" {
		names = append(names, ch.Job.TeamID+"//"+ch.Key)
	}
	if err := q.LockGroups(ctx, names); err != nil {
		return fmt.Errorf("lock serial groups: %w", err)
	}
	open, err := openBuilds(ctx, q, ch.GroupJobs)
	if err != nil {
		return err
	}
	for _, b := range open {
		if b.Status == state.BuildRunning {
			return state.ErrConflict
		}
	}
	return roomForKey(ctx, q, ch)
}

func startBuild(ctx context.Context, q *db.Queries, job state.JobRow, b state.BuildStart) (id string, err error) {
	if id = b.ID; id == "" {
		id, err = q.CreateRunningBuild(ctx, job.Revision, job.ID)
	} else {
		err = startPending(ctx, q, id, job.Revision)
	}
	if err != nil {
		return id, fmt.Errorf("start a build: %w", notFound(err))
	}
	if err := insertInputs(ctx, q, id, b.Inputs); err != nil {
		return id, err
	}
	if err := insertSteps(ctx, q, id, b.Seeds); err != nil {
		return id, err
	}
	return id, q.Notify(ctx, ChannelBuild, id)
}

func insertInputs(ctx context.Context, q *db.Queries, build string, inputs []state.BuildInput) error {
	p := db.InsertBuildInputsParams{BuildID: build}
	for _, in := range inputs {
		p.Names, p.Resources = append(p.Names, in.Name), append(p.Resources, in.ResourceID)
		p.Versions, p.Firsts = append(p.Versions, in.VersionID), append(p.Firsts, in.First)
	}
	if len(p.Names) == 0 {
		return nil
	}
	if err := q.InsertBuildInputs(ctx, p); err != nil {
		return fmt.Errorf("inputs of build %s: %w", build, err)
	}
	if err := q.UseVersions(ctx, p.Names, p.Versions, build); err != nil {
		return fmt.Errorf("inputs of build %s: %w", build, err)
	}
	return nil
}

func startPending(ctx context.Context, q *db.Queries, id string, revision int64) error {
	n, err := q.StartPendingBuild(ctx, revision, id, []string{string(state.BuildPending)})
	if err == nil && n == 0 {
		return state.ErrConflict
	}
	return err
}

func pinJSON(pin map[string]string) string {
	b, err := json.Marshal(pin)
	if err != nil || pin == nil {
		return "{}"
	}
	return string(b)
}
