package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/distribution/reference"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// ImageDigest is the digest of what a reference to an image stands for now: in
// its registry, or in the OCI layout that it names.
func ImageDigest(ctx context.Context, image string) (string, error) {
	if layout, ok := strings.CutPrefix(image, "oci:"); ok {
		return layoutDigest(layout)
	}
	named, err := reference.ParseDockerRef(image)
	if err != nil {
		return "", err
	}
	return tagDigest(ctx, named.String())
}

// layoutDigest finds an image in the index of a layout: by its tag, or the only
// one.
func layoutDigest(layout string) (string, error) {
	dir, tag := layout, ""
	if i := strings.LastIndexByte(layout, ':'); i > strings.LastIndexByte(layout, '/') {
		dir, tag = layout[:i], layout[i+1:]
	}
	text, err := os.ReadFile(filepath.Join(dir, ocispec.ImageIndexFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s is no OCI layout on this machine: it has no %s", dir, ocispec.ImageIndexFile)
	}
	if err != nil {
		return "", err
	}
	var index ocispec.Index
	if err := json.Unmarshal(text, &index); err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Join(dir, ocispec.ImageIndexFile), err)
	}
	if tag == "" && len(index.Manifests) == 1 {
		return index.Manifests[0].Digest.String(), nil
	}
	var tags []string
	for _, m := range index.Manifests {
		have := m.Annotations[ocispec.AnnotationRefName]
		if tag != "" && (have == tag || strings.HasSuffix(have, ":"+tag)) {
			return m.Digest.String(), nil
		}
		tags = append(tags, have)
	}
	if tag == "" {
		return "", fmt.Errorf("%s has %d images: say which by a tag of %q", dir, len(index.Manifests), tags)
	}
	return "", fmt.Errorf("%s has no tag %q, only %q", dir, tag, tags)
}
