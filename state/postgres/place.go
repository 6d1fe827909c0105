package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// mostUnplaced bounds how many runs are looked at at once: it is shared by the teams and
// tags that have some, of each the oldest.
const mostUnplaced = 500

// LoadPlaces is all runs without a worker, and all workers.
func (s *Store) LoadPlaces(ctx context.Context, want state.PlaceQuery) (state.PlaceSnapshot, error) {
	var snap state.PlaceSnapshot
	err := s.together(ctx,
		func(q *db.Queries) error { return loadUnplaced(ctx, q, &snap) },
		func(q *db.Queries) error { return loadWorkers(ctx, q, &snap, want.Volumes) },
	)
	if err == nil && len(snap.Runs) > 0 {
		err = s.together(ctx,
			func(q *db.Queries) error { return loadHomes(ctx, q, &snap) },
			func(q *db.Queries) error { return loadReasons(ctx, q, &snap) },
			func(q *db.Queries) error { return loadOpen(ctx, q, &snap, want.Open) },
			func(q *db.Queries) error { return loadCaches(ctx, q, &snap, want.Caches) },
		)
	}
	if err != nil {
		return state.PlaceSnapshot{}, fmt.Errorf("load runs and workers: %w", err)
	}
	return snap, nil
}

func loadUnplaced(ctx context.Context, q *db.Queries, snap *state.PlaceSnapshot) error {
	runs, err := q.UnplacedRuns(ctx, mostUnplaced)
	for _, r := range runs {
		snap.Runs = append(snap.Runs, state.UnplacedRun{
			ID: r.ID, TeamID: r.Team, BuildID: r.Build, JobID: r.Job, ScopeID: r.Scope, Kind: r.Kind, Tags: r.Tags,
			Asks:  state.Asks{Platform: r.Platform, CPU: r.CpuMillis, Memory: r.MemoryBytes, Loose: r.Loose, Interruptible: r.Interruptible},
			Needs: r.Needs, Created: r.CreatedAt, KillRequested: r.Killed, Priority: int64(r.Priority),
		})
	}
	return err
}

func loadWorkers(ctx context.Context, q *db.Queries, snap *state.PlaceSnapshot, volumes bool) error {
	workers, err := q.WorkersWithLoad(ctx, volumes)
	for _, w := range workers {
		snap.Now = w.Now
		snap.Workers = append(snap.Workers, state.WorkerRow{
			ID: w.ID, Name: w.Name, TeamID: w.Team, Status: state.WorkerStatus(w.Status), Tags: w.Tags, Capacity: int(w.Capacity),
			InFlight: int(w.InFlight), Heartbeat: w.HeartbeatAt, Refuses: w.Refuses, Platform: w.Platform,
			Size: state.WorkerSize{CPU: w.CpuMillis, Memory: w.MemoryBytes, MaxTasks: int(w.MaxTasks), MaxBuilds: int(w.MaxBuilds)},
			Load: state.WorkerLoad{CPU: w.CpuReserved, Memory: w.MemoryReserved, Tasks: int(w.Tasks), Builds: int(w.Builds), Volumes: int(w.Volumes)},
		})
	}
	return err
}

func loadHomes(ctx context.Context, q *db.Queries, snap *state.PlaceSnapshot) error {
	builds := []string{}
	for _, r := range snap.Runs {
		if r.BuildID != "" {
			builds = append(builds, r.BuildID)
		}
	}
	slices.Sort(builds)
	homes, err := q.BuildHomes(ctx, slices.Compact(builds))
	snap.Homes = make(map[string]string, len(homes))
	for _, h := range homes {
		snap.Homes[h.BuildID] = h.WorkerID
	}
	return err
}

// loadReasons says why runs were held the last time.
func loadReasons(ctx context.Context, q *db.Queries, snap *state.PlaceSnapshot) error {
	subjects := make([]string, len(snap.Runs))
	for i, r := range snap.Runs {
		subjects[i] = runSubject(r.ID)
	}
	rows, err := q.WaitReasons(ctx, subjects)
	reasons := make(map[string]string, len(rows))
	for _, r := range rows {
		reasons[r.Subject] = r.Reason
	}
	for i := range snap.Runs {
		snap.Runs[i].HeldFor = reasons[subjects[i]]
	}
	return err
}

func runSubject(id string) string { return "run/" + id }

// loadOpen is for who goes by what runs where. Most do not.
func loadOpen(ctx context.Context, q *db.Queries, snap *state.PlaceSnapshot, all bool) error {
	if !all && !slices.ContainsFunc(snap.Workers, func(w state.WorkerRow) bool { return w.Size.MaxBuilds > 0 }) {
		return nil
	}
	rows, err := q.OpenRunsOfBuilds(ctx, all)
	for _, r := range rows {
		snap.Open = append(snap.Open, state.OpenRuns{Worker: r.WorkerID, BuildID: r.BuildID, JobID: r.JobID, Runs: int(r.Runs)})
	}
	return err
}

// loadCaches counts those of the jobs that wait.
func loadCaches(ctx context.Context, q *db.Queries, snap *state.PlaceSnapshot, wanted bool) error {
	var jobs []string
	for _, r := range snap.Runs {
		if r.JobID != "" {
			jobs = append(jobs, r.JobID)
		}
	}
	if !wanted || len(jobs) == 0 {
		return nil
	}
	slices.Sort(jobs)
	rows, err := q.CachesOfJobs(ctx, slices.Compact(jobs))
	for _, r := range rows {
		snap.Caches = append(snap.Caches, state.JobCaches{Worker: r.WorkerID, JobID: r.JobID, Caches: int(r.Caches)})
	}
	return err
}

// RunTasks are the tasks of runs, by id.
func (s *Store) RunTasks(ctx context.Context, ids []string) (map[string][]byte, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.q.RunTasks(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("load tasks: %w", err)
	}
	out := make(map[string][]byte, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Task
	}
	return out, nil
}

// CommitPlaces does what was decided about places, all or nothing, and tells the
// workers.
func (s *Store) CommitPlaces(ctx context.Context, c state.Claim, ch state.PlaceChange) error {
	err := s.fenced(ctx, c, func(q *db.Queries) error { return commitPlaces(ctx, q, ch) })
	if err != nil {
		return fmt.Errorf("commit places: %w", err)
	}
	return nil
}

func commitPlaces(ctx context.Context, q *db.Queries, ch state.PlaceChange) error {
	if err := assign(ctx, q, ch.Assign); err != nil {
		return err
	}
	if len(ch.Cancel) > 0 {
		if err := q.CancelUnplacedRuns(ctx, ch.Cancel); err != nil {
			return fmt.Errorf("cancel runs: %w", err)
		}
	}
	if err := q.DropConditions(ctx, placed(ch)); err != nil {
		return err
	}
	if err := putConditions(ctx, q, ch.Hold); err != nil {
		return err
	}
	return enqueue(ctx, q, ch.Enqueue...)
}

// placed are the subjects that wait no more.
func placed(ch state.PlaceChange) []string {
	var out []string
	for _, a := range ch.Assign {
		out = append(out, runSubject(a.Run))
	}
	for _, id := range ch.Cancel {
		out = append(out, runSubject(id))
	}
	return out
}

func assign(ctx context.Context, q *db.Queries, as []state.Assignment) error {
	if len(as) == 0 {
		return nil
	}
	var runs, workers []string
	var vols volumeRows
	for _, a := range as {
		runs, workers = append(runs, a.Run), append(workers, a.Worker)
		for _, h := range a.Outputs {
			vols.add(a.Worker, h, "output", a.BuildID)
		}
		for _, h := range a.Caches {
			vols.add(a.Worker, h, "cache", a.BuildID)
		}
	}
	done, err := q.AssignRuns(ctx, state.RunAssigned.From(), runs, workers)
	if err != nil {
		return fmt.Errorf("assign runs: %w", err)
	}
	if len(done) != len(as) {
		return state.ErrConflict
	}
	if err := q.PutContainers(ctx, runs, workers); err != nil {
		return fmt.Errorf("containers of runs: %w", err)
	}
	if len(vols.handles) > 0 {
		if err := q.PutVolumes(ctx, vols.workers, vols.handles, vols.kinds, vols.builds); err != nil {
			return fmt.Errorf("volumes of runs: %w", err)
		}
	}
	return notifyWorkers(ctx, q, workers)
}

// volumeRows are rows of volumes, column by column.
type volumeRows struct{ workers, handles, kinds, builds []string }

func (v *volumeRows) add(worker, handle, kind, build string) {
	v.workers, v.handles = append(v.workers, worker), append(v.handles, handle)
	v.kinds, v.builds = append(v.kinds, kind), append(v.builds, build)
}

// LoadWorker is a worker, with how many runs it has, and the database's time.
func (s *Store) LoadWorker(ctx context.Context, id string) (state.WorkerRow, time.Time, error) {
	w, err := s.q.WorkerLiveness(ctx, id)
	if err != nil {
		return state.WorkerRow{}, time.Time{}, fmt.Errorf("load worker %s: %w", id, notFound(err))
	}
	row := state.WorkerRow{ID: w.ID, Name: w.Name, Status: state.WorkerStatus(w.Status), Heartbeat: w.HeartbeatAt}
	if w.Busy {
		row.InFlight = 1
	}
	return row, w.Now, nil
}

// StallWorker notes that a worker does not answer, unless it just did.
func (s *Store) StallWorker(ctx context.Context, c state.Claim, w state.WorkerRow, message string) error {
	return s.fenced(ctx, c, func(q *db.Queries) error {
		_, err := q.StallWorker(ctx, message, w.ID, state.WorkerStalled.From(), w.Heartbeat)
		if err != nil {
			return fmt.Errorf("stall worker %s: %w", w.Name, err)
		}
		return enqueue(ctx, q, state.KeyPlace)
	})
}

// LoseRuns gives up the runs of a worker that has been stalled for long.
func (s *Store) LoseRuns(ctx context.Context, c state.Claim, w state.WorkerRow, message string) error {
	return s.fenced(ctx, c, func(q *db.Queries) error {
		lost, err := q.LoseWorkersRuns(ctx, message, w.ID, state.RunLost.From())
		if err != nil {
			return fmt.Errorf("lose the runs of worker %s: %w", w.Name, err)
		}
		var keys []state.Key
		var runs []string
		for _, r := range lost {
			runs = append(runs, r.ID)
			if r.Build != "" {
				keys = append(keys, state.BuildKey(r.Build))
			} else {
				keys = append(keys, state.ScopeKey(r.Scope))
			}
		}
		if err := q.DestroyContainerRows(ctx, runs); err != nil {
			return err
		}
		slices.Sort(keys)
		return enqueue(ctx, q, keys...)
	})
}
