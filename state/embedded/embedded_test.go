package embedded_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state/embedded"
)

// start starts a server on dir for the test.
func start(t *testing.T, dir string) *embedded.Server {
	t.Helper()
	s, err := embedded.Start(t.Context(), embedded.Options{Dir: dir})
	if err != nil {
		skipWithoutPostgres(t, err)
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	return s
}

// directory is a temporary one that the user postgres can enter.
func directory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "weir-embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func skipWithoutPostgres(t *testing.T, err error) {
	t.Helper()
	if strings.Contains(err.Error(), embedded.ErrNoBinaries.Error()) && os.Getenv("CI") == "" {
		t.Skipf("NOT TESTED: %v", err)
	}
}

// query runs one statement and returns its single text.
func query(t *testing.T, s *embedded.Server, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL(embedded.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var out string
	if err := conn.QueryRow(t.Context(), sql).Scan(&out); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func TestStartStopStart(t *testing.T) {
	dir := directory(t)
	s := start(t, dir)
	if got := query(t, s, "SHOW server_encoding"); got != "UTF8" {
		t.Errorf("encoding %s", got)
	}
	if got := query(t, s, "SHOW listen_addresses"); got != "" {
		t.Errorf("listens on %q", got)
	}
	conn, err := pgx.Connect(t.Context(), s.URL(embedded.Database))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 'yes'::text AS v"); err != nil {
		t.Fatal(err)
	}
	// Stop does not wait for open connections: it cuts them.
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if <-s.Done(); s.Err() != nil {
		t.Errorf("after Stop: %v", s.Err())
	}
	again := start(t, dir)
	if got := query(t, again, "SELECT v FROM kept"); got != "yes" {
		t.Errorf("kept %q", got)
	}
}

func TestTheSocketIsPrivate(t *testing.T) {
	dir := directory(t)
	start(t, dir)
	for _, name := range []string{"run", "data"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
	}
}

func TestASecondStartIsRefused(t *testing.T) {
	dir := directory(t)
	start(t, dir)
	_, err := embedded.Start(t.Context(), embedded.Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "is used by another weir") {
		t.Fatalf("error %v", err)
	}
}

func TestKilledPostgresIsReportedAndRecovers(t *testing.T) {
	dir := directory(t)
	s := start(t, dir)
	query(t, s, "SELECT 'warm'")
	if err := syscall.Kill(s.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("Done is not closed")
	}
	if s.Err() == nil {
		t.Error("no reason")
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Errorf("stop after its end: %v", err)
	}
	query(t, start(t, dir), "SELECT 'back'")
}

func TestALongPathGetsAShortSocket(t *testing.T) {
	dir := filepath.Join(directory(t), strings.Repeat("long/", 25))
	s := start(t, dir)
	query(t, s, "SELECT 'ok'")
	record, err := os.ReadFile(filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(strings.TrimSpace(string(record))); !os.IsNotExist(err) {
		t.Errorf("the socket's directory is left: %v", err)
	}
}

func TestADirectoryThatPostgresCannotReach(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs PostgreSQL as another user")
	}
	dir := filepath.Join(directory(t), "closed")
	if err := os.Mkdir(dir, 0o700); err != nil { // as /root is
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "clone", ".weir")
	query(t, start(t, dir), "SELECT 'ok'")
}

func TestMissingBinaries(t *testing.T) {
	_, err := embedded.Start(t.Context(), embedded.Options{Dir: directory(t), Bin: "/nowhere"})
	if err == nil || !strings.Contains(err.Error(), "/nowhere holds no initdb") {
		t.Fatalf("error %v", err)
	}
}

func TestUnreadableDirectory(t *testing.T) {
	file := filepath.Join(directory(t), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.Start(t.Context(), embedded.Options{Dir: file}); err == nil {
		t.Fatal("started in a file")
	}
}

func TestRestartAfterAKill(t *testing.T) {
	s := start(t, directory(t))
	url := s.URL(embedded.Database)
	if err := syscall.Kill(s.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.URL(embedded.Database); got != url {
		t.Errorf("it is at %s now, was at %s", got, url)
	}
	if got := query(t, s, "SELECT 'again'"); got != "again" {
		t.Errorf("got %q", got)
	}
}
