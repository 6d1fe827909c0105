package containerd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/errdefs"
	"github.com/containerd/errdefs/pkg/errgrpc"
	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/rundir"
	"github.com/weirci/weir/worker/shim"
)

// initPatience is how long the init may take to kill everything, and to write
// down what is left in the pipes, before it is killed itself.
const initPatience = 5 * time.Second

// Kill is worker.Runtime. It returns when nothing of the run is left.
func (r *Runtime) Kill(ctx context.Context, runID string, grace time.Duration) error {
	if rundir.Check(runID) != nil {
		return nil // no run ever had such an id
	}
	r.locks.lock(runID)() // a start that is going on is waited for
	var s started
	if err := r.runs.LoadFrom(runID, startedFile, &s); err != nil {
		if errors.Is(err, worker.ErrUnknownRun) {
			return nil
		}
		return err
	}
	var e worker.Exit
	if r.runs.LoadFrom(runID, endedFile, &e) == nil {
		return nil
	}
	if err := r.end(r.in(ctx), runID, grace); err != nil {
		return fmt.Errorf("kill run %s: %w", runID, err)
	}
	return nil
}

// end asks the program, then the init to kill, then kills the init itself.
func (r *Runtime) end(ctx context.Context, runID string, grace time.Duration) error {
	w := r.watch(runID)
	steps := []struct {
		sig   unix.Signal
		all   bool
		grace time.Duration
	}{{unix.SIGTERM, false, grace}, {shim.KillSignal, false, initPatience}, {unix.SIGKILL, true, initPatience}}
	if grace <= 0 {
		steps = steps[1:]
	}
	for _, s := range steps {
		_, err := r.client.TaskService().Kill(ctx, &tasks.KillRequest{ContainerID: runID, Signal: uint32(s.sig), All: s.all})
		if err = errgrpc.ToNative(err); err != nil && !errdefs.IsNotFound(err) {
			return w.endedSoon(err)
		}
		select {
		case <-w.ended:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.grace):
		}
	}
	return errors.New("it does not end")
}

// endedSoon is for an error that came because the run ended at that moment and
// its task was deleted; any other error is passed on.
func (w *watch) endedSoon(err error) error {
	select {
	case <-w.ended:
		return nil
	case <-time.After(time.Second):
		return err
	}
}

// Remove is worker.Runtime. A run that still goes on is killed.
func (r *Runtime) Remove(ctx context.Context, runID string) error {
	if err := r.Kill(ctx, runID, 0); err != nil {
		return err
	}
	if err := rundir.Check(runID); err != nil {
		return err
	}
	ctx = r.in(ctx)
	defer r.locks.lock(runID)()
	r.mu.Lock()
	w := r.watches[runID]
	delete(r.watches, runID)
	r.mu.Unlock()
	if w != nil {
		select {
		case <-w.cleaned:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if !r.runs.Exists(runID) {
		return nil
	}
	if err := r.expel(ctx, runID); err != nil {
		return fmt.Errorf("remove run %s: %w", runID, err)
	}
	return r.discard(ctx, runID)
}

// discard removes whatever there is of a run that does not run. Its namespace is
// the pool's again already, or will be when the network is opened.
func (r *Runtime) discard(ctx context.Context, runID string) error {
	if err := r.takeAway(ctx, runID); err != nil {
		return fmt.Errorf("remove run %s: %w", runID, err)
	}
	return r.runs.Remove(runID)
}

// clean gives back what a run needs only while it runs: the task with its mounts,
// the container, then, as nothing lives in it any more, the network namespace. It
// is for a run's watch, and for a start that failed: each run has one of them once.
func (r *Runtime) clean(ctx context.Context, runID string) error {
	if err := r.takeAway(ctx, runID); err != nil {
		return err
	}
	var rec record
	if err := r.runs.Load(runID, &rec); err != nil {
		if errors.Is(err, worker.ErrUnknownRun) {
			return nil
		}
		return err
	}
	if rec.NetNS != "" {
		r.network.Put(ctx, rec.NetNS, rec.Privileged)
	}
	return nil
}

func (r *Runtime) takeAway(ctx context.Context, runID string) error {
	var rec record
	_ = r.runs.Load(runID, &rec) // a run without a record has no containers
	var errs []error
	for i := range rec.Services {
		r.groups.leave(serviceID(runID, i))
		errs = append(errs, deleteContainer(ctx, r.client, serviceID(runID, i)))
	}
	r.groups.leave(runID)
	return errors.Join(append(errs, deleteContainer(ctx, r.client, runID))...)
}

// deleteContainer deletes a container and its task, which it kills if need be.
func deleteContainer(ctx context.Context, c *client.Client, id string) error {
	_, err := c.TaskService().Delete(ctx, &tasks.DeleteTaskRequest{ContainerID: id})
	err = errgrpc.ToNative(err)
	if err != nil && !errdefs.IsNotFound(err) {
		// It runs, most likely; what the error is then differs between versions.
		if err = killTask(ctx, c, id); err == nil {
			_, err = c.TaskService().Delete(ctx, &tasks.DeleteTaskRequest{ContainerID: id})
			err = errgrpc.ToNative(err)
		}
	}
	if err != nil && !errdefs.IsNotFound(err) {
		return fmt.Errorf("delete task: %w", err)
	}
	if err := c.ContainerService().Delete(ctx, id); err != nil && !errdefs.IsNotFound(err) {
		return fmt.Errorf("delete container: %w", err)
	}
	return nil
}

func killTask(ctx context.Context, c *client.Client, id string) error {
	_, err := c.TaskService().Kill(ctx, &tasks.KillRequest{ContainerID: id, Signal: uint32(unix.SIGKILL), All: true})
	if err = errgrpc.ToNative(err); err != nil && !errdefs.IsNotFound(err) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, initPatience)
	defer cancel()
	_, err = c.TaskService().Wait(ctx, &tasks.WaitRequest{ContainerID: id})
	return errgrpc.ToNative(err)
}

// killNamespace deletes all containers of a containerd namespace.
func killNamespace(ctx context.Context, c *client.Client, ns string) error {
	ctx = namespaces.WithNamespace(ctx, ns)
	list, err := c.ContainerService().List(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, one := range list {
		errs = append(errs, deleteSurely(ctx, c, one.ID))
	}
	return errors.Join(errs...)
}

// deleteSurely tries again: a shim that is about to end by itself closes its
// connection in the middle of an answer.
func deleteSurely(ctx context.Context, c *client.Client, id string) (err error) {
	const tries, pause = 5, 100 * time.Millisecond
	for range tries {
		if err = deleteContainer(ctx, c, id); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
	return err
}
