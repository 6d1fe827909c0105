package image

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// Ref is what an image reference means: Registry or Layout.
type Ref interface {
	fmt.Stringer
	ref()
}

// Registry is an image in a registry.
type Registry struct {
	Name   string // canonical: docker.io/library/busybox:1.36, host:5000/x@sha256:…
	Host   string // docker.io, host:5000
	Pinned bool   // by a digest: it can never change
}

// Layout is an image in an OCI layout, a directory of this worker.
type Layout struct {
	Dir string // absolute
	Tag string // "" where the layout has one image
	// Digest of the image that it must be, "" where any will do.
	Digest string
}

func (Registry) ref() {}
func (Layout) ref()   {}

func (r Registry) String() string { return r.Name }
func (l Layout) String() string {
	text := "oci:" + l.Dir
	if l.Tag != "" {
		text += ":" + l.Tag
	}
	if l.Digest != "" {
		text += "@" + l.Digest
	}
	return text
}

// Parse reads busybox, docker.io/library/busybox:1.36, host:5000/x@sha256:… or
// oci:/path[:tag][@sha256:…]. Its errors are the user's.
func Parse(text string) (Ref, error) {
	if rest, ok := strings.CutPrefix(text, "oci:"); ok {
		return parseLayout(text, rest)
	}
	named, err := reference.ParseDockerRef(text)
	if err != nil {
		return nil, fmt.Errorf("image %q: %w", text, err)
	}
	_, pinned := named.(reference.Digested)
	return Registry{Name: named.String(), Host: reference.Domain(named), Pinned: pinned}, nil
}

func parseLayout(text, rest string) (Ref, error) {
	rest, want, pinned := strings.Cut(rest, "@")
	if pinned && digest.Digest(want).Validate() != nil {
		return nil, fmt.Errorf("image %q: %q is no digest", text, want)
	}
	dir, tag := rest, ""
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		dir, tag = rest[:i], rest[i+1:]
		if tag == "" {
			return nil, fmt.Errorf("image %q: nothing after the colon, which is for a tag", text)
		}
	}
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("image %q: %w", text, errors.New("the path of a layout must be absolute"))
	}
	return Layout{Dir: filepath.Clean(dir), Tag: tag, Digest: want}, nil
}

// Local tells whether a registry is on this machine: then it may speak plain HTTP.
func (r Registry) Local() bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
