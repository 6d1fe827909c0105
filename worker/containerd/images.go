package containerd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/core/content"
	containerdimages "github.com/containerd/containerd/v2/core/images"
	"github.com/containerd/containerd/v2/core/mount"
	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/errdefs"
	"github.com/opencontainers/image-spec/identity"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/singleflight"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/image"
	"github.com/weirci/weir/worker/volume"
)

const (
	snapshotter = "overlayfs"
	pullTimeout = 30 * time.Minute
	// tagAge is how long a tag is taken for what it was; a digest never changes.
	tagAge = 5 * time.Minute
)

// rootImage is an image that containers can be made of.
type rootImage struct {
	Name   string
	Digest string   // of its manifest or index; "" where it has none
	Lower  []string // directories, the uppermost first
	Config ocispec.ImageConfig
}

// images finds, fetches and unpacks images, each only once at a time.
type images struct {
	client      *client.Client
	volumes     *volume.Store
	credentials image.Credentials
	builtIn     string
	now         func() time.Time
	warn        func(msg string, args ...any)
	flights     singleflight.Group

	mu    sync.Mutex
	known map[string]known // by image; owned by mu
}

type known struct {
	root *rootImage
	at   time.Time // zero: for ever
}

func newImages(c *client.Client, cfg Config, volumes *volume.Store) (*images, error) {
	creds, err := image.ReadCredentials(cfg.Credentials)
	if err != nil {
		return nil, err
	}
	return &images{
		client: c, volumes: volumes, credentials: creds,
		builtIn: (&Runtime{cfg: cfg}).builtInRoot(),
		now:     cfg.Now, warn: cfg.Log.Warn, known: map[string]known{},
	}, nil
}

// root gives the image of a task, unpacked.
func (s *images) root(ctx context.Context, i worker.Image) (*rootImage, error) {
	switch {
	case i.BuiltIn != "":
		return &rootImage{Name: "weir", Lower: []string{s.builtIn}}, nil
	case i.Volume != "":
		return s.once(ctx, "volume "+i.Volume, time.Time{}, func(ctx context.Context) (*rootImage, error) { return s.fromVolume(ctx, i.Volume) })
	}
	ref, err := image.Parse(i.Ref)
	if err != nil {
		return nil, &worker.UserError{Err: err}
	}
	switch ref := ref.(type) {
	case image.Layout:
		// Asked every time: reading its index is cheap, and it may have changed.
		return s.fromLayout(ctx, ref, ref.String())
	case image.Registry:
		var at time.Time
		if !ref.Pinned {
			at = s.now()
		}
		return s.once(ctx, ref.Name, at, func(ctx context.Context) (*rootImage, error) { return s.fromRegistry(ctx, ref) })
	}
	return nil, fmt.Errorf("image %s: no way to get it", ref)
}

// once remembers, and lets all that want the same image wait for one fetch. The
// fetch goes on when who asked first gives up, as others may wait for it.
func (s *images) once(ctx context.Context, key string, at time.Time, get func(context.Context) (*rootImage, error)) (*rootImage, error) {
	s.mu.Lock()
	k, ok := s.known[key]
	s.mu.Unlock()
	if ok && (k.at.IsZero() || s.now().Sub(k.at) < tagAge) {
		return k.root, nil
	}
	flight := s.flights.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pullTimeout)
		defer cancel()
		root, err := get(ctx)
		if err == nil {
			s.mu.Lock()
			s.known[key] = known{root, at}
			s.mu.Unlock()
		}
		return root, err
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-flight:
		root, _ := r.Val.(*rootImage)
		return root, r.Err
	}
}

// unpacked makes sure that an image's layers are directories, and that they stay.
func (s *images) unpacked(ctx context.Context, i containerdimages.Image) (*rootImage, error) {
	ctx, release, err := s.client.WithLease(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = release(context.WithoutCancel(ctx)) }()
	img := client.NewImage(s.client, i)
	if ok, err := img.IsUnpacked(ctx, snapshotter); err != nil || !ok {
		if err := img.Unpack(ctx, snapshotter); err != nil {
			return nil, fmt.Errorf("unpack: %w", err)
		}
	}
	config, err := readConfig(ctx, img)
	if err != nil {
		return nil, err
	}
	lower, err := s.pin(ctx, img)
	if err != nil {
		return nil, err
	}
	return &rootImage{Name: i.Name, Digest: i.Target.Digest.String(), Lower: lower, Config: config}, nil
}

func readConfig(ctx context.Context, img client.Image) (ocispec.ImageConfig, error) {
	var parsed ocispec.Image
	desc, err := img.Config(ctx)
	if err != nil {
		return parsed.Config, fmt.Errorf("read its configuration: %w", err)
	}
	text, err := content.ReadBlob(ctx, img.ContentStore(), desc)
	if err == nil {
		err = json.Unmarshal(text, &parsed)
	}
	if err != nil {
		return parsed.Config, fmt.Errorf("read its configuration: %w", err)
	}
	return parsed.Config, nil
}

// pin makes one view of an image's layers, which keeps them from being collected
// for as long as this worker's namespace lives, and gives their directories.
func (s *images) pin(ctx context.Context, img client.Image) ([]string, error) {
	diffs, err := img.RootFS(ctx)
	if err != nil {
		return nil, fmt.Errorf("read its layers: %w", err)
	}
	chain := identity.ChainID(diffs).String()
	service := s.client.SnapshotService(snapshotter)
	labels := map[string]string{"containerd.io/gc.root": s.now().UTC().Format(time.RFC3339)}
	mounts, err := service.View(ctx, "weir-view-"+chain, chain, snapshots.WithLabels(labels))
	if errdefs.IsAlreadyExists(err) {
		mounts, err = service.Mounts(ctx, "weir-view-"+chain)
	}
	if err != nil {
		return nil, fmt.Errorf("pin its layers: %w", err)
	}
	return lowerDirs(mounts)
}

// lowerDirs reads what the overlayfs snapshotter gives for a view: a bind mount
// of the only layer, or an overlay of several.
func lowerDirs(mounts []mount.Mount) ([]string, error) {
	if len(mounts) != 1 {
		return nil, fmt.Errorf("a view has %d mounts, not one", len(mounts))
	}
	if mounts[0].Type == "bind" {
		return []string{mounts[0].Source}, nil
	}
	for _, o := range mounts[0].Options {
		if dirs, ok := strings.CutPrefix(o, "lowerdir="); ok && mounts[0].Type == "overlay" {
			return strings.Split(dirs, ":"), nil
		}
	}
	return nil, fmt.Errorf("a view is mounted as %s: only the overlayfs snapshotter is supported", mounts[0].Type)
}

// userFault turns what only the user can mend into a UserError.
func userFault(name string, err error, faults ...error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("image %s: %w", name, err)
	for _, f := range faults {
		if errors.Is(err, f) {
			return &worker.UserError{Err: err}
		}
	}
	return err
}
