package workerapi

import (
	"context"
	"errors"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

var errStopping = connect.NewError(connect.CodeUnavailable, errors.New("the server is stopping: connect again"))

// Orders is weirv1connect.WorkerServiceHandler.
func (h *Handler) Orders(ctx context.Context, req *connect.Request[weirv1.OrdersRequest], stream *connect.ServerStream[weirv1.OrdersResponse]) error {
	w, err := h.worker(ctx, req.Header())
	if err != nil {
		return err
	}
	payloads, cancel := h.hints.Subscribe(postgres.ChannelWorker)
	defer cancel()
	calls, cancelCalls := h.hints.Subscribe(postgres.ChannelAttach)
	defer cancelCalls()
	poll := time.NewTicker(h.opts.Poll)
	defer poll.Stop()
	if err := stream.Send(nil); err != nil { // headers: the worker knows that the stream stands
		return err
	}
	o := orders{handler: h, stream: stream, worker: w, epoch: req.Msg.GetEpoch(),
		started: map[postgres.RunRef]bool{}, killed: map[postgres.RunRef]bool{}}
	for {
		if err := o.send(ctx); err != nil {
			return err
		}
		if err := o.hear(ctx, payloads, calls, poll.C); err != nil {
			return err
		}
	}
}

// hear returns when there may be something to do for the worker. Calls to sessions
// it passes on by itself: they are about no row.
func (o *orders) hear(ctx context.Context, payloads, calls <-chan string, poll <-chan time.Time) error {
	for {
		select {
		case id, ok := <-payloads:
			if !ok {
				return errStopping
			}
			if id == o.worker.ID || id == postgres.Everything {
				return nil
			}
		case call, ok := <-calls:
			if !ok {
				return errStopping
			}
			if err := o.attach(call); err != nil {
				return err
			}
		case <-poll:
			return nil
		case <-o.handler.done:
			return errStopping
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// orders is one stream. What went out on it is not sent again: it arrives, or
// the stream breaks.
type orders struct {
	handler *Handler
	stream  *connect.ServerStream[weirv1.OrdersResponse]
	worker  postgres.WorkerIdentity
	epoch   int64
	started map[postgres.RunRef]bool
	killed  map[postgres.RunRef]bool
}

// send sends what is to be done now. A database that is away for a while breaks
// no stream: what is due then is found at the next look.
func (o *orders) send(ctx context.Context) error {
	todo, err := o.handler.store.WorkerOrders(ctx, o.worker.ID, o.epoch)
	if errors.Is(err, state.ErrFenced) {
		return o.handler.asConnect("orders", err)
	}
	if err != nil {
		o.handler.opts.Log.Warn("cannot look for orders", "worker", o.worker.Name, "err", err)
		return ctx.Err()
	}
	o.prune(todo)
	for _, s := range todo.Start {
		if err := o.start(ctx, s); err != nil {
			return err
		}
	}
	for _, ref := range todo.Kill {
		if err := o.kill(ref); err != nil {
			return err
		}
	}
	return nil
}

func (o *orders) start(ctx context.Context, s postgres.StartOrder) error {
	if o.started[s.RunRef] {
		return nil
	}
	task := &weirv1.Task{}
	if err := proto.Unmarshal(s.Task, task); err != nil {
		o.handler.opts.Log.Error("the task of a run is not to be read", "run", s.ID, "err", err)
		return nil
	}
	o.started[s.RunRef] = true
	values, err := o.handler.fill(ctx, task)
	if err != nil {
		return o.refuse(ctx, s.RunRef, err)
	}
	return o.stream.Send(&weirv1.OrdersResponse{Order: &weirv1.OrdersResponse_Start{
		Start: &weirv1.Start{RunId: s.ID, Epoch: s.Epoch, Task: task, Secrets: values},
	}})
}

func (o *orders) kill(ref postgres.RunRef) error {
	if o.killed[ref] {
		return nil
	}
	o.killed[ref] = true
	return o.stream.Send(&weirv1.OrdersResponse{Order: &weirv1.OrdersResponse_Kill{
		Kill: &weirv1.Kill{RunId: ref.ID, Epoch: ref.Epoch, GraceMs: o.handler.opts.KillGrace.Milliseconds()},
	}})
}

// prune forgets what needs no order any more: a stream may last for months.
func (o *orders) prune(todo postgres.WorkerOrders) {
	start, kill := map[postgres.RunRef]bool{}, map[postgres.RunRef]bool{}
	for _, s := range todo.Start {
		start[s.RunRef] = o.started[s.RunRef]
	}
	for _, ref := range todo.Kill {
		kill[ref] = o.killed[ref]
	}
	o.started, o.killed = start, kill
}
