package agent

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/logfile"
)

// kitchen is a runtime whose runs make their volumes and end at once.
type kitchen struct {
	dir  string
	exit worker.Exit
	fail error

	mu      sync.Mutex
	order   []string // of starts: the run, and the image that it has
	volumes []string
}

func (k *kitchen) Start(_ context.Context, t worker.Task) (worker.Spent, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.order = append(k.order, t.RunID+" in "+t.Image.BuiltIn+t.Image.Volume)
	for _, m := range t.Mounts {
		k.volumes = append(k.volumes, m.Volume)
	}
	return worker.Spent{}, k.fail
}

func (k *kitchen) Wait(context.Context, string) (worker.Exit, error) { return k.exit, nil }
func (*kitchen) Kill(context.Context, string, time.Duration) error   { return nil }
func (*kitchen) Remove(context.Context, string) error                { return nil }
func (*kitchen) List(context.Context) ([]string, error)              { return nil, nil }
func (*kitchen) ResultPath(string) string                            { return "" }
func (k *kitchen) LogPath(id string) string                          { return filepath.Join(k.dir, id) }

func (k *kitchen) RemoveVolume(_ context.Context, h string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.volumes = slices.DeleteFunc(k.volumes, func(v string) bool { return v == h })
	return nil
}

func (k *kitchen) ListVolumes(context.Context) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Sorted(slices.Values(k.volumes)), nil
}

func bringerOf(t *testing.T, k *kitchen, now *time.Time) *bringer {
	t.Helper()
	k.dir = t.TempDir()
	f := &fleet{ctx: t.Context()}
	b := newBringer(f, Options{Dir: k.dir, Runtime: k, Volumes: k, Logs: k, Now: func() time.Time { return *now }, Log: slog.New(slog.DiscardHandler)})
	if err := b.begin(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.wg.Wait)
	return b
}

// brings is a task whose image comes from others, the last named first.
func brings(names ...string) *weirv1.Task {
	t := &weirv1.Task{ImageBuiltin: "mock"}
	for _, n := range names {
		t.Mounts, t.Labels = []*weirv1.Mount{{Volume: imagePrefix + n, Path: "/x", Kind: "output"}}, map[string]string{"image": "resource.mock." + n}
		t = &weirv1.Task{ImageFrom: t}
	}
	return t
}

// Images are made innermost first, once for all who want them, and again only when
// they are gone.
func TestImagesAreBroughtOnce(t *testing.T) {
	k, now := &kitchen{}, time.Unix(1000, 0)
	b := bringerOf(t, k, &now)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := b.bring(t.Context(), brings("inner", "outer"), nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	want := []string{"image-inner in mock", "image-outer in image-inner"}
	if !slices.Equal(k.order, want) {
		t.Errorf("runs %q, want %q", k.order, want)
	}
	_ = k.RemoveVolume(t.Context(), "image-outer")
	if err := b.bring(t.Context(), brings("inner", "outer"), nil); err != nil || len(k.order) != 3 || k.order[2] != want[1] {
		t.Errorf("after one is gone: %v, runs %q", err, k.order)
	}
}

// A volume without its mark was left half done.
func TestHalfAnImageIsMadeAnew(t *testing.T) {
	k, now := &kitchen{volumes: []string{"image-a"}}, time.Unix(1000, 0)
	b := bringerOf(t, k, &now)
	if err := b.bring(t.Context(), brings("a"), nil); err != nil || len(k.order) != 1 {
		t.Errorf("%v, runs %q", err, k.order)
	}
}

// What was not used for a day goes when a new one comes, unless a run still has it.
func TestOldImagesGo(t *testing.T) {
	k, now := &kitchen{}, time.Unix(1_000_000, 0)
	b := bringerOf(t, k, &now)
	b.uses = func(v string) bool { return v == "image-held" }
	bring := func(name string) {
		t.Helper()
		for range 2 { // the second time it is there, and its use is noted
			if err := b.bring(t.Context(), brings(name), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"old", "held", "used"} {
		bring(name)
	}
	now = now.Add(20 * time.Hour)
	bring("used")
	now = now.Add(5 * time.Hour)
	bring("new")
	if left, _ := k.ListVolumes(t.Context()); !slices.Equal(left, []string{"image-held", "image-new", "image-used"}) {
		t.Errorf("left are %q", left)
	}
}

// Whose fault it is that an image cannot be had, and what is said of it.
func TestImagesThatCannotBeHad(t *testing.T) {
	for name, c := range map[string]struct {
		exit worker.Exit
		fail error
		says string
		user bool
	}{
		"in fails":      {worker.Exit{Code: 3}, nil, "the image of resource.mock.a: fetching it ended with exit code 3: no such tag", true},
		"no program":    {worker.Exit{Code: -1, Err: "there is no /opt/resource/in"}, nil, "the image of resource.mock.a: there is no /opt/resource/in", true},
		"the worker's":  {worker.Exit{Code: -1, Err: "the container is gone", Lost: true}, nil, "the container is gone", false},
		"its own image": {worker.Exit{}, &worker.UserError{Err: errors.New("no such image")}, "the image of resource.mock.a: no such image", true},
		"the disk":      {worker.Exit{}, errors.New("no space left"), "no space left", false},
	} {
		t.Run(name, func(t *testing.T) {
			k, now := &kitchen{exit: c.exit, fail: c.fail}, time.Unix(1000, 0)
			b := bringerOf(t, k, &now)
			log := logfile.Append(nil, logfile.Record{Stream: logfile.Stderr, At: now, Data: []byte("no such tag\n")})
			if err := os.WriteFile(k.LogPath("image-a"), log, 0o600); err != nil {
				t.Fatal(err)
			}
			err := b.bring(t.Context(), brings("a"), nil)
			var user *worker.UserError
			if err == nil || !strings.Contains(err.Error(), c.says) || errors.As(err, &user) != c.user {
				t.Errorf("%v", err)
			}
			if there, _ := b.there("image-a"); there {
				t.Error("it counts as there")
			}
		})
	}
}

// A place that is no image's is refused: it would take another's volume.
func TestOnlyPlacesForImages(t *testing.T) {
	k, now := &kitchen{}, time.Unix(1000, 0)
	task := brings("a")
	task.ImageFrom.Mounts[0].Volume = "run-of-somebody"
	if err := bringerOf(t, k, &now).bring(t.Context(), task, nil); err == nil || len(k.order) > 0 {
		t.Errorf("%v, runs %q", err, k.order)
	}
}
