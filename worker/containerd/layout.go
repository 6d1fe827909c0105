package containerd

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/client"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/image"
)

// errNotImage wraps what is wrong with an image that a user made.
var errNotImage = errors.New("it is no image")

// fromVolume finds in a volume an OCI layout, an image's tar, or rootfs/. What is
// in it was made by a task: no link in it may lead out of it.
func (s *images) fromVolume(ctx context.Context, handle string) (*rootImage, error) {
	dir, err := s.volumes.Lookup(handle)
	if err != nil {
		return nil, fmt.Errorf("image of an artifact: %w", err)
	}
	name := "artifact " + handle
	if isReal(filepath.Join(dir, ocispec.ImageIndexFile), fs.FileMode.IsRegular) {
		return s.fromLayout(ctx, image.Layout{Dir: dir}, name)
	}
	if isReal(filepath.Join(dir, "rootfs"), fs.FileMode.IsDir) {
		return rootFS(dir, name)
	}
	tars, _ := filepath.Glob(filepath.Join(dir, "*.tar"))
	if len(tars) == 1 && isReal(tars[0], fs.FileMode.IsRegular) {
		root, err := s.fromTar(ctx, tars[0], handle)
		return root, userFault(name, err, errNotImage)
	}
	return nil, userFault(name, fmt.Errorf("%w: it has neither index.json (an OCI layout), nor one *.tar, nor rootfs/", errNotImage), errNotImage)
}

// isReal does not follow a link.
func isReal(path string, is func(fs.FileMode) bool) bool {
	st, err := os.Lstat(path)
	return err == nil && is(st.Mode())
}

// rootFS is what Concourse's resources for images make: rootfs/ and metadata.json.
func rootFS(dir, name string) (*rootImage, error) {
	r := &rootImage{Name: name, Lower: []string{filepath.Join(dir, "rootfs")}}
	path := filepath.Join(dir, "metadata.json")
	if !isReal(path, fs.FileMode.IsRegular) {
		return r, nil
	}
	var meta struct {
		Env  []string
		User string
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &meta)
	}
	if err != nil {
		return nil, userFault(name, fmt.Errorf("%w: metadata.json: %w", errNotImage, err), errNotImage)
	}
	r.Config.Env, r.Config.User = meta.Env, meta.User
	return r, nil
}

// fromLayout imports one image of an OCI layout, unless it is here already.
// One that is named by its digest need not be in the layout any more.
func (s *images) fromLayout(ctx context.Context, layout image.Layout, name string) (*rootImage, error) {
	if layout.Digest != "" {
		if here, err := s.client.ImageService().Get(ctx, layoutImage(digest.Digest(layout.Digest))); err == nil {
			if root, err := s.unpacked(ctx, here); err == nil {
				root.Digest = layout.Digest
				return root, nil
			}
		}
	}
	root, err := os.OpenRoot(layout.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &worker.UserError{Err: fmt.Errorf("image %s: there is no such directory on this worker", name)}
	}
	if err != nil {
		return nil, fmt.Errorf("image %s: %w", name, err)
	}
	desc, err := chooseManifest(root, layout)
	if err != nil {
		return nil, errors.Join(userFault(name, err, errNotImage), root.Close())
	}
	_ = root.Close()
	key := layoutImage(desc.Digest)
	return s.once(ctx, key, time.Time{}, func(ctx context.Context) (*rootImage, error) {
		got, err := s.imported(ctx, key, func(w *io.PipeWriter) error { return streamLayout(w, layout.Dir, desc) })
		if got != nil { // that of the index around it says nothing to others
			got.Digest = desc.Digest.String()
		}
		return got, userFault(name, err, errNotImage)
	})
}

// layoutImage is what an image out of a layout is called here.
func layoutImage(d digest.Digest) string { return "weir.local/layout:" + d.Encoded() }

// chooseManifest finds the image with the digest, or else with the tag, or the
// only one.
func chooseManifest(root *os.Root, want image.Layout) (ocispec.Descriptor, error) {
	var none ocispec.Descriptor
	text, err := root.ReadFile(ocispec.ImageIndexFile)
	if err != nil {
		return none, fmt.Errorf("%w: %w", errNotImage, err)
	}
	var index ocispec.Index
	if err := json.Unmarshal(text, &index); err != nil {
		return none, fmt.Errorf("%w: index.json: %w", errNotImage, err)
	}
	var tags []string
	for _, m := range index.Manifests {
		if m.Digest.Validate() != nil {
			return none, fmt.Errorf("%w: index.json has the digest %q", errNotImage, m.Digest)
		}
		have := m.Annotations[ocispec.AnnotationRefName]
		if want.Digest != "" {
			if m.Digest.String() == want.Digest {
				return m, nil
			}
			continue
		}
		tag := want.Tag
		if tag != "" && (have == tag || strings.HasSuffix(have, ":"+tag)) || tag == "" && len(index.Manifests) == 1 {
			return m, nil
		}
		tags = append(tags, have)
	}
	if want.Digest != "" {
		return none, fmt.Errorf("%w: the layout has changed: no image in it has the digest %s, and the worker has not kept it", errNotImage, want.Digest)
	}
	tag := want.Tag
	if tag == "" {
		return none, fmt.Errorf("%w: it has %d images: say which by a tag of %q", errNotImage, len(tags), tags)
	}
	return none, fmt.Errorf("%w: no tag %q in it, only %q", errNotImage, tag, tags)
}

// streamLayout writes a layout as a tar with one image in its index.
func streamLayout(out io.Writer, dir string, desc ocispec.Descriptor) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	w := tar.NewWriter(out)
	desc.Annotations = nil
	index := ocispec.Index{MediaType: ocispec.MediaTypeImageIndex, Manifests: []ocispec.Descriptor{desc}}
	index.SchemaVersion = 2
	for name, v := range map[string]any{
		ocispec.ImageLayoutFile: ocispec.ImageLayout{Version: ocispec.ImageLayoutVersion},
		ocispec.ImageIndexFile:  index,
	} {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if err := addToTar(w, name, int64(len(text)), strings.NewReader(string(text))); err != nil {
			return err
		}
	}
	err = fs.WalkDir(root.FS(), "blobs", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return addFileToTar(w, root, name)
	})
	return errors.Join(err, w.Close())
}

func addFileToTar(w *tar.Writer, root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	return addToTar(w, path.Clean(name), st.Size(), f)
}

func addToTar(w *tar.Writer, name string, size int64, from io.Reader) error {
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: size}); err != nil {
		return err
	}
	_, err := io.CopyN(w, from, size)
	return err
}

// fromTar imports what docker save or an OCI tool wrote.
func (s *images) fromTar(ctx context.Context, path, handle string) (*rootImage, error) {
	return s.imported(ctx, "weir.local/artifact:"+handle, func(w *io.PipeWriter) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		_, err = io.Copy(w, f)
		return err
	})
}

// imported gives the image of a name that only this worker uses, and reads it
// from write's stream if it is not here yet.
func (s *images) imported(ctx context.Context, name string, write func(*io.PipeWriter) error) (*rootImage, error) {
	if here, err := s.client.ImageService().Get(ctx, name); err == nil {
		if root, err := s.unpacked(ctx, here); err == nil {
			return root, nil
		}
	}
	ctx, release, err := s.client.WithLease(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = release(context.WithoutCancel(ctx)) }()
	r, w := io.Pipe()
	go func() { w.CloseWithError(write(w)) }()
	got, err := s.client.Import(ctx, r, client.WithIndexName(name),
		client.WithImageRefTranslator(func(string) string { return "" }))
	_ = r.CloseWithError(io.ErrClosedPipe) // the writer ends, however much was read
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNotImage, err)
	}
	if len(got) != 1 {
		return nil, fmt.Errorf("%w: %d images in it", errNotImage, len(got))
	}
	return s.unpacked(ctx, got[0])
}
