package containerd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/errdefs/pkg/errgrpc"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sync/errgroup"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/network"
	"github.com/weirci/weir/worker/shim"
)

// readyTimeout is how long a service may take to be ready, unless it says.
const readyTimeout = time.Minute

// longestHostname is the kernel's limit.
const longestHostname = 64

// serviceFailed is why a task cannot be started: a service of it does not run. It
// is an end of the run, as the log has what the service wrote.
type serviceFailed struct{ text string }

func (e *serviceFailed) Error() string { return e.text }

// serviceID is the container of a run's service.
func serviceID(runID string, i int) string { return runID + ".s" + strconv.Itoa(i) }

// serviceDir is a service's directory in that of its run.
func serviceDir(dir string, i int) string { return filepath.Join(dir, "service-"+strconv.Itoa(i)) }

// startServices starts all services of a task at once, and returns when they are
// ready, or one of them will not be. It says how long the image took that took longest.
func (r *Runtime) startServices(ctx context.Context, dir string, t worker.Task, ns network.Namespace, around []specs.Mount) (time.Duration, error) {
	pulls := make([]time.Duration, len(t.Services)+1)
	g, ctx := errgroup.WithContext(ctx)
	for i, s := range t.Services {
		g.Go(func() error {
			err := r.startService(ctx, dir, t, i, ns, around, &pulls[i])
			if user := (*worker.UserError)(nil); errors.As(err, &user) {
				return &worker.UserError{Err: fmt.Errorf("service %q: %w", s.Name, user.Err)}
			}
			if failed := (*serviceFailed)(nil); err == nil || errors.As(err, &failed) {
				return err
			}
			return fmt.Errorf("service %q: %w", s.Name, err)
		})
	}
	err := g.Wait()
	return slices.Max(pulls), err
}

func (r *Runtime) startService(ctx context.Context, dir string, t worker.Task, i int, ns network.Namespace, around []specs.Mount, pull *time.Duration) error {
	s, own := t.Services[i], serviceDir(dir, i)
	watch := worker.NewStopwatch(r.cfg.Now)
	root, err := r.images.root(ctx, s.Image)
	watch.Lap(pull)
	if err != nil {
		return err
	}
	c := serviceTask(t, i, root)
	if err := r.prepareService(dir, own, c, s, root); err != nil {
		return err
	}
	spec, err := r.spec(ctx, own, c, ns, append([]specs.Mount{bind(shim.ReadyPath(own), inside+"/ready")}, around...))
	if err != nil {
		return err
	}
	if len(s.Name) <= longestHostname {
		spec.Hostname = s.Name
	}
	if err := r.launch(ctx, own, c, root, spec); err != nil {
		return err
	}
	return r.awaitReady(ctx, c.RunID, own, s.Name)
}

// serviceTask is a service as a task of its own.
func serviceTask(t worker.Task, i int, root *rootImage) worker.Task {
	s := t.Services[i]
	labels := maps.Clone(t.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels["service"] = s.Name
	return worker.Task{
		RunID: serviceID(t.RunID, i), Image: s.Image, Argv: s.Argv, Env: s.Env, User: s.User, Labels: labels, Secrets: t.Secrets,
		Dir: cmp.Or(root.Config.WorkingDir, "/"), Privileged: s.Privileged, Limits: s.Limits,
		Hermetic: t.Hermetic, HostNetwork: t.HostNetwork,
	}
}

// prepareService makes a service's directory. Its log is the one of the run.
func (r *Runtime) prepareService(dir, own string, c worker.Task, s worker.Service, root *rootImage) error {
	init, err := initConfig(c, root, r.filter)
	if err != nil {
		return &worker.UserError{Err: err}
	}
	init.Own, init.MakeDirs = nil, []string{init.Dir}
	init.Service = &shim.Service{Name: s.Name, Ready: s.Ready, Patience: cmp.Or(s.ReadyTimeout, readyTimeout)}
	if err := os.Mkdir(own, 0o700); err != nil {
		return err
	}
	if err := shim.Prepare(own, init); err != nil {
		return err
	}
	return errors.Join(os.Remove(shim.LogPath(own)), os.Link(shim.LogPath(dir), shim.LogPath(own)))
}

// Whether a service is ready is looked at with these pauses.
const (
	readyFirst = 5 * time.Millisecond
	readyLast  = 100 * time.Millisecond
)

func (r *Runtime) awaitReady(ctx context.Context, id, own, name string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := r.client.TaskService().Wait(ctx, &tasks.WaitRequest{ContainerID: id})
		ended <- errgrpc.ToNative(err)
	}()
	for pause := readyFirst; ; pause = min(2*pause, readyLast) {
		switch ready, ok, err := shim.ReadReady(own); {
		case err != nil:
			return err
		case ready.Ready:
			return nil
		case ok:
			return &serviceFailed{fmt.Sprintf("service %q: %s", name, ready.Err)}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			if err != nil {
				return err
			}
			return &serviceFailed{fmt.Sprintf("service %q %s before it was ready", name, r.howEnded(id, own))}
		case <-time.After(pause):
		}
	}
}

// stillborn is the end of a run whose services do not run.
func (r *Runtime) stillborn(ctx context.Context, runID string, why *serviceFailed) error {
	now := r.cfg.Now()
	err := r.clean(ctx, runID)
	if err == nil { // ended first: a run that has started, and not ended, would be waited for
		err = r.runs.SaveAs(runID, endedFile, worker.Exit{Code: -1, Err: why.text, EndedAt: now})
	}
	if err == nil {
		err = r.runs.SaveAs(runID, startedFile, started{At: now})
	}
	if err != nil {
		return errors.Join(err, r.discard(ctx, runID))
	}
	return nil
}
