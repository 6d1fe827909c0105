package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// patience is how many heartbeats in a row may fail before a connection counts
// as lost.
const patience = 3

// sessions connects again and again, until ctx ends, the worker has left, or the
// server refuses it. The runs go on all the while.
func (a *Agent) sessions(ctx context.Context) error {
	wait := a.backoff()
	for {
		err := a.session(ctx, wait.reset)
		switch {
		case ctx.Err() != nil || errors.Is(err, errLeft):
			return err
		case connect.CodeOf(err) == connect.CodeUnauthenticated:
			if a.wanted.Load() == wantRetiring { // the answer to the last heartbeat was lost
				return a.left(ctx, isGone)
			}
			if err := a.reenroll(ctx); err != nil {
				return err
			}
		}
		a.opts.Log.Warn("no connection to the server; runs go on", "worker", a.opts.Name, "err", err)
		if err := sleep(ctx, wait.next()); err != nil {
			return err
		}
	}
}

// session lasts as long as the connection.
func (a *Agent) session(ctx context.Context, connected func()) error {
	reg, err := a.register(ctx)
	if err != nil {
		return fmt.Errorf("registering: %w", err)
	}
	connected()
	a.opts.Log.Info("registered", "worker", a.opts.Name, "epoch", reg.GetEpoch())
	a.fleet.settle(reg.GetPositions(), reg.GetForget())
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.obey(ctx, reg.GetEpoch()) })
	g.Go(func() error { return a.heartbeats(ctx, reg) })
	return g.Wait()
}

func (a *Agent) register(ctx context.Context) (*weirv1.RegisterResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	found, err := a.opts.Runtime.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing what is here: %w", err)
	}
	resp, err := a.client.Register(ctx, connect.NewRequest(&weirv1.RegisterRequest{
		Runtime: a.opts.RuntimeName, Platform: a.opts.Platform, Tags: a.opts.Tags,
		Capacity: int32(a.opts.Capacity), Version: a.opts.Version,
		CpuMillis: a.opts.Size.CPU, MemoryBytes: a.opts.Size.Memory,
		MaxTasks: int32(a.opts.Size.MaxTasks), MaxBuilds: int32(a.opts.Size.MaxBuilds),
		Runs: a.fleet.refs(ownOnly(found, false)), State: a.wanted.Load().(string),
	}))
	if err != nil {
		return nil, err
	}
	return resp.Msg, nil
}

// obey does what the server orders. No order waits for the one before it.
func (a *Agent) obey(ctx context.Context, epoch int64) error {
	stream, err := a.client.Orders(ctx, connect.NewRequest(&weirv1.OrdersRequest{Epoch: epoch}))
	if err != nil {
		return fmt.Errorf("orders: %w", err)
	}
	defer stream.Close()
	for stream.Receive() {
		switch o := stream.Msg().GetOrder().(type) {
		case *weirv1.OrdersResponse_Start:
			a.fleet.start(o.Start)
		case *weirv1.OrdersResponse_Kill:
			a.fleet.kill(o.Kill)
		case *weirv1.OrdersResponse_Destroy:
			a.fleet.destroy(o.Destroy)
		case *weirv1.OrdersResponse_Attach:
			a.fleet.wg.Go(func() { a.attach(a.fleet.ctx, o.Attach) }) // longer than these orders, maybe
		}
	}
	if err := stream.Err(); err != nil {
		return fmt.Errorf("orders: %w", err)
	}
	return errors.New("orders: the server ended the stream")
}

func (a *Agent) heartbeats(ctx context.Context, reg *weirv1.RegisterResponse) error {
	every := time.NewTicker(max(time.Duration(reg.GetHeartbeatMs())*time.Millisecond, time.Millisecond))
	defer every.Stop()
	look := time.NewTicker(diskEvery)
	defer look.Stop()
	failures := 0
	for {
		refuses := a.refuses()
		err := a.heartbeat(ctx, reg.GetEpoch(), refuses)
		switch code := connect.CodeOf(err); {
		case err == nil:
			failures = 0
		case errors.Is(err, errLeft), code == connect.CodeFailedPrecondition, code == connect.CodeUnauthenticated:
			return err
		default:
			if failures++; failures >= patience {
				return fmt.Errorf("heartbeat: %w", err)
			}
		}
		if err := a.pause(ctx, every.C, look.C, refuses != ""); err != nil {
			return err
		}
	}
}

// pause lasts until the next heartbeat is due, or there is something to tell: that
// the worker refuses new runs and did not, or the other way around.
func (a *Agent) pause(ctx context.Context, every, look <-chan time.Time, refused bool) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-every:
			return nil
		case <-a.poke:
			return nil
		case <-look:
			if (a.refuses() != "") != refused {
				return nil
			}
		}
	}
}

func (a *Agent) heartbeat(ctx context.Context, epoch int64, refuses string) error {
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	state := a.state()
	runs, err := a.opts.Runtime.List(call)
	if err != nil {
		return fmt.Errorf("listing what is here: %w", err)
	}
	volumes, err := a.opts.Volumes.ListVolumes(call)
	if err != nil {
		return fmt.Errorf("listing what is here: %w", err)
	}
	resp, err := a.client.Heartbeat(call, connect.NewRequest(&weirv1.HeartbeatRequest{
		Epoch: epoch, Runs: ownOnly(runs, false), Volumes: ownOnly(volumes, false), State: state, Refuses: refuses,
	}))
	if err != nil {
		return err
	}
	a.fleet.destroy(resp.Msg.GetDestroy())
	if got := resp.Msg.GetState(); got == wantLanded || got == isGone {
		return a.left(ctx, got)
	}
	return nil
}

// state is what the worker asks to be. The server has the last word: it may have
// given out a run that is still on its way.
func (a *Agent) state() string {
	wanted := a.wanted.Load().(string)
	if wanted == wantLanding && a.fleet.empty() {
		return wantLanded
	}
	return wanted
}

func (a *Agent) left(ctx context.Context, how string) error {
	a.opts.Log.Info("the worker leaves", "worker", a.opts.Name, "state", how)
	if how == isGone {
		a.fleet.raze(ctx)
		a.forgetKey()
	}
	return errLeft
}
