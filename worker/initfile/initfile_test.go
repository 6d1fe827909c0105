package initfile

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

func carrying(program string) fstest.MapFS {
	return fstest.MapFS{"embedded/weir-init": {Data: []byte(program)}}
}

func TestInstall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "worker")
	first, err := install(carrying("one"), dir, "weir")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(first)
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Fatalf("%v, %v", info, err)
	}
	if again, err := install(carrying("one"), dir, "weir"); err != nil || again != first {
		t.Errorf("again: %s, %v, want %s", again, err, first)
	}
	// An upgrade must not write over a program that runs.
	newer, err := install(carrying("two"), dir, "weir")
	if err != nil || newer == first {
		t.Errorf("upgrade: %s, %v", newer, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("%d files, want the two inits", len(entries))
	}
}

// A file that was cut short by a crash is written anew.
func TestAnIncompleteFileIsReplaced(t *testing.T) {
	dir := t.TempDir()
	path, err := install(carrying("whole"), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := install(carrying("whole"), dir, ""); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "whole" {
		t.Errorf("%q", text)
	}
}

func TestWithoutOneWeirIsItsOwnInit(t *testing.T) {
	path, err := install(fstest.MapFS{"embedded/README": {}}, t.TempDir(), "/usr/bin/weir")
	if err != nil || path != "/usr/bin/weir" {
		t.Errorf("%s, %v", path, err)
	}
}
