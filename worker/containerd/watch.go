package containerd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/errdefs"
	"github.com/containerd/errdefs/pkg/errgrpc"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/rundir"
	"github.com/weirci/weir/worker/shim"
)

// watch follows one run to its end. Ended is closed when the exit is recorded;
// cleaned when task and container are gone as well.
type watch struct {
	ended   chan struct{}
	cleaned chan struct{}
	exit    worker.Exit
	err     error
}

// Wait is worker.Runtime.
func (r *Runtime) Wait(ctx context.Context, runID string) (worker.Exit, error) {
	var e worker.Exit
	if err := rundir.Check(runID); err != nil {
		return e, errors.Join(worker.ErrUnknownRun, err)
	}
	if err := r.runs.LoadFrom(runID, endedFile, &e); !errors.Is(err, worker.ErrUnknownRun) {
		return e, err
	}
	var s started
	if err := r.runs.LoadFrom(runID, startedFile, &s); err != nil {
		return e, err
	}
	w := r.watch(runID)
	select {
	case <-ctx.Done():
		return e, fmt.Errorf("wait for run %s: %w", runID, ctx.Err())
	case <-w.ended:
		return w.exit, w.err
	}
}

// watch gives the watch of a run, and begins one if there is none.
func (r *Runtime) watch(runID string) *watch {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w, ok := r.watches[runID]; ok {
		return w
	}
	w := &watch{ended: make(chan struct{}), cleaned: make(chan struct{})}
	r.watches[runID] = w
	r.done.Go(func() { r.follow(runID, w) })
	return w
}

func (r *Runtime) follow(runID string, w *watch) {
	defer close(w.cleaned)
	w.exit, w.err = r.await(r.ctx, runID)
	if w.err == nil {
		w.err = r.endServices(r.ctx, runID, &w.exit)
	}
	if w.err == nil {
		// On a full disk the end must be told all the same, or what the run made would
		// fill it for ever. A worker that is restarted has the init's file.
		if err := r.runs.SaveAs(runID, endedFile, w.exit); err != nil {
			r.cfg.Log.Warn("the end of a run cannot be recorded", "run", runID, "error", err)
		}
	}
	close(w.ended)
	if w.err != nil {
		r.mu.Lock()
		delete(r.watches, runID) // the next Wait tries again
		r.mu.Unlock()
		return
	}
	r.lull.wait(r.ctx)
	if err := r.clean(r.ctx, runID); err != nil && r.ctx.Err() == nil {
		r.cfg.Log.Warn("what is left of a run could not be cleaned up; its removal tries again", "run", runID, "error", err)
	}
}

// Containerd is asked again, with these pauses, as long as it does not answer.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 2 * time.Second
)

// await asks containerd for the end of the task, whatever becomes of containerd
// meanwhile. An error is never an exit code: only its answer is, or, where it no
// longer has the task, the init's file.
func (r *Runtime) await(ctx context.Context, runID string) (worker.Exit, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		got, err := r.client.TaskService().Wait(ctx, &tasks.WaitRequest{ContainerID: runID})
		if err == nil {
			return r.conclude(runID, int(got.ExitStatus), got.ExitedAt.AsTime(), true)
		}
		if errdefs.IsNotFound(errgrpc.ToNative(err)) {
			return r.conclude(runID, 0, time.Time{}, false)
		}
		if ctx.Err() != nil {
			return worker.Exit{}, fmt.Errorf("wait for run %s: %w", runID, ctx.Err())
		}
		if pause == firstPause {
			r.cfg.Log.Warn("containerd does not answer; it is asked until it does", "run", runID, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// conclude puts together what containerd and the init say.
func (r *Runtime) conclude(runID string, code int, at time.Time, known bool) (worker.Exit, error) {
	file, written, err := shim.ReadExit(r.runs.Path(runID))
	if err != nil {
		return file, err
	}
	var s started
	var rec record
	_ = r.runs.LoadFrom(runID, startedFile, &s) // without them only less is known
	_ = r.runs.Load(runID, &rec)
	e := judge(code, at, known, file, written)
	if e.StartedAt.IsZero() {
		e.StartedAt = s.At
	}
	if e.EndedAt.IsZero() {
		e.EndedAt = r.cfg.Now()
	}
	if rec.Memory && e.Code != 0 {
		e.OOM = outOfMemory(r.cgroup(runID))
	}
	return e, nil
}

// unknownCode is what containerd has for a task whose end it did not see.
const unknownCode = 255

// judge is the decision: known and code are containerd's, written and file the init's.
func judge(code int, at time.Time, known bool, file worker.Exit, written bool) worker.Exit {
	switch {
	case !known && !written:
		return worker.Exit{Code: -1, Err: "the container is gone and left no exit code: the machine, or containerd, was restarted", Lost: true}
	case !known:
		return file
	case code == unknownCode && written && (at.IsZero() || at.Unix() <= 0):
		return file
	case code == shim.FailCode && written && file.Err != "":
		return file
	}
	// A task may write to its own exit file: containerd's code is the one that counts.
	return worker.Exit{Code: code, StartedAt: file.StartedAt, EndedAt: at}
}
