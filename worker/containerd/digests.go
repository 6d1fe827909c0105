package containerd

import (
	"context"
	"strings"

	"github.com/weirci/weir/worker"
)

// digests are those of a task's images that are named without one. The images of its
// services have been fetched just now: they are not fetched again.
func (r *Runtime) digests(ctx context.Context, t worker.Task, root *rootImage) map[string]string {
	out := map[string]string{}
	note := func(ref string, root *rootImage) {
		if ref != "" && !strings.Contains(ref, "@") && root.Digest != "" {
			out[ref] = root.Digest
		}
	}
	note(t.Image.Ref, root)
	for _, s := range t.Services {
		if root, err := r.images.root(ctx, s.Image); err == nil {
			note(s.Image.Ref, root)
		}
	}
	return out
}

// ImagesOf is worker.Images.
func (r *Runtime) ImagesOf(runID string) map[string]string {
	var s started
	if r.runs.LoadFrom(runID, startedFile, &s) != nil {
		return nil
	}
	return s.Images
}
