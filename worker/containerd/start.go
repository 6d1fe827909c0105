package containerd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/containerd/api/types"
	"github.com/containerd/containerd/api/types/runc/options"
	"github.com/containerd/containerd/v2/core/containers"
	"github.com/containerd/errdefs/pkg/errgrpc"
	"github.com/containerd/typeurl/v2"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/network"
	"github.com/weirci/weir/worker/rundir"
	"github.com/weirci/weir/worker/shim"
)

const (
	runtimeName = "io.containerd.runc.v2"
	shimGroup   = "io.containerd.runc.v2.group" // the annotation that puts containers under one shim
)

// Start is worker.Runtime.
func (r *Runtime) Start(ctx context.Context, t worker.Task) (worker.Spent, error) {
	if err := rundir.Check(t.RunID); err != nil {
		return worker.Spent{}, &worker.UserError{Err: err}
	}
	ctx = r.in(ctx)
	defer r.locks.lock(t.RunID)()
	if len(t.Services) == 0 { // which may take long to be ready
		defer r.lull.begin()()
	}
	if r.runs.Exists(t.RunID) {
		if ran, err := r.everRan(ctx, t.RunID); ran || err != nil {
			return worker.Spent{}, err
		}
		// What an earlier start left that was cut short.
		if err := r.discard(ctx, t.RunID); err != nil {
			return worker.Spent{}, err
		}
	}
	spent, err := r.start(ctx, t)
	if err != nil {
		ctx = context.WithoutCancel(ctx)
		if failed := (*serviceFailed)(nil); errors.As(err, &failed) {
			return spent, r.stillborn(ctx, t.RunID, failed)
		}
		return spent, errors.Join(err, r.clean(ctx, t.RunID), r.discard(ctx, t.RunID))
	}
	r.watch(t.RunID)
	return spent, nil
}

// start goes through the phases; the one that fails has its time too.
func (r *Runtime) start(ctx context.Context, t worker.Task) (spent worker.Spent, err error) {
	watch := worker.NewStopwatch(r.cfg.Now)
	root, err := r.images.root(ctx, t.Image)
	watch.Lap(&spent.Pull)
	if err != nil {
		return spent, err
	}
	defer watch.Lap(&spent.Create)
	dir, err := r.prepare(t, root)
	if err != nil {
		return spent, err
	}
	watch.Lap(&spent.Create)
	mounts, err := r.taskMounts(ctx, dir, t.Mounts)
	watch.Lap(&spent.Fetch)
	if err != nil {
		return spent, err
	}
	pull, err := r.create(ctx, dir, t, root, mounts)
	spent.Pull += pull
	spent.Create -= pull // of services, while the rest of it waited
	return spent, err
}

// prepare makes the run's directory, with what its init shall do.
func (r *Runtime) prepare(t worker.Task, root *rootImage) (dir string, err error) {
	if dir, err = r.runs.Create(t.RunID); err != nil {
		return "", err
	}
	init, err := initConfig(t, root, r.filter)
	if err != nil {
		return "", &worker.UserError{Err: err}
	}
	init.Shared = len(t.Services) > 0
	if err := shim.Prepare(dir, init); err != nil {
		return "", err
	}
	return dir, r.runs.SaveAs(t.RunID, imageFile, root)
}

// create makes the services and the container, and says how long images of services
// were waited for.
func (r *Runtime) create(ctx context.Context, dir string, t worker.Task, root *rootImage, mounts []specs.Mount) (pull time.Duration, err error) {
	ns, err := r.join(ctx, t)
	if err != nil {
		return 0, err
	}
	around, err := r.around(dir, t)
	if err != nil {
		return 0, err
	}
	if pull, err = r.startServices(ctx, dir, t, ns, around); err != nil {
		return pull, err
	}
	return pull, r.createMain(ctx, dir, t, root, ns, append(around, mounts...))
}

func (r *Runtime) createMain(ctx context.Context, dir string, t worker.Task, root *rootImage, ns network.Namespace, mounts []specs.Mount) error {
	spec, err := r.spec(ctx, dir, t, ns, mounts)
	if err != nil {
		return err
	}
	if err := r.launch(ctx, dir, t, root, spec); err != nil {
		return err
	}
	return r.runs.SaveAs(t.RunID, startedFile, started{r.cfg.Now(), r.digests(ctx, t, root)})
}

// launch makes a container, and starts what is in it.
func (r *Runtime) launch(ctx context.Context, dir string, t worker.Task, root *rootImage, spec *specs.Spec) error {
	spec.Annotations = map[string]string{shimGroup: r.groups.join(t.RunID)}
	if err := r.createContainer(ctx, t, root, spec); err != nil {
		r.groups.failed(t.RunID)
		return fmt.Errorf("create container: %w", err)
	}
	if err := r.createTask(ctx, t.RunID, dir, root); err != nil {
		r.groups.failed(t.RunID)
		return fmt.Errorf("create task: %w", err)
	}
	r.groups.made(t.RunID)
	if _, err := r.client.TaskService().Start(ctx, &tasks.StartRequest{ContainerID: t.RunID}); err != nil {
		return fmt.Errorf("start task: %w", errgrpc.ToNative(err))
	}
	if err := shim.Forget(dir); err != nil {
		r.cfg.Log.Warn("the file with the environment of a run stays until the run is removed", "run", t.RunID, "err", err)
	}
	return nil
}

// join records the run with the network namespace it gets.
func (r *Runtime) join(ctx context.Context, t worker.Task) (network.Namespace, error) {
	rec := record{Privileged: t.Privileged, Memory: t.Limits.MemoryBytes > 0}
	for _, s := range t.Services {
		rec.Services = append(rec.Services, s.Name)
		rec.Privileged = rec.Privileged || s.Privileged
	}
	ns, err := r.namespace(ctx, t)
	if err != nil {
		return ns, err
	}
	if rec.NetNS = ns.ID; ns.ID != "" && rec.Privileged {
		if err := r.network.MarkDirty(ns); err != nil {
			return ns, err
		}
	}
	if err := r.runs.Save(t.RunID, rec); err != nil {
		if ns.ID != "" {
			r.network.Put(ctx, ns.ID, rec.Privileged)
		}
		return ns, err
	}
	return ns, nil
}

// namespace is the network of a task and its services; none where runc makes one
// that has loopback only, or the machine's own is to be used.
func (r *Runtime) namespace(ctx context.Context, t worker.Task) (network.Namespace, error) {
	switch {
	case t.HostNetwork:
		return network.Namespace{}, nil
	case !t.Hermetic:
		return r.network.Get(ctx)
	case len(t.Services) > 0:
		return r.network.Alone()
	}
	return network.Namespace{}, nil
}

func (r *Runtime) createContainer(ctx context.Context, t worker.Task, root *rootImage, spec any) error {
	text, err := typeurl.MarshalAny(spec)
	if err != nil {
		return err
	}
	opts, err := typeurl.MarshalAny(&options.Options{Root: r.runcRoot()})
	if err != nil {
		return err
	}
	_, err = r.client.ContainerService().Create(ctx, containers.Container{
		ID: t.RunID, Labels: t.Labels, Image: root.Name, Spec: text,
		Runtime: containers.RuntimeInfo{Name: runtimeName, Options: opts},
	})
	return err
}

// createTask uses the service itself: the client's convenience costs several
// calls, and syncs of containerd's database, for each container.
func (r *Runtime) createTask(ctx context.Context, runID, dir string, root *rootImage) error {
	rootfs, err := r.overlay(dir, "root", append([]string{r.skeleton()}, root.Lower...))
	if err != nil {
		return err
	}
	opts, err := typeurl.MarshalAnyToProto(&options.Options{Root: r.runcRoot()})
	if err != nil {
		return err
	}
	_, err = r.client.TaskService().Create(ctx, &tasks.CreateTaskRequest{
		ContainerID: runID, Options: opts,
		Rootfs: []*types.Mount{{Type: "overlay", Source: "overlay", Options: rootfs}},
	})
	return errgrpc.ToNative(err)
}

// writeFiles makes what all containers share.
func (r *Runtime) writeFiles() error {
	if err := r.makeSkeleton(); err != nil {
		return err
	}
	return r.makeBuiltInRoot()
}
