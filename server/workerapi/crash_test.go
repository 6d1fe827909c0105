package workerapi_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state/embedded"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// slowly writes the lines 1 to 400 in bursts, for some two seconds.
const slowly = `i=1; while [ $i -le 400 ]; do
	echo $i; [ $((i % 20)) -ne 0 ] || sleep 0.1; i=$((i+1)); done; exit 5`

// finish checks that a run that was disturbed ended as if nothing had been.
func (s *site) finish(run string) {
	s.t.Helper()
	if got, want := s.ended(run), (outcome{Status: "exited", Code: 5}); got != want {
		s.t.Errorf("got %+v, want %+v", got, want)
	}
	s.checkLines(run, 400)
}

func TestAgentKilledAndRestarted(t *testing.T) {
	s := newSite(t)
	cmd := s.child("w1")
	defer func() { kill9(t, cmd) }()
	s.waitWorker("w1", "running")
	run := s.sh("w1", slowly)
	s.waitLog(run, 1)
	for range 4 {
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		kill9(t, cmd)
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
		cmd = s.child("w1")
	}
	s.finish(run)
}

// The agent is killed at any moment between the order and the end of many short
// runs: each runs once, whatever the agent had done of it.
func TestAgentKilledAroundShortRuns(t *testing.T) {
	s := newSite(t)
	cmd := s.child("w1")
	defer func() { kill9(t, cmd) }()
	s.waitWorker("w1", "running")
	traces := t.TempDir()
	var runs []string
	for range 30 {
		run := s.sh("w1", `echo "$$" >> `+traces+`/$(basename $(dirname "$PWD")); echo done`)
		runs = append(runs, run)
		time.Sleep(time.Duration(rand.IntN(15)) * time.Millisecond)
		if len(runs)%5 == 0 {
			kill9(t, cmd)
			cmd = s.child("w1")
		}
	}
	for _, run := range runs {
		if got, want := s.ended(run), (outcome{Status: "exited"}); got != want {
			t.Errorf("run %s: got %+v, want %+v", run, got, want)
		}
		if got := s.log(run); got != "done\n" {
			t.Errorf("run %s: log %q", run, got)
		}
		if pids, err := os.ReadFile(filepath.Join(traces, run)); err != nil || bytes.Count(pids, []byte("\n")) != 1 {
			t.Errorf("run %s: ran as %q, %v", run, pids, err)
		}
	}
	s.eventually("nothing is left", func() bool { return scan[int](s, `SELECT count(*) FROM containers`) == 0 })
}

func TestExitWhileTheAgentIsAway(t *testing.T) {
	s := newSite(t)
	cmd := s.child("w1")
	defer func() { kill9(t, cmd) }()
	s.waitWorker("w1", "running")
	run := s.sh("w1", `echo before; sleep 0.3; echo after; exit 4`)
	s.waitLog(run, 1)
	kill9(t, cmd)
	time.Sleep(500 * time.Millisecond)
	cmd = s.child("w1")
	if got, want := s.ended(run), (outcome{Status: "exited", Code: 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := s.log(run); got != "before\nafter\n" {
		t.Errorf("log %q", got)
	}
}

func TestServerStoppedAndStarted(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	run := s.sh("w1", slowly)
	s.waitLog(run, 1)
	for range 3 {
		s.stop()
		time.Sleep(200 * time.Millisecond)
		s.start()
		time.Sleep(200 * time.Millisecond)
	}
	s.finish(run)
}

func TestExitWhileTheServerIsAway(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	run := s.sh("w1", slowly)
	s.waitLog(run, 1)
	s.stop()
	time.Sleep(3 * time.Second)
	s.start()
	s.finish(run)
}

func TestConnectionsDropped(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	run := s.sh("w1", slowly)
	s.waitLog(run, 1)
	for range 20 {
		time.Sleep(time.Duration(rand.IntN(80)) * time.Millisecond)
		s.server.CloseClientConnections()
	}
	s.finish(run)
}

func TestPostgresRestarted(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a PostgreSQL of its own")
	}
	_ = pgtest.URL(t) // skips where there is no PostgreSQL
	dir, socket := t.TempDir(), shortDir(t)+"/socket"
	db, url := startPostgres(t, dir, socket)
	defer func() { _ = db.Stop(context.Background()) }()
	store, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	if _, err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := newSiteOn(t, store)
	s.startAgent("w1")
	run := s.sh("w1", slowly)
	s.waitLog(run, 1)
	if err := db.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	db, _ = startPostgres(t, dir, socket)
	s.finish(run)
	next := s.sh("w1", "echo again")
	if got := s.ended(next); got.Code != 0 {
		t.Errorf("the run after it: %+v", got)
	}
}

// startPostgres starts it on dir, to be reached through a link, since the
// socket's real place is another after each start.
func startPostgres(t *testing.T, dir, link string) (db *embedded.Server, url string) {
	t.Helper()
	db, err := embedded.Start(t.Context(), embedded.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	config, err := pgx.ParseConfig(db.URL("weir"))
	if err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(link)
	if err := os.Symlink(config.Host, link); err != nil {
		t.Fatal(err)
	}
	return db, "postgres://" + config.User + "@/weir?host=" + link
}

// shortDir is a directory whose sockets have names that are short enough.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "weir")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
