package agent

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBackoffGrowsToItsMost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := backoff{least: time.Millisecond, most: time.Second,
			rand: func() float64 { return rapid.Float64Range(0, 0.999).Draw(t, "rand") }}
		for n := range 40 {
			full := min(time.Millisecond<<min(n, 20), time.Second)
			if d := b.next(); d < full/2 || d > full {
				t.Fatalf("delay %d is %s, want between half and all of %s", n, d, full)
			}
		}
	})
}

// A file's growth is told with inotify and without it, and where the file comes
// only after the tail.
func TestTail(t *testing.T) {
	w, err := newWatcher()
	if err != nil {
		t.Log("only polling is tested:", err)
	}
	for name, watcher := range map[string]*watcher{"notified": w, "polled": nil} {
		f := newFleet(t.Context(), nil, watcher)
		path := filepath.Join(t.TempDir(), "log")
		tail := f.tail(path)
		for range 3 {
			time.Sleep(30 * time.Millisecond)
			appendTo(t, path)
			select {
			case <-tail.grown:
			case <-time.After(10 * time.Second):
				t.Fatalf("%s: nothing was told", name)
			}
		}
		tail.close()
		f.wait()
	}
}

func appendTo(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("x"); err != nil {
		t.Fatal(err)
	}
}

func TestIDsThatMayNameFiles(t *testing.T) {
	for id, want := range map[string]bool{
		"0190-ab": true, "": false, "..": false, ".x": false, "a/b": false, "a\x00": false, string(make([]byte, 300)): false,
	} {
		if validID(id) != want {
			t.Errorf("validID(%q) = %v", id, !want)
		}
	}
}

// A twentieth of a disk is kept, but of a large one no more than 2 GiB.
func TestWhatADiskKeeps(t *testing.T) {
	for _, tt := range []struct {
		free, total uint64
		want        string
	}{
		{50 << 20, 1000 << 20, ""}, {49 << 20, 1000 << 20, "the disk is nearly full (49 MiB free of 1000)"},
		{2 << 30, 1 << 40, ""}, {2<<30 - 1, 1 << 40, "the disk is nearly full (2047 MiB free of 1048576)"},
		{0, 48 << 20, "the disk is nearly full (0 MiB free of 48)"}, {0, 0, ""},
	} {
		if got := tight(tt.free, tt.total); got != tt.want {
			t.Errorf("%d of %d: %q, want %q", tt.free, tt.total, got, tt.want)
		}
	}
}
