package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weirci/weir/state/embedded"
)

// binary builds weir once for all tests that need it as a process of its own.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "weir-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "weir")
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building weir: %w\n%s", err, out)
	}
	return path, nil
})

// system is a database, a server and a worker, each a process of its own, so that
// each can be killed by itself.
type system struct {
	t        *testing.T
	weir     string
	dir      string
	runtime  string
	postgres *embedded.Server
	address  string // of the server, the same after each start
	env      []string
	server   *process
	worker   *process
	enrolKey string
}

func newSystem(t *testing.T, runtime string) *system {
	t.Helper()
	return newSystemBehind(t, runtime, nil)
}

// newSystemBehind has a server that reaches its database through something else,
// which is given the database's own connection string.
func newSystemBehind(t *testing.T, runtime string, pooler func(t testing.TB, direct string) string) *system {
	t.Helper()
	weir, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	s := &system{t: t, weir: weir, dir: openTemp(t), runtime: runtime, address: freeAddress(t)}
	s.startPostgres()
	database := s.postgres.URL(embedded.Database)
	var through []string
	if pooler != nil {
		through = []string{"WEIR_DATABASE=" + pooler(t, database), "WEIR_DATABASE_DIRECT=" + database}
	}
	t.Cleanup(s.stopAll) // before the pooler goes
	s.env = append(os.Environ(), "NO_COLOR=1", "WEIR_DATABASE="+database, "WEIR_SERVER=http://"+s.address,
		"XDG_CONFIG_HOME="+filepath.Join(s.dir, "config"))
	s.mustRun("migrate")
	s.env = append(s.env, "WEIR_TOKEN="+lastWord(s.mustRun("token", "create", "--role", "owner", "tester")))
	s.enrolKey = lastWord(s.mustRun("worker-key", "create", "tester"))
	s.env = append(s.env, through...)
	s.startServer()
	s.startWorker()
	return s
}

// openTemp is a temporary directory that other users may enter: PostgreSQL runs as one.
func openTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "weir-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *system) startPostgres() {
	s.t.Helper()
	var err error
	s.postgres, err = embedded.Start(context.Background(), embedded.Options{Dir: filepath.Join(s.dir, "postgres"), Fsync: true})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *system) stopPostgres() {
	s.t.Helper()
	if err := s.postgres.Stop(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *system) startServer() {
	s.server = s.start("server", "--listen", s.address)
	s.eventually("the server answers", func() bool { _, code := s.run("workers"); return code == 0 })
}

func (s *system) startWorker() {
	s.worker = s.start("worker", "--enrol-key", s.enrolKey, "--name", "w1", "--runtime", s.runtime, "--dir", filepath.Join(s.dir, "worker"), "--capacity", "4")
	s.eventually("the worker runs", func() bool { out, _ := s.run("workers"); return strings.Contains(out, "running") })
}

func (s *system) stopAll() {
	if s.worker != nil { // for good: it takes its containerd and its network with it
		s.worker.stop(s.t, syscall.SIGUSR2)
	}
	if s.server != nil {
		s.server.stop(s.t, syscall.SIGTERM)
	}
	_ = s.postgres.Stop(context.Background())
	if s.t.Failed() {
		s.t.Logf("server:\n%s\nworker:\n%s", tail(s.server), tail(s.worker))
	}
}

// run is one call of the CLI; code is its exit code.
func (s *system) run(args ...string) (out string, code int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.weir, args...)
	cmd.Env, cmd.Dir = s.env, s.dir
	var both bytes.Buffer
	cmd.Stdout, cmd.Stderr = &both, &both
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		code = exit.ExitCode()
	case err != nil:
		s.t.Fatalf("weir %s: %v", strings.Join(args, " "), err)
	}
	return both.String(), code
}

func (s *system) mustRun(args ...string) string {
	s.t.Helper()
	out, code := s.run(args...)
	if code != 0 {
		s.t.Fatalf("weir %s: exit code %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

func (s *system) eventually(what string, ok func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(40 * time.Second); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("not within 40 s: %s", what)
		}
	}
}

func lastWord(s string) string {
	f := strings.Fields(s)
	if len(f) == 0 {
		return ""
	}
	return f[len(f)-1]
}

// process is a long-running weir with its output.
type process struct {
	cmd *exec.Cmd
	out *safeBuffer
}

func (s *system) start(args ...string) *process {
	s.t.Helper()
	p := &process{cmd: exec.Command(s.weir, args...), out: &safeBuffer{}}
	p.cmd.Env, p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = s.env, s.dir, p.out, p.out
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return p
}

// kill is kill -9: no goodbye.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

// stop asks it to end, and waits.
func (p *process) stop(t *testing.T, how syscall.Signal) {
	t.Helper()
	_ = p.cmd.Process.Signal(how)
	done := make(chan struct{})
	go func() { _ = p.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(40 * time.Second):
		t.Errorf("%s did not end within 40 s of %s", p.cmd.Args[1], how)
		_ = p.cmd.Process.Kill()
		<-done
	}
}

func tail(p *process) string {
	if p == nil {
		return "(not started)"
	}
	text := p.out.String()
	return text[max(0, len(text)-6000):]
}

// safeBuffer is a buffer that a process writes while a test reads.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

var _ io.Writer = (*safeBuffer)(nil)

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
