package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirci/weir/worker"
)

// killGrace is what a run gets between TERM and KILL when its time is up.
const killGrace = 10 * time.Second

// run is one run that is here. Its container has one goroutine (execute), its
// log another (log.follow), so that a server that does not answer keeps no
// timeout from being kept.
type run struct {
	fleet *fleet
	rec   record // written by execute alone
	task  worker.Task
	slog  *slog.Logger
	log   *shipper

	ctx    context.Context
	cancel context.CancelFunc
	kills  chan time.Duration // grace; capacity 1
	ready  chan struct{}      // closed when the program runs
	gone   chan struct{}      // closed when drive has returned
	once   sync.Once          // discard
	kept   bool               // the server wants its container to stay; set with the end acknowledged
	told   atomic.Bool        // the server knows that the program runs, and of which images
}

func newRun(f *fleet, rec record) *run {
	r := &run{
		fleet: f, rec: rec, task: taskOf(rec.order),
		slog:  f.agent.opts.Log.With("run", rec.id()),
		kills: make(chan time.Duration, 1),
		ready: make(chan struct{}),
		gone:  make(chan struct{}),
	}
	r.ctx, r.cancel = context.WithCancel(f.ctx)
	r.log = newShipper(r)
	return r
}

// drive is the run's life, up to the server's acknowledgement of its end. It
// returns early, and reports nothing, when the agent stops or the run is not
// this worker's any more.
func (r *run) drive(fresh bool) {
	defer close(r.gone)
	defer r.cancel()
	defer r.log.close()
	exits := make(chan worker.Exit, 1)
	r.fleet.wg.Go(func() {
		defer close(exits)
		if exit, ok := r.execute(fresh); ok {
			exits <- exit
		}
	})
	exit, ok := r.log.follow(r.ctx, exits)
	for range exits { // execute must have ended before others may touch the run
	}
	if !ok || !r.reportEnd(exit) {
		return
	}
	r.fleet.finished(r)
}

// kill asks for the end; a later request is as good as an earlier one that was
// not yet seen.
func (r *run) kill(grace time.Duration) {
	select {
	case r.kills <- grace:
	default:
	}
}

// discard kills and removes a run of which nobody wants to hear any more. It
// returns when that is done, also where another call does it.
func (r *run) discard() {
	r.once.Do(func() {
		r.cancel()
		<-r.gone
		r.fleet.clean(r.rec.id())
	})
}

// execute starts the program and waits for its end, and ends it when it is
// asked to or its time is up. ok is false when the agent stops first.
func (r *run) execute(fresh bool) (exit worker.Exit, ok bool) {
	if fresh {
		if err := r.save(); err != nil {
			return r.failed(err), true
		}
	}
	deadline := r.deadline()
	defer deadline.Stop()
	if !r.rec.started {
		if exit, ok := r.begin(deadline); !ok {
			return exit, r.ctx.Err() == nil
		}
	}
	close(r.ready)
	r.fleet.wg.Go(r.reportStart)
	return r.await(deadline)
}

func (r *run) save() error { return r.fleet.agent.records.save(r.rec) }

// deadline fires when the time is up, counted from the order: over restarts too.
func (r *run) deadline() *time.Timer {
	if r.task.Timeout <= 0 {
		t := time.NewTimer(time.Hour)
		t.Stop()
		return t
	}
	return time.NewTimer(r.rec.received.Add(r.task.Timeout).Sub(r.fleet.agent.opts.Now()))
}

// begin starts the program. Where it does not come to that, running is false and
// the exit says why.
func (r *run) begin(deadline *time.Timer) (exit worker.Exit, running bool) {
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	done := make(chan func() (worker.Spent, error), 1)
	go func() {
		spent, err := r.prepare(ctx)
		done <- func() (worker.Spent, error) { return spent, err }
	}()
	killed := false
	for {
		select {
		case result := <-done:
			spent, err := result()
			r.rec.spent = spent
			return r.begun(err, killed)
		case grace := <-r.kills:
			killed = true
			cancel()
			defer r.kill(grace) // for the program, should it run all the same
		case <-deadline.C:
			r.expire()
			cancel()
			defer r.kill(killGrace)
		}
	}
}

// prepare starts the program, in an image that is fetched first where a resource
// brings it.
func (r *run) prepare(ctx context.Context) (worker.Spent, error) {
	began := r.fleet.agent.opts.Now()
	if err := r.fleet.images.bring(ctx, r.rec.order.GetTask(), r.task.Secrets); err != nil {
		return worker.Spent{}, err
	}
	brought := r.fleet.agent.opts.Now().Sub(began)
	spent, err := r.fleet.agent.opts.Runtime.Start(ctx, r.task)
	spent.Pull += brought
	return spent, err
}

func (r *run) begun(err error, killed bool) (worker.Exit, bool) {
	switch {
	case err == nil:
		r.rec.started = true
		if err := r.save(); err != nil { // Start finds the run that is there
			r.slog.Warn("a restarted worker will start this run again", "err", err)
		}
		return worker.Exit{}, true
	case r.rec.timedOut:
		return worker.Exit{Code: -1, Err: fmt.Sprintf("timed out after %s, before the program ran", r.task.Timeout)}, false
	case killed:
		return worker.Exit{Code: -1, Err: "killed before the program ran"}, false
	}
	return r.failed(err), false
}

// failed is the exit of a run that could not be started: the user's fault only
// where the runtime says so.
func (r *run) failed(err error) worker.Exit {
	var user *worker.UserError
	if errors.As(err, &user) {
		return worker.Exit{Code: -1, Err: user.Error()} // what was being done when it showed is no news to the user
	}
	text := err.Error()
	if isDiskFull(err) {
		text = r.fleet.agent.diskIsFull() + ": " + text
	}
	return worker.Exit{Code: -1, Err: text, Lost: true}
}

func (r *run) await(deadline *time.Timer) (worker.Exit, bool) {
	exits := make(chan worker.Exit, 1)
	r.fleet.wg.Go(func() {
		defer close(exits)
		if exit, ok := r.wait(); ok {
			exits <- exit
		}
	})
	for {
		select {
		case exit, ok := <-exits:
			return exit, ok
		case grace := <-r.kills:
			r.fleet.wg.Go(func() { r.end(grace) })
		case <-deadline.C:
			r.expire()
			r.fleet.wg.Go(func() { r.end(killGrace) })
		}
	}
}

// wait gives the exit, however often the runtime has to be asked.
func (r *run) wait() (worker.Exit, bool) {
	backoff := r.fleet.agent.backoff()
	for {
		exit, err := r.fleet.agent.opts.Runtime.Wait(r.ctx, r.rec.id())
		switch {
		case r.ctx.Err() != nil:
			return worker.Exit{}, false
		case err == nil:
			return r.withCause(exit), true
		case errors.Is(err, worker.ErrUnknownRun):
			return worker.Exit{Code: -1, Err: "the container is gone", Lost: true}, true
		}
		r.slog.Warn("cannot wait for the run", "err", err)
		if sleep(r.ctx, backoff.next()) != nil {
			return worker.Exit{}, false
		}
	}
}

// end kills, until the runtime says that it did, or the run has ended.
func (r *run) end(grace time.Duration) {
	backoff := r.fleet.agent.backoff()
	for {
		err := r.fleet.agent.opts.Runtime.Kill(r.ctx, r.rec.id(), grace)
		if err == nil || r.ctx.Err() != nil {
			return
		}
		r.slog.Warn("cannot kill the run", "err", err)
		if sleep(r.ctx, backoff.next()) != nil {
			return
		}
	}
}

// expire notes, before anything is killed, that the time was up: the exit alone
// would not say so after a restart.
func (r *run) expire() {
	r.rec.timedOut = true
	if err := r.save(); err != nil {
		r.slog.Warn("cannot note the timeout", "err", err)
	}
}
