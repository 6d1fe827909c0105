package image_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/weirci/weir/worker/image"
)

func TestParse(t *testing.T) {
	d := "sha256:" + strings.Repeat("ab", 32)
	for text, want := range map[string]image.Ref{
		"busybox":                        image.Registry{Name: "docker.io/library/busybox:latest", Host: "docker.io"},
		"docker.io/library/busybox:1.36": image.Registry{Name: "docker.io/library/busybox:1.36", Host: "docker.io"},
		"localhost:5000/x":               image.Registry{Name: "localhost:5000/x:latest", Host: "localhost:5000"},
		"ghcr.io/a/b@" + d:               image.Registry{Name: "ghcr.io/a/b@" + d, Host: "ghcr.io", Pinned: true},
		"oci:/srv/images/bb":             image.Layout{Dir: "/srv/images/bb"},
		"oci:/srv/images/bb:1.0":         image.Layout{Dir: "/srv/images/bb", Tag: "1.0"},
		"oci:/srv/a:b/c":                 image.Layout{Dir: "/srv/a:b/c"},
		"oci:/srv/bb:1.0@" + d:           image.Layout{Dir: "/srv/bb", Tag: "1.0", Digest: d},
		"oci:/srv/bb@" + d:               image.Layout{Dir: "/srv/bb", Digest: d},
	} {
		if got, err := image.Parse(text); err != nil || got != want {
			t.Errorf("%s: %#v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "lower/UPPER", "a b", "oci:relative", "oci:/x:", "x@sha256:12", "oci:/x@sha256:12"} {
		if got, err := image.Parse(bad); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("image %q", bad)) {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
}

func TestLocalRegistries(t *testing.T) {
	for host, want := range map[string]bool{"localhost:5000": true, "127.0.0.1:99": true, "[::1]:5000": true, "docker.io": false, "10.0.0.1:5000": false} {
		if got := (image.Registry{Host: host}).Local(); got != want {
			t.Errorf("%s: %v", host, got)
		}
	}
}

func TestCredentials(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	auth := base64.StdEncoding.EncodeToString([]byte("me:pass:word"))
	text := `{"auths":{"https://index.docker.io/v1/":{"auth":"` + auth + `"},"host:5000":{"username":"u","password":"p"},"tok":{"identitytoken":"t"}}}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := image.ReadCredentials(path)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]image.Login{
		"docker.io": {User: "me", Password: "pass:word"}, "registry-1.docker.io": {User: "me", Password: "pass:word"},
		"host:5000": {User: "u", Password: "p"}, "tok": {Password: "t"}, "other": {},
	} {
		if got := c.For(host); got != want {
			t.Errorf("%s: %+v", host, got)
		}
	}
	if c, err := image.ReadCredentials(path + ".none"); err != nil || len(c) != 0 {
		t.Errorf("no file: %v, %v", c, err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := image.ReadCredentials(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("broken file: %v", err)
	}
}

func TestBusyboxIsTheSameEveryTimeAndWhole(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		if err := image.Busybox(dir); err != nil {
			t.Fatal(err)
		}
	}
	index, err := os.ReadFile(filepath.Join(a, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var idx ocispec.Index
	if err := json.Unmarshal(index, &idx); err != nil || len(idx.Manifests) != 1 {
		t.Fatalf("%s: %v", index, err)
	}
	files := 0
	err = filepath.WalkDir(a, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		x, _ := os.ReadFile(path)
		y, _ := os.ReadFile(filepath.Join(b, strings.TrimPrefix(path, a)))
		if string(x) != string(y) {
			t.Errorf("%s differs", path)
		}
		if strings.Contains(path, "blobs") && fmt.Sprintf("%x", sha256.Sum256(x)) != filepath.Base(path) {
			t.Errorf("%s has another digest", path)
		}
		return nil
	})
	if err != nil || files != 5 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestABinaryThatNeedsLibrariesIsRefused(t *testing.T) {
	if err := image.BusyboxFrom(t.TempDir(), "/bin/ls"); err == nil || !strings.Contains(err.Error(), "not statically linked") {
		t.Errorf("%v", err)
	}
}
