package volume_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/volume"
)

var _ worker.Volumes = (*volume.Store)(nil)

func open(t *testing.T, dir string) *volume.Store {
	t.Helper()
	s, err := volume.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLife(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := open(t, dir)
	if _, err := s.Lookup("run-out"); !errors.Is(err, volume.ErrNotFound) {
		t.Fatalf("lookup of nothing: %v", err)
	}
	path, err := s.Ensure("run-out")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "f"), []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir) // as after a restart
	if again, err := s.Ensure("run-out"); err != nil || again != path {
		t.Fatalf("ensure again: %s, %v", again, err)
	}
	if n, err := s.Size(ctx, "run-out"); n != 5 || err != nil {
		t.Errorf("size %d, %v", n, err)
	}
	for range 2 {
		if err := s.RemoveVolume(ctx, "run-out"); err != nil {
			t.Fatal(err)
		}
	}
	if l, err := s.ListVolumes(ctx); len(l) != 0 || err != nil {
		t.Errorf("left: %v, %v", l, err)
	}
}

func TestAHandleNeverLeadsOut(t *testing.T) {
	s := open(t, t.TempDir())
	for _, h := range []string{"", ".", "..", "../x", "a/b", "/etc", "-x", "a\x00b", strings.Repeat("x", 201)} {
		if _, err := s.Ensure(h); err == nil {
			t.Errorf("%q was taken", h)
		}
		if err := s.RemoveVolume(context.Background(), h); err == nil {
			t.Errorf("%q was removed", h)
		}
	}
}

func TestRemovalThatWasCutShortIsFinished(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	left := filepath.Join(dir, "trash", "7", "deep")
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
}

// The store is a set of handles, whatever is done in whatever order.
func TestItIsASet(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ctx, want := context.Background(), map[string]bool{}
		s := open(t, t.TempDir())
		for range rapid.IntRange(0, 20).Draw(rt, "steps") {
			h := rapid.SampledFrom([]string{"a", "b", "c-1"}).Draw(rt, "handle")
			if rapid.Bool().Draw(rt, "make") {
				want[h] = true
				if _, err := s.Ensure(h); err != nil {
					rt.Fatal(err)
				}
			} else {
				delete(want, h)
				if err := s.RemoveVolume(ctx, h); err != nil {
					rt.Fatal(err)
				}
			}
			got, err := s.ListVolumes(ctx)
			if err != nil || len(got) != len(want) {
				rt.Fatalf("%v, %v, want %v", got, err, want)
			}
			for _, g := range got {
				if !want[g] {
					rt.Fatal(fmt.Sprintf("%s is there", g))
				}
			}
		}
	})
}
