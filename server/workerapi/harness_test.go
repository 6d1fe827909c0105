package workerapi_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/weirci/weir/server/workerapi"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
	"github.com/weirci/weir/worker/agent"
	"github.com/weirci/weir/worker/process"
	"github.com/weirci/weir/worker/shim"
)

// The test binary is also the init of the runs, and the worker that is killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "init" {
		os.Exit(shim.Main(os.Args[2:]))
	}
	if len(os.Args) > 2 && os.Args[1] == "agent" {
		os.Exit(childAgent(os.Args[2]))
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction(pgtest.Leak))
}

// site is one database, one server that can be stopped and started again at the
// same address, and the directory of one worker.
type site struct {
	t       testing.TB
	store   *postgres.Store
	dir     string
	addr    string
	caFile  string
	enrol   string
	options workerapi.Options

	server  *httptest.Server // nil while stopped
	handler *workerapi.Handler
	hints   *postgres.Listener
}

// newSite has a database of its own: the tests spend most of their time waiting,
// side by side.
func newSite(t *testing.T) *site {
	t.Helper()
	t.Parallel()
	return newSiteOn(t, pgtest.New(t))
}

func newSiteOn(t testing.TB, store *postgres.Store) *site {
	t.Helper()
	s := &site{t: t, store: store, dir: t.TempDir(), options: workerapi.Options{
		Heartbeat: 50 * time.Millisecond, Dead: time.Minute, Poll: time.Second,
	}}
	var err error
	if s.enrol, err = store.CreateEnrolmentKey(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	s.start()
	t.Cleanup(func() {
		if s.server != nil {
			s.stop()
		}
	})
	s.caFile = filepath.Join(s.dir, "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.Certificate().Raw})
	if err := os.WriteFile(s.caFile, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// start begins to serve: a process of its own could do no less.
func (s *site) start() {
	s.t.Helper()
	var err error
	if s.hints, err = s.store.Listen(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	s.handler = workerapi.New(s.store, s.hints, s.options)
	_, h := s.handler.Mount()
	s.server = httptest.NewUnstartedServer(h)
	s.server.EnableHTTP2 = true
	if s.addr != "" {
		s.server.Listener.Close()
		if s.server.Listener, err = net.Listen("tcp", s.addr); err != nil {
			s.t.Fatal(err)
		}
	}
	s.server.Config.ErrorLog = log.New(io.Discard, "", 0) // cut connections are what is tested
	s.server.StartTLS()
	s.addr = s.server.Listener.Addr().String()
}

// stop is as sudden as can be without ending the process.
func (s *site) stop() {
	s.server.CloseClientConnections()
	s.handler.Stop()
	s.hints.Close()
	s.server.Close()
	s.server = nil
}

// childConfig is what an agent in another process is told.
type childConfig struct{ URL, CA, Enrol, Dir, Name string }

func (s *site) config(name string) childConfig {
	return childConfig{URL: "https://" + s.addr, CA: s.caFile, Enrol: s.enrol, Dir: filepath.Join(s.dir, name), Name: name}
}

func newAgent(c childConfig, log *slog.Logger) (*agent.Agent, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	rt, err := process.Open(process.Config{Dir: c.Dir, Binary: self, Env: []string{"PATH=" + os.Getenv("PATH")}, Log: log, Now: time.Now})
	if err != nil {
		return nil, err
	}
	return agent.New(agent.Options{
		ServerURL: c.URL, CAFile: c.CA, Name: c.Name, EnrolKey: c.Enrol, Dir: c.Dir,
		Runtime: rt, Volumes: rt, Logs: rt, RuntimeName: "process",
		Capacity: 8, Platform: "linux/amd64", Version: "test", Now: time.Now, Log: log,
	})
}

func childAgent(arg string) int {
	var c childConfig
	err := json.Unmarshal([]byte(arg), &c)
	if err == nil {
		var a *agent.Agent
		if a, err = newAgent(c, slog.New(slog.NewTextHandler(os.Stderr, nil))); err == nil {
			err = a.Run(context.Background())
		}
	}
	fmt.Fprintln(os.Stderr, "agent ends:", err)
	return 1
}

// running is an agent of this process.
type running struct {
	*agent.Agent
	done chan error
}

// startAgent runs an agent until the test ends, and waits until it is known.
func (s *site) startAgent(name string) *running {
	s.t.Helper()
	a, err := newAgent(s.config(name), testLog(s.t))
	if err != nil {
		s.t.Fatal(err)
	}
	r := &running{Agent: a, done: make(chan error, 1)}
	go func() { r.done <- a.Run(context.Background()); close(r.done) }()
	s.t.Cleanup(r.Stop)
	s.t.Cleanup(func() { r.stop(s.t) })
	s.waitWorker(name, "running")
	return r
}

func (r *running) stop(t testing.TB) {
	t.Helper()
	r.Stop()
	r.wait(t)
}

func (r *running) wait(t testing.TB) {
	t.Helper()
	select {
	case err := <-r.done:
		if err != nil {
			t.Errorf("the agent: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the agent does not end")
	}
}

// child is an agent in a process of its own, which can be killed.
func (s *site) child(name string) *exec.Cmd {
	s.t.Helper()
	arg, err := json.Marshal(s.config(name))
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "agent", string(arg))
	if testing.Verbose() {
		cmd.Stderr = os.Stderr
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return cmd
}

func kill9(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}

// testLog writes to the test's log until the test ends.
func testLog(t testing.TB) *slog.Logger {
	if !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	w := &testWriter{t: t}
	t.Cleanup(func() { w.mu.Lock(); w.t = nil; w.mu.Unlock() })
	return slog.New(slog.NewTextHandler(w, nil))
}

type testWriter struct {
	mu sync.Mutex
	t  testing.TB
}

func (w *testWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.t != nil {
		w.t.Log(string(b))
	}
	return len(b), nil
}
