package sim

import (
	"context"
	"slices"
	"time"

	"github.com/weirci/weir/state"
)

type worker struct {
	row       state.WorkerRow
	silent    bool
	refusedAt int64     // the step of the history; 0: it takes runs
	emptied   time.Time // when it last came back with nothing
}

func (db *DB) worker(id string) *worker {
	i := slices.IndexFunc(db.workers, func(w *worker) bool { return w.row.ID == id })
	return db.workers[i]
}

func (db *DB) inFlight(id string) int {
	n := 0
	for _, r := range db.runs {
		if r.row.Worker == id && (r.row.Status == state.RunAssigned || r.row.Status == state.RunRunning) {
			n++
		}
	}
	return n
}

// LoadPlaces implements reconciler.Places.
func (db *DB) LoadPlaces(context.Context, state.PlaceQuery) (state.PlaceSnapshot, error) {
	snap := state.PlaceSnapshot{Now: db.Now, Homes: map[string]string{}}
	db.placesLooked = db.step
	for _, r := range db.runs {
		if r.build != nil && r.row.Worker != "" && r.row.Status != state.RunLost && !r.row.Infra {
			snap.Homes[r.build.row.ID] = r.row.Worker
		}
		if r.row.Status != state.RunUnplaced {
			continue
		}
		u := state.UnplacedRun{ID: r.row.ID, ScopeID: r.scope, Tags: r.tags, Needs: r.needs, Created: r.row.Created, KillRequested: r.row.KillRequested}
		if r.build != nil {
			u.TeamID, u.BuildID, u.Priority = worldTeam, r.build.row.ID, db.spec(r.build.row.JobID).Priority
		}
		snap.Runs = append(snap.Runs, u)
	}
	for _, w := range db.workers {
		row := w.row
		row.InFlight = db.inFlight(row.ID)
		snap.Workers = append(snap.Workers, row)
	}
	db.Between()
	return snap, nil
}

// RunTasks implements reconciler.Places.
func (db *DB) RunTasks(_ context.Context, ids []string) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, r := range db.runs {
		if slices.Contains(ids, r.row.ID) {
			out[r.row.ID] = r.task
		}
	}
	return out, nil
}

// CommitPlaces implements reconciler.Places.
func (db *DB) CommitPlaces(_ context.Context, c state.Claim, ch state.PlaceChange) error {
	db.Between()
	if err := db.fence(c); err != nil {
		return err
	}
	at := map[string]string{}
	for _, a := range ch.Assign {
		at[a.Run] = a.Worker
	}
	for _, r := range db.runs {
		if _, assigned := at[r.row.ID]; assigned && r.row.Status != state.RunUnplaced {
			return state.ErrConflict
		}
	}
	db.Errors = append(db.Errors, db.obeysWorkers(ch)...)
	for _, r := range db.runs {
		if w, assigned := at[r.row.ID]; assigned {
			r.row.Status, r.row.Worker, r.epoch = state.RunAssigned, w, r.epoch+1
		}
		if slices.Contains(ch.Cancel, r.row.ID) && r.row.Status == state.RunUnplaced {
			r.row.Status, r.row.Message = state.RunExited, "ended before it had a worker"
		}
	}
	db.enqueue(ch.Enqueue...)
	return nil
}

// LoadWorker implements reconciler.Workers.
func (db *DB) LoadWorker(_ context.Context, id string) (state.WorkerRow, time.Time, error) {
	row := db.worker(id).row
	row.InFlight = db.inFlight(id)
	db.Between()
	return row, db.Now, nil
}

// StallWorker implements reconciler.Workers.
func (db *DB) StallWorker(_ context.Context, c state.Claim, w state.WorkerRow, _ string) error {
	db.Between()
	if err := db.fence(c); err != nil {
		return err
	}
	if now := db.worker(w.ID); now.row.Heartbeat.Equal(w.Heartbeat) && now.row.Status.Move(state.WorkerStalled) == nil {
		now.row.Status = state.WorkerStalled
	}
	return nil
}

// LoseRuns implements reconciler.Workers.
func (db *DB) LoseRuns(_ context.Context, c state.Claim, w state.WorkerRow, message string) error {
	db.Between()
	if err := db.fence(c); err != nil {
		return err
	}
	if db.worker(w.ID).row.Status != state.WorkerStalled {
		return nil
	}
	db.loseRunsOf(w.ID, message)
	return nil
}

func (db *DB) loseRunsOf(id, message string) {
	for _, r := range db.runs {
		if r.row.Worker == id && r.row.Status.Move(state.RunLost) == nil {
			r.row.Status, r.row.Message, r.row.Infra = state.RunLost, message, true
			db.enqueue(r.owner(), state.KeyPlace)
		}
	}
}

func (r *run) owner() state.Key {
	if r.build != nil {
		return state.BuildKey(r.build.row.ID)
	}
	return state.ScopeKey(r.scope)
}

// LoadGarbage implements reconciler.Garbage. Nothing is collected here.
func (db *DB) LoadGarbage(context.Context, state.GarbageKeep) (state.GarbageSnapshot, error) {
	return state.GarbageSnapshot{Now: db.Now}, nil
}

// CommitGarbage implements reconciler.Garbage.
func (db *DB) CommitGarbage(context.Context, state.Claim, state.GarbageSnapshot, state.GarbageChange) error {
	return nil
}

// PackLogs implements reconciler.Garbage. There are no logs here.
func (db *DB) PackLogs(context.Context, state.Claim, time.Time) (bool, error) { return false, nil }

// SealAudit implements reconciler.Garbage. There is no audit here.
func (db *DB) SealAudit(context.Context) (bool, error) { return false, nil }

// ForgetAudit implements reconciler.Garbage.
func (db *DB) ForgetAudit(context.Context, time.Duration) (bool, error) { return false, nil }

// LoadRetention implements reconciler.History. Nothing is history here.
func (db *DB) LoadRetention(context.Context, string, int) ([]state.RetentionJob, time.Time, error) {
	return nil, db.Now, nil
}

// OldBuilds implements reconciler.History.
func (db *DB) OldBuilds(context.Context, []state.OldBuildsOf, bool, int) ([]state.OldBuild, error) {
	return nil, nil
}

// CommitRetention implements reconciler.History.
func (db *DB) CommitRetention(context.Context, state.Claim, state.RetentionChange) error { return nil }

// LoadUpkeep implements reconciler.Upkeep. Nothing is old here.
func (db *DB) LoadUpkeep(context.Context, state.UpkeepQuery) (state.UpkeepSnapshot, error) {
	return state.UpkeepSnapshot{Now: db.Now}, nil
}

// CommitUpkeep implements reconciler.Upkeep.
func (db *DB) CommitUpkeep(context.Context, state.Claim, state.UpkeepChange) error { return nil }

// ScopesWithOldVersions implements reconciler.Versions.
func (db *DB) ScopesWithOldVersions(context.Context, string, int, time.Time, int) ([]state.ScopeVersions, error) {
	return nil, nil
}

// VersionHolds implements reconciler.Versions.
func (db *DB) VersionHolds(context.Context, string) ([]int64, []map[string]string, error) {
	return nil, nil, nil
}

// OldVersions implements reconciler.Versions.
func (db *DB) OldVersions(context.Context, state.OldVersionsOf) ([]state.OldVersion, error) {
	return nil, nil
}

// DeleteVersions implements reconciler.Versions.
func (db *DB) DeleteVersions(context.Context, state.Claim, string, []int64, time.Time) error {
	return nil
}
