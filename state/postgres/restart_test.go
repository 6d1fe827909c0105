package postgres_test

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/weirci/weir/state/embedded"
	"github.com/weirci/weir/state/postgres"
)

// own starts a PostgreSQL for one test, which it may stop and kill.
func own(t *testing.T, dir string) *embedded.Server {
	t.Helper()
	srv, err := embedded.Start(context.Background(), embedded.Options{Dir: dir, Fsync: true})
	if errors.Is(err, embedded.ErrNoBinaries) && os.Getenv("CI") != "true" {
		t.Skipf("NOT TESTED: %v", err)
	}
	must(t, err)
	t.Cleanup(func() { _ = srv.Stop(context.Background()) })
	return srv
}

// eventually calls until there is no error: a caller that tries again.
func eventually(t *testing.T, call func() error) {
	t.Helper()
	var err error
	for range 200 {
		if err = call(); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal(err)
}

// A store outlives its PostgreSQL: after a restart, or kill -9 and recovery, it
// works on by itself, nothing that was committed is lost, and its listener is
// back.
func TestTheStoreSurvives(t *testing.T) {
	for name, end := range map[string]func(*embedded.Server) error{
		"restart": func(srv *embedded.Server) error { return srv.Stop(context.Background()) },
		"kill -9": func(srv *embedded.Server) error {
			err := syscall.Kill(srv.Pid(), syscall.SIGKILL)
			<-srv.Done()
			return errors.Join(err, srv.Stop(context.Background()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, err := os.MkdirTemp("", "weir-restart-")
			must(t, err)
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			must(t, os.Chmod(dir, 0o755))
			survive(t, dir, end)
		})
	}
}

func survive(t *testing.T, dir string, end func(*embedded.Server) error) {
	srv := own(t, dir)
	s, err := postgres.Open(t.Context(), srv.URL(embedded.Database))
	must(t, err)
	defer s.Close()
	_, err = s.Migrate(t.Context())
	must(t, err)
	id := team(t, s)
	apply(t, s, id, demo())
	before := claimOne(t, s, time.Hour)
	l, err := s.Listen(t.Context())
	must(t, err)
	defer l.Close()
	queue, cancel := l.Subscribe(postgres.ChannelQueue)
	defer cancel()
	next(t, queue)

	must(t, end(srv))
	// Without a database this fails, or goes through a connection whose process
	// has not yet noticed; then it counts.
	accepted := s.Enqueue(t.Context(), "job/last") == nil
	own(t, dir)
	eventually(t, func() error { return s.Enqueue(t.Context(), "job/new") })

	if p := next(t, queue); p != postgres.Everything {
		t.Errorf("the listener heard %q", p)
	}
	g, revision := current(t, s, id)
	if revision != 1 || g.Digest() != demo().graph(t).Digest() {
		t.Errorf("revision %d", revision)
	}
	if drifts, err := s.Drift(t.Context(), id, ""); err != nil || len(drifts) > 0 {
		t.Errorf("drift %+v, %v", drifts, err)
	}
	// A claim may be forgotten in a crash, but never given to two who can both commit.
	claims, err := s.Claim(t.Context(), "after", 100, lease)
	must(t, err)
	last := false
	for _, c := range claims {
		last = last || c.Key == "job/last"
		if c.Key == before.Key && c.Epoch == before.Epoch {
			t.Errorf("%s is claimed again with the same epoch", c.Key)
		}
	}
	if accepted && !last {
		t.Error("what was accepted is lost")
	}
}
