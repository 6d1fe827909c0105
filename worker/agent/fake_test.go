package agent_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/logfile"
)

// fakeServer is the server's end in memory. What it answers a test may change.
type fakeServer struct {
	weirv1connect.UnimplementedWorkerServiceHandler
	orders chan *weirv1.OrdersResponse

	mu      sync.Mutex
	logs    map[string][]byte
	ends    map[string][]*weirv1.RunEnded
	starts  map[string]*weirv1.RunStarted
	stale   map[string]bool
	destroy *weirv1.Destroy
	refuse  int // so many reports of an end are answered with an error
	misfit  int // so many with "again"
	beats   []*weirv1.HeartbeatRequest
}

func newFakeServer(t *testing.T) (*fakeServer, string) {
	f := &fakeServer{orders: make(chan *weirv1.OrdersResponse, 100), logs: map[string][]byte{},
		ends: map[string][]*weirv1.RunEnded{}, starts: map[string]*weirv1.RunStarted{}, stale: map[string]bool{}}
	_, h := weirv1connect.NewWorkerServiceHandler(f)
	srv := httptest.NewUnstartedServer(h)
	srv.Config.Protocols = new(http.Protocols)
	srv.Config.Protocols.SetUnencryptedHTTP2(true)
	srv.Start()
	t.Cleanup(srv.Close)
	return f, srv.URL
}

func (f *fakeServer) Register(_ context.Context, req *connect.Request[weirv1.RegisterRequest]) (*connect.Response[weirv1.RegisterResponse], error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := &weirv1.RegisterResponse{Epoch: 1, HeartbeatMs: 20}
	for _, r := range req.Msg.GetRuns() {
		if r.GetEpoch() == 0 || f.stale[r.GetRunId()] {
			out.Forget = append(out.Forget, r)
			continue
		}
		out.Positions = append(out.Positions, &weirv1.LogPosition{RunId: r.GetRunId(), Offset: int64(len(f.logs[r.GetRunId()]))})
	}
	return connect.NewResponse(out), nil
}

func (f *fakeServer) Orders(ctx context.Context, _ *connect.Request[weirv1.OrdersRequest], s *connect.ServerStream[weirv1.OrdersResponse]) error {
	for {
		select {
		case o := <-f.orders:
			if err := s.Send(o); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *fakeServer) Heartbeat(_ context.Context, req *connect.Request[weirv1.HeartbeatRequest]) (*connect.Response[weirv1.HeartbeatResponse], error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.beats = append(f.beats, req.Msg)
	d := f.destroy
	f.destroy = nil
	return connect.NewResponse(&weirv1.HeartbeatResponse{State: req.Msg.GetState(), Destroy: d}), nil
}

func (f *fakeServer) AppendLog(_ context.Context, req *connect.Request[weirv1.AppendLogRequest]) (*connect.Response[weirv1.AppendLogResponse], error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := req.Msg.GetRunId()
	if req.Msg.GetOffset() == int64(len(f.logs[id])) {
		f.logs[id] = append(f.logs[id], req.Msg.GetRecords()...)
	}
	return connect.NewResponse(&weirv1.AppendLogResponse{Offset: int64(len(f.logs[id])), Stale: f.stale[id]}), nil
}

func (f *fakeServer) ReportRun(_ context.Context, req *connect.Request[weirv1.ReportRunRequest]) (*connect.Response[weirv1.ReportRunResponse], error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id, e := req.Msg.GetRunId(), req.Msg.GetEnded()
	at := int64(len(f.logs[id]))
	switch {
	case f.stale[id]:
		return connect.NewResponse(&weirv1.ReportRunResponse{Stale: true}), nil
	case e == nil:
		f.starts[id] = req.Msg.GetStarted()
	case f.refuse > 0:
		f.refuse--
		return nil, connect.NewError(connect.CodeUnavailable, errors.New("not now"))
	case f.misfit > 0, e.GetLogOffset() != at:
		f.misfit--
		return connect.NewResponse(&weirv1.ReportRunResponse{Again: true, Offset: at}), nil
	default:
		f.logs[id] = append(f.logs[id], e.GetLog()...)
		f.ends[id] = append(f.ends[id], e)
	}
	return connect.NewResponse(&weirv1.ReportRunResponse{}), nil
}

func (f *fakeServer) start(id string, task *weirv1.Task) {
	f.orders <- &weirv1.OrdersResponse{Order: &weirv1.OrdersResponse_Start{Start: &weirv1.Start{RunId: id, Epoch: 1, Task: task}}}
}

func (f *fakeServer) kill(id string) {
	f.orders <- &weirv1.OrdersResponse{Order: &weirv1.OrdersResponse_Kill{Kill: &weirv1.Kill{RunId: id, Epoch: 1, GraceMs: 10}}}
}

func (f *fakeServer) change(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// ended waits for the end of a run.
func (f *fakeServer) ended(t *testing.T, id string) (e *weirv1.RunEnded) {
	t.Helper()
	eventually(t, "run "+id+" ends", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		if len(f.ends[id]) > 0 {
			e = f.ends[id][0]
		}
		return e != nil
	})
	return e
}

func (f *fakeServer) text(id string) (s string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for r := range logfile.Decode(f.logs[id]) {
		s += string(r.Data)
	}
	return s
}

// fakeRuntime has runs that a test ends, and logs that a test writes.
type fakeRuntime struct {
	dir   string
	fail  error         // of Start
	spent worker.Spent  // by Start
	slow  chan struct{} // Start waits for it, where it is not nil

	mu      sync.Mutex
	runs    map[string]chan worker.Exit
	started map[string]int
	removed map[string]bool
	waits   int // so many calls of Wait fail
	volumes map[string]bool
}

func newFakeRuntime(t *testing.T) *fakeRuntime {
	return &fakeRuntime{dir: t.TempDir(), runs: map[string]chan worker.Exit{}, started: map[string]int{},
		removed: map[string]bool{}, volumes: map[string]bool{}}
}

func (f *fakeRuntime) Start(ctx context.Context, t worker.Task) (worker.Spent, error) {
	if f.slow != nil {
		select {
		case <-f.slow:
		case <-ctx.Done():
			return f.spent, ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fail != nil {
		return f.spent, f.fail
	}
	f.started[t.RunID]++
	if f.runs[t.RunID] == nil {
		f.runs[t.RunID] = make(chan worker.Exit, 10)
	}
	return f.spent, nil
}

func (f *fakeRuntime) run(id string) chan worker.Exit {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.runs[id]
}

func (f *fakeRuntime) Wait(ctx context.Context, id string) (worker.Exit, error) {
	f.mu.Lock()
	c, fails := f.runs[id], f.waits > 0
	f.waits--
	f.mu.Unlock()
	if fails {
		return worker.Exit{}, errors.New("no answer")
	}
	if c == nil {
		return worker.Exit{}, worker.ErrUnknownRun
	}
	select {
	case e := <-c:
		return e, nil
	case <-ctx.Done():
		return worker.Exit{}, ctx.Err()
	}
}

func (f *fakeRuntime) Kill(_ context.Context, id string, _ time.Duration) error {
	f.exit(id, worker.Exit{Code: 143})
	return nil
}

// exit ends a run, if it is there.
func (f *fakeRuntime) exit(id string, e worker.Exit) {
	if c := f.run(id); c != nil {
		c <- e
	}
}

func (f *fakeRuntime) Remove(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.runs, id)
	f.removed[id] = true
	return nil
}

func (f *fakeRuntime) wasRemoved(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.removed[id]
}

func (f *fakeRuntime) List(context.Context) (ids []string, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := range f.runs {
		ids = append(ids, id)
	}
	return ids, nil
}

func (f *fakeRuntime) ListVolumes(context.Context) (handles []string, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for h := range f.volumes {
		handles = append(handles, h)
	}
	return handles, nil
}

func (f *fakeRuntime) RemoveVolume(_ context.Context, handle string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.volumes, handle)
	return nil
}

func (f *fakeRuntime) LogPath(id string) string    { return filepath.Join(f.dir, id+".log") }
func (f *fakeRuntime) ResultPath(id string) string { return filepath.Join(f.dir, id+".result") }

// write appends bytes to a run's log.
func (f *fakeRuntime) write(t *testing.T, id string, b []byte) {
	t.Helper()
	file, err := os.OpenFile(f.LogPath(id), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(b); err != nil {
		t.Fatal(err)
	}
}

func record(text string) []byte {
	return logfile.Append(nil, logfile.Record{Stream: logfile.Stdout, At: time.Unix(1, 0), Data: []byte(text)})
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
