package containerd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/containerd/api/types"
	"github.com/containerd/containerd/api/types/runc/options"
	"github.com/containerd/errdefs/pkg/errgrpc"
	"github.com/containerd/typeurl/v2"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/network"
	"github.com/weirci/weir/worker/shim"
)

// reopenedSuffix is what the container of a run that has ended is called by, after it.
const reopenedSuffix = ".look"

// reopened is a container that was made of what a run has left.
type reopened struct {
	guests int // sessions in it
	netns  network.Namespace
	dirty  bool
}

// reopen gives the container of a run that has ended; leave lets go of it.
func (r *Runtime) reopen(ctx context.Context, t worker.Task, root *rootImage) (id string, leave func(), err error) {
	id = t.RunID + reopenedSuffix
	defer r.locks.lock(t.RunID)()
	if !r.runs.Exists(t.RunID) { // removed while it was waited for
		return "", nil, fmt.Errorf("run %s: %w", t.RunID, worker.ErrUnknownRun)
	}
	open := r.opened(t.RunID)
	if open == nil {
		open = &reopened{dirty: t.Privileged}
		if err := r.makeAgain(ctx, id, t, root, open); err != nil {
			return "", nil, errors.Join(err, r.closeAgain(context.WithoutCancel(ctx), t.RunID, open))
		}
		r.mu.Lock()
		r.reopened[t.RunID] = open
		r.mu.Unlock()
	}
	open.guests++
	return id, func() { r.leave(t.RunID, open) }, nil
}

func (r *Runtime) opened(runID string) *reopened {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reopened[runID]
}

// leave ends the container with its last session.
func (r *Runtime) leave(runID string, open *reopened) {
	defer r.locks.lock(runID)()
	if open.guests--; open.guests > 0 || r.opened(runID) != open {
		return
	}
	r.forgetReopened(runID)
	if err := r.closeAgain(r.ctx, runID, open); err != nil && r.ctx.Err() == nil {
		r.cfg.Log.Warn("the container in which somebody was cannot be removed", "run", runID, "error", err)
	}
}

func (r *Runtime) forgetReopened(runID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.reopened, runID)
}

// expel ends a container and all sessions in it, for the run is removed. The caller
// has the run's lock.
func (r *Runtime) expel(ctx context.Context, runID string) error {
	open := r.opened(runID)
	if open == nil {
		return nil
	}
	r.forgetReopened(runID)
	return r.closeAgain(ctx, runID, open)
}

func (r *Runtime) closeAgain(ctx context.Context, runID string, open *reopened) error {
	err := deleteContainer(ctx, r.client, runID+reopenedSuffix)
	if open.netns.ID != "" && err == nil {
		r.network.Put(ctx, open.netns.ID, open.dirty)
		open.netns = network.Namespace{}
	}
	return err
}

// makeAgain makes a container over the files that the run's own has written, with the
// same mounts, in which nothing runs but what sessions start.
func (r *Runtime) makeAgain(ctx context.Context, id string, t worker.Task, root *rootImage, open *reopened) error {
	dir := r.runs.Path(t.RunID)
	own := filepath.Join(dir, "look")
	if err := errors.Join(os.RemoveAll(own), os.Mkdir(own, 0o700)); err != nil {
		return err
	}
	task := worker.Task{RunID: id, Labels: t.Labels, Privileged: t.Privileged, HostNetwork: t.HostNetwork, Hermetic: t.Hermetic, Limits: t.Limits, Image: t.Image}
	init := shim.Config{Argv: []string{path.Join(inside, "init"), "init", shim.Hold}, Dir: "/", Place: "in the container"}
	if !t.Privileged {
		init.Filter = r.filter
	}
	if err := shim.Prepare(own, init); err != nil {
		return err
	}
	mounts, err := r.mountsAgain(dir, t.Mounts)
	if err != nil {
		return err
	}
	if open.netns, err = r.namespace(ctx, task); err != nil {
		return err
	}
	if open.netns.ID != "" && open.dirty {
		if err := r.network.MarkDirty(open.netns); err != nil {
			return err
		}
	}
	around, err := r.around(own, t)
	if err != nil {
		return err
	}
	spec, err := r.spec(ctx, own, task, open.netns, append(around, mounts...))
	if err != nil {
		return err
	}
	return r.launchAgain(ctx, dir, task, root, spec)
}

func (r *Runtime) launchAgain(ctx context.Context, dir string, t worker.Task, root *rootImage, spec *specs.Spec) error {
	spec.Annotations = map[string]string{shimGroup: t.RunID} // a shim of its own
	if err := r.createContainer(ctx, t, root, spec); err != nil {
		return fmt.Errorf("create container: %w", err)
	}
	rootfs, err := r.overlayAgain(dir, "root", append([]string{r.skeleton()}, root.Lower...))
	if err != nil {
		return err
	}
	opts, err := typeurl.MarshalAnyToProto(&options.Options{Root: r.runcRoot()})
	if err != nil {
		return err
	}
	if _, err = r.client.TaskService().Create(ctx, &tasks.CreateTaskRequest{
		ContainerID: t.RunID, Options: opts,
		Rootfs: []*types.Mount{{Type: "overlay", Source: "overlay", Options: rootfs}},
	}); err != nil {
		return fmt.Errorf("create task: %w", errgrpc.ToNative(err))
	}
	if _, err := r.client.TaskService().Start(ctx, &tasks.StartRequest{ContainerID: t.RunID}); err != nil {
		return fmt.Errorf("start task: %w", errgrpc.ToNative(err))
	}
	return nil
}

// mountsAgain are a run's mounts as it left them.
func (r *Runtime) mountsAgain(dir string, mounts []worker.Mount) ([]specs.Mount, error) {
	var out []specs.Mount
	for i, m := range worker.Order(mounts) {
		source, err := r.Lookup(m.Volume)
		if err != nil {
			return nil, &worker.UserError{Err: fmt.Errorf("what was mounted at %s is not on this worker any more", m.Path)}
		}
		target := path.Clean(m.Path)
		if m.Kind != worker.MountInput {
			out = append(out, bind(source, target))
			continue
		}
		options, err := r.overlayAgain(dir, "input-"+strconv.Itoa(i), []string{source})
		if err != nil {
			return nil, err
		}
		out = append(out, specs.Mount{Type: "overlay", Source: "overlay", Destination: target, Options: options})
	}
	return out, nil
}

// overlayAgain is overlay of an upper directory that is there. The kernel does not
// take a work directory twice that was mounted without syncing.
func (r *Runtime) overlayAgain(dir, name string, lower []string) ([]string, error) {
	upper, work := filepath.Join(dir, name), filepath.Join(dir, name+".again")
	if _, err := os.Stat(upper); err != nil {
		return nil, fmt.Errorf("the files of the run: %w", err)
	}
	if err := errors.Join(os.RemoveAll(work), os.Mkdir(work, 0o700)); err != nil {
		return nil, err
	}
	return overlayOptions(strings.Join(lower, ":"), upper, work, r.volatile), nil
}

// forgetSessions removes the containers that an earlier process of this worker made
// for people: they have lost their connection.
func (r *Runtime) forgetSessions(ctx context.Context, runs []string) error {
	for _, id := range runs {
		if _, err := os.Stat(filepath.Join(r.runs.Path(id), "look")); err != nil {
			continue
		}
		if err := deleteContainer(ctx, r.client, id+reopenedSuffix); err != nil {
			return fmt.Errorf("forget the container in which somebody was: %w", err)
		}
	}
	return nil
}
