package containerd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/containerd/containerd/api/services/tasks/v1"
	"github.com/containerd/containerd/api/types/task"
	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/namespaces"
	"github.com/containerd/errdefs"
	"github.com/containerd/errdefs/pkg/errgrpc"
	"github.com/containerd/log"
	"github.com/sirupsen/logrus"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/network"
	"github.com/weirci/weir/worker/rundir"
	"github.com/weirci/weir/worker/seccomp"
	"github.com/weirci/weir/worker/volume"
)

// Runtime implements worker.Runtime, worker.Volumes and worker.Logs.
type Runtime struct {
	*volume.Store
	cfg      Config
	client   *client.Client
	runs     *rundir.Store
	network  *network.Pool
	images   *images
	volatile bool // overlays may skip syncing on this kernel
	locks    keyLocks
	lull     *lull
	groups   *groups
	filter   seccomp.Filter // of all containers that are not privileged; nil leaves it to runc

	ctx  context.Context // ends with Close; watchers live in it
	stop context.CancelFunc
	done sync.WaitGroup

	sessions atomic.Int64 // of people, so far; names them

	mu       sync.Mutex
	watches  map[string]*watch    // owned by mu
	reopened map[string]*reopened // by run; owned by mu, what is in them by the run's lock
}

// record is what is known of a run before its container is made.
type record struct {
	NetNS      string // "" where the run has only loopback, or the machine's network
	Privileged bool   // the run, or a service of it
	Memory     bool   // it has a limit, so it may run out of memory
	Services   []string
}

// started is recorded when the task runs.
type started struct {
	At     time.Time
	Images map[string]string `json:",omitempty"` // digests, by references without one
}

const (
	startedFile = "started.json"
	endedFile   = "ended.json"
)

// Open connects to containerd, sets up the network, and takes over the runs that
// an earlier process of this worker started.
func Open(ctx context.Context, cfg Config) (*Runtime, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("containerd runtime: %w", err)
	}
	r := &Runtime{cfg: cfg, lull: newLull(cfg.PutOff), groups: newGroups(), watches: map[string]*watch{}, reopened: map[string]*reopened{}}
	if r.Store, err = volume.Open(filepath.Join(cfg.Dir, "volumes")); err != nil {
		return nil, err
	}
	if r.runs, err = rundir.Open(filepath.Join(cfg.Dir, "runs")); err != nil {
		return nil, err
	}
	if err := r.writeFiles(); err != nil {
		return nil, fmt.Errorf("containerd runtime: %w", err)
	}
	r.volatile = canBeVolatile(cfg.Dir)
	if r.client, err = client.New(cfg.Address, client.WithDefaultNamespace(cfg.Namespace)); err != nil {
		return nil, fmt.Errorf("connect to containerd at %s: %w", cfg.Address, err)
	}
	if err := r.greet(ctx); err != nil {
		return nil, errors.Join(err, r.client.Close())
	}
	if r.images, err = newImages(r.client, cfg, r.Store); err != nil {
		return nil, errors.Join(err, r.client.Close())
	}
	r.ctx, r.stop = context.WithCancel(r.in(context.WithoutCancel(ctx)))
	if err := r.takeOver(r.in(ctx)); err != nil {
		r.stop()
		return nil, errors.Join(err, r.client.Close())
	}
	r.learnFilter(r.in(ctx))
	return r, nil
}

// greetPatience is how long a containerd may take to say that it is one.
const greetPatience = 10 * time.Second

// greet finds out now, not in the first build, that nobody is there.
func (r *Runtime) greet(ctx context.Context) error {
	if err := dial(r.cfg.Address); err != nil {
		return fmt.Errorf("no containerd answers at %s: %w", r.cfg.Address, err)
	}
	ctx, cancel := context.WithTimeout(r.in(ctx), greetPatience)
	defer cancel()
	if _, err := r.client.Version(ctx); err != nil {
		return fmt.Errorf("no containerd answers at %s: %w", r.cfg.Address, err)
	}
	return nil
}

// dial tries the socket itself: the client would try until its time is up,
// and not say why.
func dial(address string) error {
	c, err := net.Dial("unix", strings.TrimPrefix(address, "unix://"))
	if err != nil {
		return errors.Unwrap(err)
	}
	return c.Close()
}

// in puts containerd's namespace into a context, and keeps its client from
// logging by itself what it also returns as errors.
func (r *Runtime) in(ctx context.Context) context.Context {
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	return log.WithLogger(namespaces.WithNamespace(ctx, r.cfg.Namespace), logrus.NewEntry(silent))
}

// takeOver forgets runs whose start was cut short, opens the network with the
// namespaces of the others, and watches those.
func (r *Runtime) takeOver(ctx context.Context) error {
	names, err := r.runs.List()
	if err != nil {
		return err
	}
	if err := r.forgetSessions(ctx, names); err != nil {
		return err
	}
	inUse, going := map[string]bool{}, []string{}
	for _, id := range names {
		var rec record
		var ended worker.Exit
		switch ran, err := r.everRan(ctx, id); {
		case err != nil:
			return fmt.Errorf("take over run %s: %w", id, err)
		case !ran:
			r.cfg.Log.Info("forget a run whose start was cut short", "run", id)
			if err := r.discard(ctx, id); err != nil {
				return err
			}
		case r.runs.LoadFrom(id, endedFile, &ended) != nil:
			if err := r.runs.Load(id, &rec); err == nil && rec.NetNS != "" {
				inUse[rec.NetNS] = true
			}
			going = append(going, id)
		}
	}
	if r.network, err = network.Open(ctx, r.cfg.Network, inUse); err != nil {
		return err
	}
	for _, id := range going {
		r.watch(id)
	}
	return nil
}

// everRan tells whether a run's program was started: it is recorded, or the
// worker died between the start and the record and there is a task that ran.
func (r *Runtime) everRan(ctx context.Context, runID string) (bool, error) {
	var s started
	if r.runs.LoadFrom(runID, startedFile, &s) == nil {
		return true, nil
	}
	got, err := r.client.TaskService().Get(ctx, &tasks.GetRequest{ContainerID: runID})
	if err = errgrpc.ToNative(err); errdefs.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return got.Process.Status != task.Status_CREATED, nil
}

// runcRoot is runc's state: /run/containerd/runc is shared by all daemons of a machine.
func (r *Runtime) runcRoot() string { return filepath.Join(RunDir(r.cfg.Dir), "runc") }

// LogPath is worker.Logs.
func (r *Runtime) LogPath(runID string) string { return r.runs.LogPath(runID) }

// ResultPath is worker.Logs.
func (r *Runtime) ResultPath(runID string) string { return r.runs.ResultPath(runID) }

// List is worker.Runtime.
func (r *Runtime) List(context.Context) ([]string, error) { return r.runs.List() }

// Close stops watching. Containers go on; the next Open finds them.
func (r *Runtime) Close() error {
	r.stop()
	r.done.Wait()
	r.network.Release()
	return r.client.Close()
}

// Shutdown kills all runs and takes the network away. What it killed is lost: the
// worker was stopped, nothing was wrong with the run.
func (r *Runtime) Shutdown(ctx context.Context) error {
	ctx = r.in(ctx)
	r.stop()
	r.done.Wait()
	names, err := r.runs.List()
	if err != nil {
		return err
	}
	for _, id := range names {
		var ended worker.Exit
		if r.runs.LoadFrom(id, endedFile, &ended) != nil {
			now := r.cfg.Now()
			err = errors.Join(err, r.runs.SaveAs(id, endedFile, worker.Exit{Code: -1, Err: "the worker was stopped", Lost: true, StartedAt: now, EndedAt: now}))
		}
	}
	err = errors.Join(err, killNamespace(ctx, r.client, r.cfg.Namespace), r.network.Close(ctx), r.client.Close())
	err = errors.Join(err, os.RemoveAll(r.runcRoot()))
	_ = os.Remove(RunDir(r.cfg.Dir)) // if nothing else is in it
	_ = os.Remove(filepath.Dir(RunDir(r.cfg.Dir)))
	return err
}
