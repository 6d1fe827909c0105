package containerd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/weirci/weir/worker/image"
)

// A digest finds its image whatever its tag is now; one that has gone is said.
func TestChooseManifest(t *testing.T) {
	dir := t.TempDir()
	one, two := digest.FromString("one"), digest.FromString("two")
	entry := func(d digest.Digest, tag string) ocispec.Descriptor {
		return ocispec.Descriptor{Digest: d, Annotations: map[string]string{ocispec.AnnotationRefName: tag}}
	}
	text, err := json.Marshal(ocispec.Index{Manifests: []ocispec.Descriptor{entry(one, "1"), entry(two, "2")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "index.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	for _, c := range []struct {
		want image.Layout
		got  digest.Digest
		err  string
	}{
		{image.Layout{Tag: "2"}, two, ""},
		{image.Layout{Tag: "2", Digest: one.String()}, one, ""},
		{image.Layout{Digest: two.String()}, two, ""},
		{image.Layout{Digest: digest.FromString("gone").String()}, "", "the layout has changed"},
		{image.Layout{Tag: "3"}, "", "no tag"},
		{image.Layout{}, "", "2 images"},
	} {
		got, err := chooseManifest(root, c.want)
		if got.Digest != c.got || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %s, %v", c.want, got.Digest, err)
		}
	}
}
