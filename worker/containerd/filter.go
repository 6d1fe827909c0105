package containerd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/errdefs/pkg/errgrpc"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/seccomp"
)

const (
	// filterRun is the id of the container whose filter is read. Its directory is a
	// run's, so what a killed worker leaves of it is forgotten as a start cut short.
	filterRun = "seccomp-filter"
	// filterPatience is how long it may take: half a second on a busy machine.
	filterPatience = 10 * time.Second
)

// learnFilter has runc make the default filter once, in a container that is made
// and never started, for the init to install in all others. Where that cannot be,
// runc goes on making it for each container: slower, and as safe.
func (r *Runtime) learnFilter(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, filterPatience)
	defer cancel()
	f, err := r.makeFilter(ctx)
	err = errors.Join(err, r.discard(context.WithoutCancel(ctx), filterRun))
	if err != nil {
		r.cfg.Log.Warn("containers start more slowly: the seccomp filter is made anew for each", "because", err)
	}
	r.filter = f
}

func (r *Runtime) makeFilter(ctx context.Context) (seccomp.Filter, error) {
	dir, err := r.runs.Create(filterRun)
	if err != nil {
		return nil, err
	}
	t := worker.Task{RunID: filterRun, Hermetic: true, Image: worker.Image{BuiltIn: filterRun}}
	ns, err := r.join(ctx, t)
	if err != nil {
		return nil, err
	}
	spec, err := r.spec(ctx, dir, t, ns, nil)
	if err != nil {
		return nil, err
	}
	// With no-new-privileges runc installs the filter as the last thing before the
	// program; without, before it waits for the order to start it.
	spec.Process.NoNewPrivileges = false
	spec.Mounts = slices.DeleteFunc(spec.Mounts, func(m specs.Mount) bool { return m.Type == "bind" && m.Source != r.cfg.Init })
	root := &rootImage{Lower: []string{r.builtInRoot()}}
	if err := r.createContainer(ctx, t, root, spec); err != nil {
		return nil, fmt.Errorf("create container: %w", err)
	}
	if err := r.createTask(ctx, filterRun, dir, root); err != nil {
		return nil, fmt.Errorf("create task: %w", err)
	}
	got, err := r.client.TaskService().Get(ctx, &tasks.GetRequest{ContainerID: filterRun})
	if err != nil {
		return nil, fmt.Errorf("look for its process: %w", errgrpc.ToNative(err))
	}
	return readWhenThere(ctx, int(got.Process.Pid))
}

// readWhenThere waits: runc says that a container is made when it is about to
// install the filter.
func readWhenThere(ctx context.Context, pid int) (seccomp.Filter, error) {
	const pause = 5 * time.Millisecond
	for {
		f, err := seccomp.Read(pid)
		if !errors.Is(err, seccomp.ErrNone) {
			return f, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, err
		}
	}
}
