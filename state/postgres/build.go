package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// LoadBuild is a build with all its rows.
func (s *Store) LoadBuild(ctx context.Context, id string) (state.BuildSnapshot, error) {
	var snap state.BuildSnapshot
	snap.Build.ID = id
	var loads []func(q *db.Queries) error
	for _, load := range []func(context.Context, *db.Queries, *state.BuildSnapshot) error{loadHead, loadSteps, loadRuns, loadInputs, loadArtifacts, loadFetches, loadAnswers, loadImages, loadSets} {
		loads = append(loads, func(q *db.Queries) error { return load(ctx, q, &snap) })
	}
	if err := s.together(ctx, loads...); err != nil {
		return state.BuildSnapshot{}, fmt.Errorf("load build %s: %w", id, notFound(err))
	}
	if err := s.loadBefore(ctx, snap.Before); err != nil {
		return state.BuildSnapshot{}, fmt.Errorf("load what build %s resumes: %w", id, err)
	}
	return snap, nil
}

func loadHead(ctx context.Context, q *db.Queries, snap *state.BuildSnapshot) error {
	h, err := q.BuildHead(ctx, snap.Build.ID)
	if err != nil {
		return err
	}
	snap.Now = h.Now
	snap.Build = state.BuildRow{
		ID: h.ID, JobID: h.JobID, TeamID: h.TeamID, PipelineID: h.PipelineID, Team: h.Team, Pipeline: h.Pipeline, Job: graph.Address(h.Address),
		Number: h.Number, Revision: h.Revision, CurrentRevision: h.CurrentRevision, Status: state.BuildStatus(h.Status), CreatedBy: h.CreatedBy, AbortRequestedBy: h.AbortRequestedBy,
		AbortForcedBy: h.AbortForcedBy, Parent: h.Parent,
	}
	if h.Resumes != "" {
		snap.Before = &state.BuildBefore{ID: h.Resumes, Number: h.ResumesNumber}
	}
	snap.Build.Params, err = paramsOf(h.Params)
	return err
}

func loadSteps(ctx context.Context, q *db.Queries, snap *state.BuildSnapshot) error {
	rows, err := q.StepsOfBuild(ctx, snap.Build.ID)
	if err != nil {
		return err
	}
	snap.Steps = make(map[string]state.StepRow, len(rows))
	for _, r := range rows {
		snap.Steps[r.Path] = state.StepRow{Status: state.StepStatus(r.Status), Attempt: int(r.Attempt), StartedAt: orZero(r.StartedAt), RetryAt: orZero(r.RetryAt), Message: r.Message, Fault: state.Fault(r.Fault)}
	}
	return nil
}

func loadRuns(ctx context.Context, q *db.Queries, snap *state.BuildSnapshot) error {
	rows, err := q.RunsOfBuild(ctx, snap.Build.ID)
	for _, r := range rows {
		snap.Runs = append(snap.Runs, runRow(db.RunByIDRow(r)))
	}
	return err
}

func runRow(r db.RunByIDRow) state.RunRow {
	return state.RunRow{
		ID: r.ID, Path: r.StepPath, Attempt: int(r.Attempt), Status: state.RunStatus(r.Status), Worker: r.Worker, KillRequested: r.Killed, Created: r.CreatedAt,
		Started: r.Started, ExitCode: r.ExitCode, Message: r.Message, Infra: r.Infra, TimedOut: r.TimedOut, Result: r.Result, Loose: r.Loose,
	}
}

func loadInputs(ctx context.Context, q *db.Queries, snap *state.BuildSnapshot) error {
	rows, err := q.BuildInputVersions(ctx, snap.Build.ID)
	if err != nil {
		return err
	}
	snap.Inputs = make(map[string]map[string]string, len(rows))
	for _, r := range rows {
		if snap.Inputs[r.Name], err = version(r.Version); err != nil {
			return err
		}
	}
	return nil
}

func loadArtifacts(ctx context.Context, q *db.Queries, snap *state.BuildSnapshot) error {
	rows, err := q.BuildArtifacts(ctx, snap.Build.ID)
	for _, r := range rows {
		snap.Artifacts = append(snap.Artifacts, state.ArtifactRow{Name: r.Name, Run: r.RunID, Worker: r.Worker, Volume: r.Volume})
	}
	return err
}

func loadFetches(ctx context.Context, q *db.Queries, snap *state.BuildSnapshot) error {
	rows, err := q.FetchesForBuild(ctx, snap.Build.ID)
	for _, r := range rows {
		snap.Fetches = append(snap.Fetches, state.FetchRow{Key: r.Key, Run: r.RunID, Worker: r.WorkerID, Volume: r.Volume, Tags: r.Tags})
	}
	return err
}

func version(raw []byte) (map[string]string, error) {
	var v map[string]string
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("a version: %w", err)
	}
	return v, nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// CommitBuild does what was decided for the build of a snapshot, all or nothing.
// ErrFenced: another has the key. ErrConflict: a row has moved meanwhile.
func (s *Store) CommitBuild(ctx context.Context, c state.Claim, snap state.BuildSnapshot, ch state.BuildChange) error {
	err := s.fenced(ctx, c, func(q *db.Queries) error {
		if !lasting(ch) {
			if err := q.CommitSoon(ctx); err != nil {
				return err
			}
		}
		return s.commitBuild(ctx, q, snap, ch)
	})
	if err != nil {
		return fmt.Errorf("commit build %s: %w", snap.Build.ID, err)
	}
	return nil
}

// lasting says that others than the database act on a change: people, who see an end
// or are asked for something, and workers, which kill. It waits for the disk. All else
// need not: nobody is given a run before a later commit, of its place, has waited for
// both, and if a crash forgets it the same is decided again, with the same ids.
func lasting(ch state.BuildChange) bool {
	return ch.Status != "" || len(ch.Kills)+len(ch.Abandon)+len(ch.Approvals)+len(ch.Versions)+len(ch.Sets) > 0
}

func (s *Store) commitBuild(ctx context.Context, q *db.Queries, snap state.BuildSnapshot, ch state.BuildChange) error {
	id := snap.Build.ID
	if err := insertSteps(ctx, q, id, ch.Seeds); err != nil {
		return err
	}
	if err := moveSteps(ctx, q, snap, ch.Steps); err != nil {
		return err
	}
	if err := askApprovals(ctx, q, id, ch.Approvals); err != nil {
		return err
	}
	if err := insertRuns(ctx, q, id, ch.Runs); err != nil {
		return err
	}
	killed, err := killRuns(ctx, q, ch.Kills)
	if err != nil {
		return err
	}
	if err := abandonRuns(ctx, q, ch.Abandon); err != nil {
		return err
	}
	if err := keepVersions(ctx, q, id, ch.Versions); err != nil {
		return err
	}
	if err := putArtifacts(ctx, q, id, ch.Artifacts); err != nil {
		return err
	}
	if err := s.setPipelines(ctx, q, snap, ch.Sets); err != nil {
		return err
	}
	if err := finishBuild(ctx, q, snap, ch); err != nil {
		return err
	}
	if err := putConditions(ctx, q, ch.Conditions); err != nil {
		return err
	}
	if err := q.Notify(ctx, ChannelBuild, id); err != nil {
		return err
	}
	images, err := imageUsers(ctx, q, ch.Versions)
	if err != nil {
		return err
	}
	ch.Enqueue = append(slices.Clip(ch.Enqueue), images...)
	return enqueueAfterBuild(ctx, q, ch, killed)
}

func finishBuild(ctx context.Context, q *db.Queries, snap state.BuildSnapshot, ch state.BuildChange) error {
	if ch.Status == "" {
		return nil
	}
	n, err := q.FinishBuild(ctx, db.FinishBuildParams{Status: string(ch.Status), Message: ch.Message, Fault: string(ch.Fault), ID: snap.Build.ID, FromStatus: ch.Status.From()})
	if err == nil && n == 0 {
		return state.ErrConflict
	}
	if err == nil && ch.Status == state.BuildSucceeded {
		err = recordPassages(ctx, q, snap.Build.ID)
	}
	if err == nil && ch.Status == state.BuildSucceeded {
		err = archiveForsaken(ctx, q, snap.Build)
	}
	if err != nil {
		return err
	}
	return q.ForgetHidden(ctx, snap.Build.ID)
}

// enqueueAfterBuild comes last: it locks rows of the queue.
func enqueueAfterBuild(ctx context.Context, q *db.Queries, ch state.BuildChange, unplacedKilled bool) error {
	keys := slices.Clone(ch.Enqueue)
	if len(ch.Runs) > 0 || unplacedKilled {
		keys = append(keys, state.KeyPlace)
	}
	if ch.Collect.IsZero() {
		return enqueue(ctx, q, keys...)
	}
	if err := enqueueAt(ctx, q, &ch.Collect, state.KeyGC); err != nil {
		return err
	}
	return enqueue(ctx, q, keys...)
}

func keepVersions(ctx context.Context, q *db.Queries, build string, versions []state.NewVersion) error {
	sorted := slices.SortedStableFunc(slices.Values(versions), func(a, b state.NewVersion) int { return cmp.Compare(a.ScopeKey, b.ScopeKey) })
	for _, v := range sorted {
		scope, err := q.LockScopeByKey(ctx, v.ScopeKey)
		if err != nil {
			return fmt.Errorf("the scope of step %s: %w", v.Step, notFound(err))
		}
		id, err := q.PutSeenVersion(ctx, db.PutSeenVersionParams{
			ScopeID: scope, Version: state.VersionJSON(v.Version), Digest: state.VersionDigest(v.Version), Metadata: v.Metadata, Output: v.Output,
		})
		if err != nil {
			return fmt.Errorf("the version of step %s: %w", v.Step, err)
		}
		if v.Output {
			if err := q.InsertBuildOutput(ctx, build, v.Step, v.ResourceID, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func putArtifacts(ctx context.Context, q *db.Queries, build string, as []state.ArtifactRow) error {
	if len(as) == 0 {
		return nil
	}
	var names, runs, volumes []string
	for _, a := range as {
		names, runs, volumes = append(names, a.Name), append(runs, a.Run), append(volumes, a.Volume)
	}
	if err := q.PutArtifacts(ctx, build, names, runs, volumes); err != nil {
		return err
	}
	return putFetches(ctx, q, build, as)
}

// unscoped is an artifact's name without the value of across that it was made in.
func unscoped(name string) string {
	name, _, _ = strings.Cut(name, "@")
	return name
}

// putFetches remembers what was fetched, and that it was used. ErrConflict: what
// was to be used is gone meanwhile.
func putFetches(ctx context.Context, q *db.Queries, build string, as []state.ArtifactRow) error {
	for _, a := range as {
		switch {
		case a.Reused && a.Fetch == "":
			if n, err := q.KeptVolume(ctx, a.Worker, a.Volume); err != nil || n == 0 {
				return cmp.Or(err, state.ErrConflict)
			}
		case a.Reused:
			n, err := q.UseFetch(ctx, build, a.Fetch, a.Worker, a.Volume)
			if err == nil && n == 0 {
				err = state.ErrConflict
			}
			if err != nil {
				return err
			}
		case a.Fetch != "":
			if err := q.KeepFetch(ctx, a.Fetch, a.Volume, unscoped(a.Name), a.Run); err != nil {
				return err
			}
		}
	}
	return nil
}
