package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/logfile"
)

const (
	// imagePrefix begins the names of volumes that hold images which resources brought,
	// and of the runs that bring them. They are the worker's own: no server is told of
	// them, and what begins so is no run of a server's.
	imagePrefix = "image-"
	// imageAge is how long such a volume is kept after its last use.
	imageAge = 24 * time.Hour
	// fetchTimeout is how long it may take to bring one, where the task does not say.
	fetchTimeout = time.Hour
	saidLines    = 5
)

// bringer fetches images that resources bring, each once for all who want it. A file
// for each says that its volume is whole; its time is that of the last use.
type bringer struct {
	opts Options
	dir  string
	ctx  context.Context // ends when the agent stops
	uses func(volume string) bool
	wg   *sync.WaitGroup // of the fleet, which a caller is in

	mu      sync.Mutex
	flights map[string]*flight // by volume; owned by mu
}

// flight is one fetch, for all that wait for it.
type flight struct {
	done chan struct{} // closed when err is there
	err  error
}

func newBringer(f *fleet, o Options) *bringer {
	return &bringer{opts: o, dir: filepath.Join(o.Dir, "images"), ctx: f.ctx, uses: f.usesImage, wg: &f.wg, flights: map[string]*flight{}}
}

// ownOnly are the names that are the worker's own, or all others.
func ownOnly(names []string, own bool) []string {
	var out []string
	for _, n := range names {
		if strings.HasPrefix(n, imagePrefix) == own {
			out = append(out, n)
		}
	}
	return out
}

// imageVolume is where the image of a task is that another task brings; "": its image
// is named.
func imageVolume(t *weirv1.Task) string {
	if m := t.GetImageFrom().GetMounts(); len(m) == 1 {
		return m[0].GetVolume()
	}
	return ""
}

// bring returns when the image of a task is there. Who gives up keeps nobody else
// from it.
func (b *bringer) bring(ctx context.Context, t *weirv1.Task, secrets []string) error {
	from := t.GetImageFrom()
	if from == nil || ignoresImages(b.opts.Runtime) {
		return nil
	}
	volume := imageVolume(t)
	if !validID(volume) || !strings.HasPrefix(volume, imagePrefix) {
		return &worker.UserError{Err: fmt.Errorf("the image of the task is in %q, which is no place for one", volume)}
	}
	f := b.flight(volume, func() error { return b.once(volume, from, secrets) })
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-f.done:
		return f.err
	}
}

// flight is the one that is under way, or a new one.
func (b *bringer) flight(volume string, fetch func() error) *flight {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f := b.flights[volume]; f != nil {
		return f
	}
	f := &flight{done: make(chan struct{})}
	b.flights[volume] = f
	b.wg.Go(func() {
		f.err = fetch()
		b.mu.Lock()
		delete(b.flights, volume)
		b.mu.Unlock()
		close(f.done)
	})
	return f
}

func ignoresImages(r worker.Runtime) bool {
	i, ok := r.(worker.Imageless)
	return ok && i.IgnoresImages()
}

func (b *bringer) once(volume string, from *weirv1.Task, secrets []string) error {
	if there, err := b.there(volume); there || err != nil {
		return err
	}
	if err := b.bring(b.ctx, from, secrets); err != nil {
		return err
	}
	if err := b.run(volume, from, secrets); err != nil {
		return err
	}
	b.sweep()
	if err := os.WriteFile(b.mark(volume), nil, 0o600); err != nil {
		return fmt.Errorf("noting that an image is here: %w", err)
	}
	return nil
}

func (b *bringer) mark(volume string) string { return filepath.Join(b.dir, volume) }

// there says that the volume is whole, and removes one that is not.
func (b *bringer) there(volume string) (bool, error) {
	handles, err := b.opts.Volumes.ListVolumes(b.ctx)
	if err != nil {
		return false, fmt.Errorf("listing what is here: %w", err)
	}
	now := b.opts.Now()
	for _, h := range handles {
		if h == volume && os.Chtimes(b.mark(volume), now, now) == nil {
			return true, nil
		}
	}
	if err := os.Remove(b.mark(volume)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	return false, b.opts.Volumes.RemoveVolume(b.ctx, volume)
}

// run runs the task that brings an image, to its end.
func (b *bringer) run(id string, from *weirv1.Task, secrets []string) error {
	t := taskOf(&weirv1.Start{RunId: id, Epoch: 1, Task: from, Secrets: secrets})
	if t.Timeout <= 0 {
		t.Timeout = fetchTimeout
	}
	b.clear(id) // what an earlier process left
	defer b.clear(id)
	ctx, cancel := context.WithTimeout(b.ctx, t.Timeout)
	defer cancel()
	_, err := b.opts.Runtime.Start(ctx, t)
	var exit worker.Exit
	if err == nil {
		exit, err = b.opts.Runtime.Wait(ctx, id)
	}
	what := "the image of " + from.GetLabels()["image"]
	user := (*worker.UserError)(nil)
	switch {
	case ctx.Err() != nil && b.ctx.Err() == nil:
		return &worker.UserError{Err: fmt.Errorf("%s: fetching it timed out after %s", what, t.Timeout)}
	case errors.As(err, &user):
		return &worker.UserError{Err: fmt.Errorf("%s: %w", what, user.Err)}
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case exit.Lost:
		return fmt.Errorf("%s: %s", what, exit.Err)
	case exit.Err != "":
		return &worker.UserError{Err: fmt.Errorf("%s: %s", what, exit.Err)}
	case exit.Code != 0:
		return &worker.UserError{Err: fmt.Errorf("%s: fetching it ended with exit code %d%s", what, exit.Code, b.said(id))}
	}
	return nil
}

// clear removes what the runtime has of a run.
func (b *bringer) clear(id string) {
	ctx := context.WithoutCancel(b.ctx)
	err := b.opts.Runtime.Kill(ctx, id, 0)
	if err = errors.Join(err, b.opts.Runtime.Remove(ctx, id)); err != nil {
		b.opts.Log.Warn("cannot remove the run that fetched an image", "run", id, "err", err)
	}
}

// said is what a run wrote last.
func (b *bringer) said(id string) string {
	records, err := os.ReadFile(b.opts.Logs.LogPath(id))
	if err != nil {
		return ""
	}
	var text strings.Builder
	for r := range logfile.Decode(records) {
		text.Write(r.Data)
	}
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(text.String(), "\uFFFD")), "\n")
	return ": " + strings.Join(lines[max(0, len(lines)-saidLines):], "; ")
}

// sweep removes the images that nothing has used for long, when a new one came.
func (b *bringer) sweep() {
	entries, err := os.ReadDir(b.dir)
	if err != nil {
		b.opts.Log.Warn("cannot look for old images", "err", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || b.opts.Now().Sub(info.ModTime()) < imageAge || b.uses(e.Name()) {
			continue
		}
		err = os.Remove(b.mark(e.Name()))
		if err == nil {
			err = b.opts.Volumes.RemoveVolume(b.ctx, e.Name())
		}
		if err != nil {
			b.opts.Log.Warn("cannot remove an old image", "volume", e.Name(), "err", err)
		}
	}
}

// begin removes what earlier processes of this worker left half done.
func (b *bringer) begin() error {
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return err
	}
	runs, err := b.opts.Runtime.List(b.ctx)
	for _, id := range ownOnly(runs, true) {
		b.clear(id)
	}
	return err
}
