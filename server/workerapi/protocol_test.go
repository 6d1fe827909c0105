package workerapi_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/worker/logfile"
)

// raw is a worker by hand: it says what an agent never would.
type raw struct {
	weirv1connect.WorkerServiceClient
	t    testing.TB
	name string
}

// rawClient speaks with a key, or with none.
func (s *site) rawClient(key string) weirv1connect.WorkerServiceClient {
	pool := x509.NewCertPool()
	pool.AddCert(s.server.Certificate())
	tr := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool}}
	s.t.Cleanup(tr.CloseIdleConnections)
	return weirv1connect.NewWorkerServiceClient(&http.Client{Transport: shows{tr, key}}, "https://"+s.addr)
}

type shows struct {
	next http.RoundTripper
	key  string
}

func (b shows) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.key != "" {
		r.Header.Set("Authorization", "Bearer "+b.key)
	}
	return b.next.RoundTrip(r)
}

// rawWorker enrols and registers one.
func (s *site) rawWorker(name string) raw {
	s.t.Helper()
	r, err := s.rawClient(s.enrol).Enroll(s.t.Context(), connect.NewRequest(&weirv1.EnrollRequest{Name: name}))
	if err != nil {
		s.t.Fatal(err)
	}
	w := raw{s.rawClient(r.Msg.GetKey()), s.t, name}
	w.register()
	return w
}

func (w raw) register(has ...*weirv1.RunRef) *weirv1.RegisterResponse {
	w.t.Helper()
	r, err := w.Register(w.t.Context(), connect.NewRequest(&weirv1.RegisterRequest{
		Runtime: "process", Platform: "linux/amd64", Capacity: 1, Runs: has,
	}))
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Msg
}

func (w raw) append(run string, epoch, offset int64, b []byte) *weirv1.AppendLogResponse {
	w.t.Helper()
	r, err := w.AppendLog(w.t.Context(), connect.NewRequest(&weirv1.AppendLogRequest{RunId: run, Epoch: epoch, Offset: offset, Records: b}))
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Msg
}

func (w raw) started(run string, epoch int64) *weirv1.ReportRunResponse {
	w.t.Helper()
	return w.report(&weirv1.ReportRunRequest{RunId: run, Epoch: epoch,
		Report: &weirv1.ReportRunRequest_Started{Started: &weirv1.RunStarted{At: timestamppb.Now()}}})
}

func (w raw) ended(run string, epoch int64, e *weirv1.RunEnded) *weirv1.ReportRunResponse {
	w.t.Helper()
	return w.report(&weirv1.ReportRunRequest{RunId: run, Epoch: epoch, Report: &weirv1.ReportRunRequest_Ended{Ended: e}})
}

func (w raw) report(m *weirv1.ReportRunRequest) *weirv1.ReportRunResponse {
	w.t.Helper()
	r, err := w.ReportRun(w.t.Context(), connect.NewRequest(m))
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Msg
}

func (w raw) beat(epoch int64, state string, runs, volumes []string) (*weirv1.HeartbeatResponse, error) {
	r, err := w.Heartbeat(w.t.Context(), connect.NewRequest(&weirv1.HeartbeatRequest{
		Epoch: epoch, State: state, Runs: runs, Volumes: volumes,
	}))
	if err != nil {
		return nil, err
	}
	return r.Msg, nil
}

func record(text string) []byte {
	return logfile.Append(nil, logfile.Record{Stream: logfile.Stdout, At: time.Unix(1, 0), Data: []byte(text)})
}

func TestAPieceOfLogIsKeptOnceAndInOrder(t *testing.T) {
	s := newSite(t)
	w := s.rawWorker("w1")
	run := s.sh("w1", "")
	a, b := record("a"), record("b")
	n := int64(len(a))
	for _, step := range []struct {
		what   string
		offset int64
		piece  []byte
		want   int64
	}{
		{"one that comes too early", n, b, 0},
		{"the first", 0, a, n},
		{"the first again", 0, a, n},
		{"both, of which one is there", 0, append(append([]byte{}, a...), b...), n},
		{"the second", n, b, 2 * n},
		{"nothing", 2 * n, nil, 2 * n},
	} {
		if got := w.append(run, 1, step.offset, step.piece); got.GetOffset() != step.want || got.GetStale() {
			t.Errorf("%s: %v, want offset %d", step.what, got, step.want)
		}
	}
	if got := s.log(run); got != "ab" {
		t.Errorf("log %q", got)
	}
	_, err := w.AppendLog(t.Context(), connect.NewRequest(&weirv1.AppendLogRequest{RunId: run, Epoch: 1, Offset: 2 * n, Records: a[:5]}))
	if connect.CodeOf(err) != connect.CodeInvalidArgument {
		t.Errorf("half a record: %v", err)
	}
}

func TestTheEndIsReportedOnce(t *testing.T) {
	s := newSite(t)
	w := s.rawWorker("w1")
	run := s.sh("w1", "")
	a, b := record("a"), record("b")
	n := int64(len(a))
	w.append(run, 1, 0, a)
	last := &weirv1.RunEnded{ExitCode: 3, At: timestamppb.Now(), LogOffset: 0, Log: b}
	if got := w.ended(run, 1, last); !got.GetAgain() || got.GetOffset() != n {
		t.Errorf("an end whose log does not fit: %v", got)
	}
	if got := s.outcome(run).Status; got != "assigned" {
		t.Errorf("it changed the run to %s", got)
	}
	last.LogOffset = n
	for range 2 { // the second as if the first answer had been lost
		if got := w.ended(run, 1, last); got.GetAgain() || got.GetStale() {
			t.Errorf("the end: %v", got)
		}
		if got := s.ended(run); got.Code != 3 {
			t.Errorf("got %+v", got)
		}
		if got := s.log(run); got != "ab" {
			t.Errorf("log %q", got)
		}
	}
	if got := w.ended(run, 1, &weirv1.RunEnded{ExitCode: 0}); got.GetStale() || s.outcome(run).Code != 3 {
		t.Errorf("another end changed the first: %v, %+v", got, s.outcome(run))
	}
	if got := w.started(run, 1); !got.GetStale() {
		t.Errorf("a start after the end: %v", got)
	}
	if got := w.append(run, 1, 2*n, a); !got.GetStale() {
		t.Errorf("log after the end: %v", got)
	}
}

// What comes from another assignment, or another worker, changes nothing.
func TestReportsOfOthersAreRefused(t *testing.T) {
	s := newSite(t)
	own, other := s.rawWorker("w1"), s.rawWorker("w2")
	run := s.sh("w1", "")
	for name, from := range map[string]struct {
		worker raw
		epoch  int64
		run    string
	}{
		"an older assignment": {own, 0, run},
		"a later assignment":  {own, 2, run},
		"another worker":      {other, 1, run},
		"an unknown run":      {own, 1, uuid.NewString()},
	} {
		if got := from.worker.started(from.run, from.epoch); !got.GetStale() {
			t.Errorf("%s: a start: %v", name, got)
		}
		if got := from.worker.append(from.run, from.epoch, 0, record("x")); !got.GetStale() {
			t.Errorf("%s: log: %v", name, got)
		}
		if got := from.worker.ended(from.run, from.epoch, &weirv1.RunEnded{}); !got.GetStale() {
			t.Errorf("%s: an end: %v", name, got)
		}
	}
	s.exec(`UPDATE runs SET status = 'lost', ended_at = now() WHERE id = $1`, run)
	if got := own.ended(run, 1, &weirv1.RunEnded{}); !got.GetStale() {
		t.Errorf("the end of a lost run: %v", got)
	}
	if got := s.outcome(run).Status; got != "lost" {
		t.Errorf("the run is %s", got)
	}
}

func TestANewerRegistrationEndsTheOlder(t *testing.T) {
	s := newSite(t)
	w := s.rawWorker("w1")
	first := w.register()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	stream, err := w.Orders(ctx, connect.NewRequest(&weirv1.OrdersRequest{Epoch: first.GetEpoch()}))
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	second := w.register()
	if second.GetEpoch() <= first.GetEpoch() {
		t.Errorf("epoch %d after %d", second.GetEpoch(), first.GetEpoch())
	}
	for stream.Receive() {
	}
	if code := connect.CodeOf(stream.Err()); code != connect.CodeFailedPrecondition {
		t.Errorf("the older stream ends with %v", stream.Err())
	}
	if _, err := w.beat(first.GetEpoch(), "running", nil, nil); connect.CodeOf(err) != connect.CodeFailedPrecondition {
		t.Errorf("the older heartbeat: %v", err)
	}
	if _, err := w.beat(second.GetEpoch(), "running", nil, nil); err != nil {
		t.Errorf("the newer heartbeat: %v", err)
	}
}

func TestRegistrationSettlesWhatIsThere(t *testing.T) {
	s := newSite(t)
	w := s.rawWorker("w1")
	goes, waits, missing, older := s.sh("w1", ""), s.sh("w1", ""), s.sh("w1", ""), s.sh("w1", "")
	w.started(goes, 1)
	w.started(missing, 1)
	w.started(older, 1)
	w.append(goes, 1, 0, record("x"))
	r := w.register(&weirv1.RunRef{RunId: goes, Epoch: 1}, &weirv1.RunRef{RunId: older}, &weirv1.RunRef{RunId: "leftover"})
	if p := r.GetPositions(); len(p) != 1 || p[0].GetRunId() != goes || p[0].GetOffset() != int64(len(record("x"))) {
		t.Errorf("positions %v", p)
	}
	var forget []string
	for _, f := range r.GetForget() {
		forget = append(forget, f.GetRunId())
	}
	if got := strings.Join(forget, " "); got != older+" leftover" {
		t.Errorf("to forget: %s", got)
	}
	for run, want := range map[string]string{goes: "running", waits: "assigned", missing: "lost", older: "lost"} {
		if got := s.outcome(run).Status; got != want {
			t.Errorf("%s is %s, want %s", run, got, want)
		}
	}
	if got := s.ended(missing); !got.Infra || !strings.Contains(got.Message, "w1") {
		t.Errorf("the lost run: %+v", got)
	}
}

func TestOrdersAreSentAgainToANewStream(t *testing.T) {
	s := newSite(t)
	w := s.rawWorker("w1")
	run := s.sh("w1", "")
	for range 2 {
		reg := w.register()
		stream, err := w.Orders(t.Context(), connect.NewRequest(&weirv1.OrdersRequest{Epoch: reg.GetEpoch()}))
		if err != nil {
			t.Fatal(err)
		}
		if !stream.Receive() || stream.Msg().GetStart().GetRunId() != run {
			t.Errorf("got %v, %v", stream.Msg(), stream.Err())
		}
		s.kill(run)
		if !stream.Receive() || stream.Msg().GetKill().GetRunId() != run {
			t.Errorf("got %v, %v", stream.Msg(), stream.Err())
		}
		_ = stream.Close()
		s.exec(`UPDATE runs SET kill_requested_at = NULL WHERE id = $1`, run)
	}
}

func TestNothingIsOpen(t *testing.T) {
	s := newSite(t)
	team, err := s.store.EnsureTeam(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	_ = team
	person, err := s.store.CreateToken(t.Context(), "main", "somebody", "owner")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"", "weirw_wrong", "weire_wrong", person, s.enrol} {
		c, ctx := s.rawClient(key), t.Context()
		calls := map[string]error{}
		if key != s.enrol {
			_, calls["Enroll"] = c.Enroll(ctx, connect.NewRequest(&weirv1.EnrollRequest{Name: "w9"}))
		}
		_, calls["Register"] = c.Register(ctx, connect.NewRequest(&weirv1.RegisterRequest{}))
		_, calls["Heartbeat"] = c.Heartbeat(ctx, connect.NewRequest(&weirv1.HeartbeatRequest{}))
		_, calls["AppendLog"] = c.AppendLog(ctx, connect.NewRequest(&weirv1.AppendLogRequest{}))
		_, calls["ReportRun"] = c.ReportRun(ctx, connect.NewRequest(&weirv1.ReportRunRequest{}))
		if stream, err := c.Orders(ctx, connect.NewRequest(&weirv1.OrdersRequest{})); err == nil {
			stream.Receive()
			calls["Orders"] = stream.Err()
			_ = stream.Close()
		}
		for call, err := range calls {
			if connect.CodeOf(err) != connect.CodeUnauthenticated {
				t.Errorf("%s with %.10q: %v", call, key, err)
			}
		}
	}
}
