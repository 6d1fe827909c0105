package containerd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/containerd/api/types/task"
	"github.com/containerd/errdefs"
	"github.com/containerd/errdefs/pkg/errgrpc"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/shim"
)

// endServices ends what runs beside a task that has ended: what the services wrote
// until then is in the log. A task that failed is told which of them were gone.
func (r *Runtime) endServices(ctx context.Context, runID string, e *worker.Exit) error {
	var rec record
	if err := r.runs.Load(runID, &rec); err != nil || len(rec.Services) == 0 {
		return nil // a run without a record has none
	}
	if gone := r.gone(ctx, runID, rec); len(gone) > 0 && e.Code > 0 {
		e.Note = strings.Join(gone, ", ")
	}
	var g errgroup.Group
	for i := range rec.Services {
		g.Go(func() error { return r.endService(ctx, serviceID(runID, i)) })
	}
	return g.Wait()
}

// gone says of each service that is not there any more how it ended.
func (r *Runtime) gone(ctx context.Context, runID string, rec record) []string {
	var out []string
	for i, name := range rec.Services {
		got, err := r.client.TaskService().Get(ctx, &tasks.GetRequest{ContainerID: serviceID(runID, i)})
		if err == nil && got.Process.Status != task.Status_STOPPED {
			continue
		}
		if err == nil || errdefs.IsNotFound(errgrpc.ToNative(err)) {
			out = append(out, fmt.Sprintf("service %q had %s", name, r.howEnded(serviceID(runID, i), serviceDir(r.runs.Path(runID), i))))
		}
	}
	return out
}

// howEnded is the end of a service in words.
func (r *Runtime) howEnded(id, own string) string {
	e, ok, err := shim.ReadExit(own)
	switch {
	case outOfMemory(r.cgroup(id)):
		return "ended: out of memory"
	case err != nil || !ok:
		return "ended: it was killed" // and its init with it
	case e.Err != "":
		return "ended: " + e.Err
	}
	return fmt.Sprintf("ended with exit code %d", e.Code)
}

// endService lets the init kill all, and write down what is left in the pipes, and
// then kills the init itself.
func (r *Runtime) endService(ctx context.Context, id string) error {
	for _, s := range []struct {
		sig unix.Signal
		all bool
	}{{shim.KillSignal, false}, {unix.SIGKILL, true}} {
		_, err := r.client.TaskService().Kill(ctx, &tasks.KillRequest{ContainerID: id, Signal: uint32(s.sig), All: s.all})
		if err = errgrpc.ToNative(err); err != nil && !errdefs.IsNotFound(err) {
			return fmt.Errorf("end service: %w", err)
		}
		if ended, err := r.endsWithin(ctx, id, initPatience); ended || err != nil {
			return err
		}
	}
	return errors.New("end service: it does not end")
}

func (r *Runtime) endsWithin(ctx context.Context, id string, d time.Duration) (bool, error) {
	limited, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	_, err := r.client.TaskService().Wait(limited, &tasks.WaitRequest{ContainerID: id})
	switch err = errgrpc.ToNative(err); {
	case err == nil, errdefs.IsNotFound(err):
		return true, nil
	case limited.Err() != nil:
		return false, ctx.Err()
	}
	return false, fmt.Errorf("end service: %w", err)
}
