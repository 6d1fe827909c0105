package agent

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/weirci/weir/api/weir/v1/weirv1connect"
)

// What the worker wants to be, and what the server says it is.
const (
	wantRunning  = "running"
	wantLanding  = "landing"
	wantLanded   = "landed"
	wantRetiring = "retiring"
	isGone       = "gone"
)

// errLeft ends Run: the worker has landed, or retired.
var errLeft = errors.New("the worker has left")

// Agent is one worker's connection to its server. Make one with New.
type Agent struct {
	opts    Options
	http    *http.Client
	client  weirv1connect.WorkerServiceClient
	key     *atomic.Pointer[string] // what the client shows
	records records
	fleet   *fleet // from resume on

	wanted atomic.Value  // string: wantRunning, wantLanding, wantRetiring
	poke   chan struct{} // a heartbeat now; capacity 1
	stop   chan struct{} // closed by Stop
	once   sync.Once
}

// New checks the options and prepares the directory. It dials nobody.
func New(o Options) (*Agent, error) {
	if err := o.complete(); err != nil {
		return nil, fmt.Errorf("worker agent: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(o.Dir, "orders"), 0o700); err != nil {
		return nil, fmt.Errorf("worker agent: directory: %w", err)
	}
	a := &Agent{
		opts:    o,
		key:     new(atomic.Pointer[string]),
		records: records{dir: filepath.Join(o.Dir, "orders")},
		poke:    make(chan struct{}, 1),
		stop:    make(chan struct{}),
	}
	a.wanted.Store(wantRunning)
	var err error
	if a.http, err = newHTTPClient(o, a.key); err != nil {
		return nil, fmt.Errorf("worker agent: %w", err)
	}
	a.client = weirv1connect.NewWorkerServiceClient(a.http, o.ServerURL)
	return a, nil
}

// Run works until ctx ends, Stop is called, or the worker has landed or retired:
// all of these give nil. Containers run on in every case but retirement, and a
// later Run, of this process or another, goes on with them. An error means that
// it would be no use to try again: the key is refused, the name is taken, the
// directory is in use or cannot be written to.
func (a *Agent) Run(ctx context.Context) error {
	unlock, err := lockDir(ctx, a.opts.Dir)
	if err != nil {
		return fmt.Errorf("worker agent: %w", err)
	}
	defer unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-a.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	if err := a.identify(ctx); err != nil {
		return a.outcome(ctx, err)
	}
	if err := a.resume(ctx); err != nil {
		return fmt.Errorf("worker agent: %w", err)
	}
	err = a.sessions(ctx)
	cancel()
	a.fleet.wait()
	a.http.CloseIdleConnections()
	return a.outcome(ctx, err)
}

// resume takes up what an earlier process of this worker left. The runs go on
// before the server is reached: their timeouts, above all.
func (a *Agent) resume(ctx context.Context) error {
	all, broken, err := a.records.load()
	if err != nil {
		return err
	}
	for _, name := range broken {
		a.opts.Log.Warn("the record of a run cannot be read; the run is given up", "run", name)
		if err := a.records.remove(name); err != nil {
			return err
		}
	}
	watcher, err := newWatcher()
	if err != nil {
		a.opts.Log.Warn("no notification of file changes; log files are polled", "err", err)
	}
	a.fleet = newFleet(ctx, a, watcher)
	a.fleet.images = newBringer(a.fleet, a.opts)
	if err := a.fleet.images.begin(); err != nil {
		return fmt.Errorf("images that resources brought: %w", err)
	}
	for _, rec := range all {
		if rec.withheld && !rec.started { // the server sends it again, with its secrets
			if err := a.records.remove(rec.id()); err != nil {
				return err
			}
			continue
		}
		a.fleet.adopt(rec)
	}
	return nil
}

// outcome makes the ends that were asked for no errors.
func (a *Agent) outcome(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, errLeft) || ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("worker agent: %w", err)
}

// Stop ends Run and leaves the containers running: TERM.
func (a *Agent) Stop() { a.once.Do(func() { close(a.stop) }) }

// Land takes no more runs, and ends Run when those that are here have ended: USR1.
func (a *Agent) Land() { a.want(wantLanding) }

// Retire does as Land, and then gives up the worker's key, its volumes, and its
// place among the workers: USR2.
func (a *Agent) Retire() { a.want(wantRetiring) }

func (a *Agent) want(state string) {
	a.wanted.Store(state)
	a.beat()
}

// beat asks for a heartbeat now.
func (a *Agent) beat() {
	select {
	case a.poke <- struct{}{}:
	default: // one is under way
	}
}
