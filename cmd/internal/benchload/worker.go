package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
)

// worker does what a worker says and hears, and runs nothing: a run starts when it
// is ordered, and ends well after a time.
type worker struct {
	name   string
	client weirv1connect.WorkerServiceClient
	takes  time.Duration // of a run

	mu       sync.Mutex
	ended    map[string]time.Time // by build: when its last run ended
	waits    []time.Duration      // from there to the order for its next run
	reported int                  // runs whose end the server knows
}

// capacity is how many runs a simulated worker has at once, at most.
const capacity = 64

// enrol makes a worker that is known to the installation, at one of its servers.
func (in *installation) enrol(ctx context.Context, name string, server int, takes time.Duration) (*worker, error) {
	key, err := in.cli(ctx, "worker-key", "create", "--database", in.url, name)
	if err != nil {
		return nil, err
	}
	addr := in.servers[server].addr
	r, err := weirv1connect.NewWorkerServiceClient(client(key), addr).Enroll(ctx, connect.NewRequest(&weirv1.EnrollRequest{Name: name}))
	if err != nil {
		return nil, fmt.Errorf("enrol %s: %w", name, err)
	}
	return &worker{
		name: name, takes: takes, ended: map[string]time.Time{},
		client: weirv1connect.NewWorkerServiceClient(client(r.Msg.GetKey()), addr),
	}, nil
}

// run works until ctx ends, which is no error.
func (w *worker) run(ctx context.Context) error {
	reg, err := w.client.Register(ctx, connect.NewRequest(&weirv1.RegisterRequest{
		Runtime: "process", Platform: "linux/amd64", Capacity: capacity, Version: "bench", State: "running",
	}))
	if err != nil {
		return fmt.Errorf("register %s: %w", w.name, err)
	}
	g, inner := errgroup.WithContext(ctx)
	g.Go(func() error { return w.heartbeats(inner, reg.Msg) })
	g.Go(func() error { return w.obey(inner, g, reg.Msg.GetEpoch()) })
	if err := g.Wait(); ctx.Err() == nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	return w.leave(context.WithoutCancel(ctx), reg.Msg.GetEpoch())
}

// leave retires: a worker that just fell silent would be given runs for a while.
func (w *worker) leave(ctx context.Context, epoch int64) error {
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	for {
		r, err := w.client.Heartbeat(ctx, connect.NewRequest(&weirv1.HeartbeatRequest{Epoch: epoch, State: "retiring"}))
		if err != nil || r.Msg.GetState() == "gone" {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (w *worker) heartbeats(ctx context.Context, reg *weirv1.RegisterResponse) error {
	t := time.NewTicker(time.Duration(reg.GetHeartbeatMs()) * time.Millisecond)
	defer t.Stop()
	for {
		if _, err := w.client.Heartbeat(ctx, connect.NewRequest(&weirv1.HeartbeatRequest{Epoch: reg.GetEpoch(), State: "running"})); err != nil {
			return fmt.Errorf("heartbeat: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

func (w *worker) obey(ctx context.Context, g *errgroup.Group, epoch int64) error {
	stream, err := w.client.Orders(ctx, connect.NewRequest(&weirv1.OrdersRequest{Epoch: epoch}))
	if err != nil {
		return fmt.Errorf("orders: %w", err)
	}
	defer stream.Close()
	for stream.Receive() {
		if start := stream.Msg().GetStart(); start != nil {
			w.ordered(start)
			g.Go(func() error { return w.pretend(ctx, start) })
		}
	}
	return fmt.Errorf("orders: %w", stream.Err())
}

// pretend is a run: it starts, takes its time, and ends with exit code 0.
func (w *worker) pretend(ctx context.Context, s *weirv1.Start) error {
	began := timestamppb.Now()
	if err := w.report(ctx, &weirv1.ReportRunRequest{
		RunId: s.GetRunId(), Epoch: s.GetEpoch(),
		Report: &weirv1.ReportRunRequest_Started{Started: &weirv1.RunStarted{At: began}},
	}); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(w.takes):
	}
	w.ending(s)
	err := w.report(ctx, &weirv1.ReportRunRequest{
		RunId: s.GetRunId(), Epoch: s.GetEpoch(),
		Report: &weirv1.ReportRunRequest_Ended{Ended: &weirv1.RunEnded{At: timestamppb.Now(), StartedAt: began}},
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reported++
	return err
}

func (w *worker) report(ctx context.Context, r *weirv1.ReportRunRequest) error {
	if _, err := w.client.ReportRun(ctx, connect.NewRequest(r)); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// build is which build a run is of.
func build(s *weirv1.Start) string { return s.GetTask().GetLabels()["build"] }

func (w *worker) ending(s *weirv1.Start) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended[build(s)] = time.Now()
}

func (w *worker) ordered(s *weirv1.Start) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, ok := w.ended[build(s)]; ok {
		w.waits = append(w.waits, time.Since(at))
	}
}

// count gives how many runs are known to have ended, and the waits so far.
func (w *worker) count() (reported int, waits []time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.reported, append([]time.Duration(nil), w.waits...)
}
