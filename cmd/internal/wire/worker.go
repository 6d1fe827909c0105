package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	goruntime "runtime"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/weirci/weir/worker/agent"
)

// WorkerConfig is what a worker is made of.
type WorkerConfig struct {
	Server, CAFile string
	Name           string // "": the host's
	EnrolKey, Key  string
	Dir            string
	Runtime        string // auto, containerd, process
	Containerd     string // address; "": one of its own
	Capacity       int    // 0: by the machine's size
	CPU            int64  // thousandths of cores; 0: the machine's; below: not counted
	Memory         int64  // bytes; likewise
	MaxTasks       int    // at once; 0: no limit but the capacity
	MaxBuilds      int    // likewise
	Tags           []string
	Version        string
	Log            *slog.Logger
}

// Worker is a worker that is set up.
type Worker struct {
	Runtime string // containerd or process
	Why     string // why it is not containerd, where nobody chose

	agent   *agent.Agent
	runtime runtime
	log     *slog.Logger
	leaves  atomic.Bool // landed or retired: it does not come back to what is here
}

// NewWorker sets a worker up: its runtime is open, nobody was dialled yet.
func NewWorker(ctx context.Context, c WorkerConfig) (*Worker, error) {
	kind, why, err := chooseRuntime(c.Runtime, os.Geteuid(), lookPath)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Dir, 0o711); err != nil {
		return nil, fmt.Errorf("the worker's directory: %w", err)
	}
	if c.Capacity == 0 {
		c.Capacity = 4 * goruntime.NumCPU()
	}
	r, err := openRuntime(ctx, runtimeConfig{kind: kind, dir: c.Dir, containerd: c.Containerd, spare: min(c.Capacity, maxSpare), log: c.Log})
	if err != nil {
		return nil, fmt.Errorf("runtime %s: %w", kind, err)
	}
	a, err := agent.New(c.options(kind, r))
	if err != nil {
		return nil, errors.Join(err, r.release(ctx))
	}
	return &Worker{Runtime: kind, Why: why, agent: a, runtime: r, log: c.Log}, nil
}

// maxSpare bounds the networks that are kept ready for containers to come.
const maxSpare = 8

func (c WorkerConfig) options(kind string, r runtime) agent.Options {
	name := c.Name
	if name == "" {
		name, _ = os.Hostname()
	}
	return agent.Options{
		ServerURL: c.Server, CAFile: c.CAFile, Name: name, Key: c.Key, EnrolKey: c.EnrolKey, Dir: c.Dir,
		Runtime: r, Volumes: r, Logs: r, RuntimeName: kind, Capacity: c.Capacity, Tags: c.Tags,
		Platform: goruntime.GOOS + "/" + goruntime.GOARCH, Version: c.Version,
		Size: agent.Size{CPU: counted(c.CPU, cores()), Memory: counted(c.Memory, memory()), MaxTasks: c.MaxTasks, MaxBuilds: c.MaxBuilds},
		Now:  time.Now, Rand: rand.Float64, Log: c.Log,
	}
}

// Run works until ctx ends. What runs goes on running: the next Run finds it.
func (w *Worker) Run(ctx context.Context) error {
	go func() {
		<-ctx.Done()
		w.agent.Stop()
	}()
	return w.agent.Run(context.WithoutCancel(ctx))
}

// Signals lands the worker on USR1 and retires it on USR2, until the returned
// function is called.
func (w *Worker) Signals() (stop func()) {
	ch, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(ch, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		for {
			select {
			case s := <-ch:
				w.leave(s)
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(ch); close(done) }
}

func (w *Worker) leave(s os.Signal) {
	w.leaves.Store(true)
	if s == syscall.SIGUSR2 {
		w.log.Info("retiring: no more runs are taken; the worker is forgotten when those that are here have ended")
		w.agent.Retire()
		return
	}
	w.log.Info("landing: no more runs are taken; the worker ends when those that are here have ended")
	w.agent.Land()
}

// Close lets go of the runtime: what runs goes on, for the next process of this
// worker. One that has landed or retired takes away what it set up. Call it, or
// Shutdown, after Run.
func (w *Worker) Close(ctx context.Context) error {
	if w.leaves.Load() {
		return w.runtime.shutdown(ctx)
	}
	return w.runtime.release(ctx)
}

// Shutdown ends what runs, and leaves nothing but the directory.
func (w *Worker) Shutdown(ctx context.Context) error { return w.runtime.shutdown(ctx) }
