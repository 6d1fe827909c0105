package rundir_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/rundir"
)

var _ worker.Logs = (*rundir.Store)(nil)

func open(t *testing.T, dir string) *rundir.Store {
	t.Helper()
	s, err := rundir.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestARunIsThereFromCreateToRemove(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	path, err := s.Create("run-1")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Load("run-1", new(int)); !errors.Is(err, worker.ErrUnknownRun) {
		t.Errorf("a run without a record: %v", err)
	}
	if err := s.Save("run-1", 42); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir) // as after a restart
	var n int
	if err := s.Load("run-1", &n); err != nil || n != 42 {
		t.Errorf("%d, %v", n, err)
	}
	if l, err := s.List(); err != nil || !slices.Equal(l, []string{"run-1"}) || !s.Exists("run-1") {
		t.Errorf("%v, %v", l, err)
	}
	if filepath.Dir(s.LogPath("run-1")) != path || filepath.Dir(s.ResultPath("run-1")) != path {
		t.Errorf("log at %s, result at %s", s.LogPath("run-1"), s.ResultPath("run-1"))
	}
	for range 2 {
		if err := s.Remove("run-1"); err != nil {
			t.Fatal(err)
		}
	}
	if l, _ := s.List(); len(l) != 0 || s.Exists("run-1") {
		t.Errorf("left: %v", l)
	}
}

func TestCreateStartsFromNothing(t *testing.T) {
	s := open(t, t.TempDir())
	path, _ := s.Create("r")
	if err := os.WriteFile(filepath.Join(path, "old"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create("r"); err != nil {
		t.Fatal(err)
	}
	if e, _ := os.ReadDir(path); len(e) != 0 {
		t.Errorf("left: %v", e)
	}
}

func TestIDs(t *testing.T) {
	s := open(t, t.TempDir())
	for _, bad := range []string{"", "..", "a/b", "../x", "a--b", "-a", strings.Repeat("x", 77)} {
		if _, err := s.Create(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for _, good := range []string{"a", "0190b6a4-7c0e-7cc0-8000-0123456789ab", "a.b_c-d"} {
		if err := rundir.Check(good); err != nil {
			t.Error(err)
		}
	}
}
