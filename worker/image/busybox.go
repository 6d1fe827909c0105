package image

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Busybox writes an OCI layout to dir, with one image, tagged latest, from the
// machine's static busybox: every applet in /bin, users root, nobody and weir
// (1000), an empty /tmp. The same busybox gives the same bytes.
func Busybox(dir string) error { return BusyboxWith(dir, nil) }

// BusyboxWith is Busybox with programs more, by path: what a resource type needs.
func BusyboxWith(dir string, programs map[string]string) error {
	path, err := exec.LookPath("busybox")
	if err != nil {
		return errors.New("make a busybox image: there is no busybox on this machine (Debian: apt-get install busybox-static)")
	}
	return busybox(dir, path, programs)
}

// BusyboxFrom is Busybox with a named binary.
func BusyboxFrom(dir, binary string) error { return busybox(dir, binary, nil) }

func busybox(dir, binary string, programs map[string]string) error {
	if err := mustBeStatic(binary); err != nil {
		return fmt.Errorf("make a busybox image: %w", err)
	}
	list, err := exec.Command(binary, "--list").Output()
	if err != nil {
		return fmt.Errorf("make a busybox image: list applets: %w", err)
	}
	program, err := os.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("make a busybox image: %w", err)
	}
	layer, err := busyboxLayer(program, strings.Fields(string(list)), programs)
	if err != nil {
		return fmt.Errorf("make a busybox image: %w", err)
	}
	return writeLayout(dir, layer)
}

func mustBeStatic(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("%s is not statically linked (Debian: apt-get install busybox-static)", path)
		}
	}
	return nil
}

func busyboxLayer(program []byte, applets []string, programs map[string]string) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, d := range []string{"bin/", "etc/", "home/", "home/weir/", "opt/", "root/", "tmp/", "usr/", "usr/bin/", "var/"} {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: d, Mode: dirMode(d), Uid: owner(d), Gid: owner(d)}); err != nil {
			return nil, err
		}
	}
	files := []struct{ name, text string }{
		{"etc/passwd", "root:x:0:0:root:/root:/bin/sh\nweir:x:1000:1000:weir:/home/weir:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"},
		{"etc/group", "root:x:0:\nweir:x:1000:\nnogroup:x:65534:\n"},
		{"bin/busybox", string(program)},
	}
	for _, f := range files {
		if err := addFile(w, f.name, f.text, strings.HasPrefix(f.name, "bin/")); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(programs)) {
		if err := addFile(w, name, programs[name], true); err != nil {
			return nil, err
		}
	}
	slices.Sort(applets)
	for _, a := range applets {
		if a == "busybox" {
			continue
		}
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeLink, Name: "bin/" + a, Linkname: "bin/busybox", Mode: 0o755}); err != nil {
			return nil, err
		}
	}
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: "usr/bin/env", Linkname: "/bin/env", Mode: 0o777}); err != nil {
		return nil, err
	}
	return b.Bytes(), w.Close()
}

func addFile(w *tar.Writer, name, text string, program bool) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(text))}
	if program {
		h.Mode = 0o755
	}
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	_, err := w.Write([]byte(text))
	return err
}

func dirMode(name string) int64 {
	if name == "tmp/" {
		return 0o1777
	}
	return 0o755
}

func owner(name string) int {
	if name == "home/weir/" {
		return 1000
	}
	return 0
}

func writeLayout(dir string, layer []byte) error {
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if _, err := z.Write(layer); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	l := layout{dir: dir}
	config := l.blob(ocispec.MediaTypeImageConfig, asJSON(ocispec.Image{
		Platform: ocispec.Platform{OS: "linux", Architecture: runtime.GOARCH},
		Config:   ocispec.ImageConfig{Env: []string{"PATH=/bin:/usr/bin"}, Cmd: []string{"/bin/sh"}, WorkingDir: "/"},
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromBytes(layer)}},
	}))
	manifest := l.blob(ocispec.MediaTypeImageManifest, asJSON(ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    config,
		Layers:    []ocispec.Descriptor{l.blob(ocispec.MediaTypeImageLayerGzip, packed.Bytes())},
	}))
	manifest.Annotations = map[string]string{ocispec.AnnotationRefName: "latest"}
	l.file(ocispec.ImageIndexFile, asJSON(ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{manifest},
	}))
	l.file(ocispec.ImageLayoutFile, asJSON(ocispec.ImageLayout{Version: ocispec.ImageLayoutVersion}))
	return l.err
}

// layout writes files until the first error, which it keeps.
type layout struct {
	dir string
	err error
}

func (l *layout) blob(mediaType string, data []byte) ocispec.Descriptor {
	hex := fmt.Sprintf("%x", sha256.Sum256(data))
	l.file(filepath.Join("blobs", "sha256", hex), data)
	return ocispec.Descriptor{MediaType: mediaType, Digest: digest.Digest("sha256:" + hex), Size: int64(len(data))}
}

func (l *layout) file(name string, data []byte) {
	if l.err != nil {
		return
	}
	path := filepath.Join(l.dir, name)
	if l.err = os.MkdirAll(filepath.Dir(path), 0o755); l.err == nil {
		l.err = os.WriteFile(path, data, 0o644)
	}
}

func asJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // the types above always can
	}
	return b
}
