package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/rundir"
	"github.com/weirci/weir/worker/shim"
	"github.com/weirci/weir/worker/volume"
)

// Config is what a runtime needs to know.
type Config struct {
	Dir    string   // the worker's directory
	Binary string   // weir itself: it has the built-in resource types
	Init   string   // the init; "" is Binary
	Env    []string // what every task has in its environment besides its own: PATH at least
	Log    *slog.Logger
	Now    func() time.Time
}

// Runtime implements worker.Runtime, worker.Volumes and worker.Logs.
type Runtime struct {
	*volume.Store
	runs   *rundir.Store
	cfg    Config
	starts singleflight.Group // by run: two starts of one run are one
}

// record is what a later process of this worker needs to find the run.
type record struct {
	Pid       int
	StartTime uint64 // of the process, in ticks since boot: a pid alone is used again
}

// Open opens the worker's directory, and forgets runs whose start was cut short.
func Open(cfg Config) (*Runtime, error) {
	volumes, err := volume.Open(filepath.Join(cfg.Dir, "volumes"))
	if err != nil {
		return nil, err
	}
	runs, err := rundir.Open(filepath.Join(cfg.Dir, "runs"))
	if err != nil {
		return nil, err
	}
	r := &Runtime{Store: volumes, runs: runs, cfg: cfg}
	return r, r.forgetUnstarted()
}

func (r *Runtime) forgetUnstarted() error {
	names, err := r.runs.List()
	if err != nil {
		return err
	}
	for _, id := range names {
		var rec record
		if err := r.runs.Load(id, &rec); !errors.Is(err, worker.ErrUnknownRun) {
			continue
		}
		r.cfg.Log.Info("forget a run whose start was cut short", "run", id)
		if err := r.runs.Remove(id); err != nil {
			return err
		}
	}
	return nil
}

// LogPath is worker.Logs.
func (r *Runtime) LogPath(runID string) string { return r.runs.LogPath(runID) }

// ResultPath is worker.Logs.
func (r *Runtime) ResultPath(runID string) string { return r.runs.ResultPath(runID) }

// List is worker.Runtime.
func (r *Runtime) List(context.Context) ([]string, error) { return r.runs.List() }

// Start is worker.Runtime.
func (r *Runtime) Start(ctx context.Context, t worker.Task) (worker.Spent, error) {
	if err := rundir.Check(t.RunID); err != nil {
		return worker.Spent{}, &worker.UserError{Err: err}
	}
	spent, err, _ := r.starts.Do(t.RunID, func() (any, error) { return r.start(ctx, t) })
	return spent.(worker.Spent), err
}

// start pulls nothing: a program that is there already is all that it can run.
func (r *Runtime) start(ctx context.Context, t worker.Task) (spent worker.Spent, err error) {
	var rec record
	if err := r.runs.Load(t.RunID, &rec); !errors.Is(err, worker.ErrUnknownRun) {
		return spent, err // it is there already
	}
	watch := worker.NewStopwatch(r.cfg.Now)
	defer watch.Lap(&spent.Create)
	dir, err := r.runs.Create(t.RunID)
	if err != nil {
		return spent, err
	}
	c, err := r.prepare(dir, t)
	watch.Lap(&spent.Create)
	if err == nil {
		err = r.mount(ctx, newPaths(dir, t.Mounts), t.Mounts)
		watch.Lap(&spent.Fetch)
	}
	if err == nil {
		err = shim.Prepare(dir, c)
	}
	if err == nil {
		err = r.spawn(t.RunID, dir)
	}
	if err == nil {
		return spent, shim.Forget(dir)
	}
	return spent, errors.Join(err, r.runs.Remove(t.RunID))
}

// Wait is worker.Runtime.
func (r *Runtime) Wait(ctx context.Context, runID string) (worker.Exit, error) {
	var rec record
	if err := r.load(runID, &rec); err != nil {
		return worker.Exit{}, err
	}
	if err := rec.wait(ctx); err != nil {
		return worker.Exit{}, fmt.Errorf("wait for run %s: %w", runID, err)
	}
	e, ok, err := shim.ReadExit(r.runs.Path(runID))
	if err != nil {
		return e, err
	}
	if !ok {
		return worker.Exit{Code: -1, Err: "the run's init was killed: how the program ended is not known", Lost: true}, nil
	}
	return e, nil
}

func (r *Runtime) load(runID string, rec *record) error {
	if err := rundir.Check(runID); err != nil {
		return errors.Join(worker.ErrUnknownRun, err)
	}
	return r.runs.Load(runID, rec)
}

// Remove is worker.Runtime. A run that still goes on is killed.
func (r *Runtime) Remove(ctx context.Context, runID string) error {
	if err := r.Kill(ctx, runID, 0); err != nil {
		return err
	}
	return r.runs.Remove(runID)
}
