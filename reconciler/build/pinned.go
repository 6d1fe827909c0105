package build

import (
	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// pinImages names the images of a task by the digests that they had when the step
// ran before, in this build or in the one that it does again: a tag may lead
// elsewhere by now.
func (d *decider) pinImages(path string, t *weirv1.Task) {
	t.ImageRef = d.pinned(path, t.GetImageRef())
	for _, s := range t.GetServices() {
		s.ImageRef = d.pinned(path, s.GetImageRef())
	}
}

func (d *decider) pinned(path, ref string) string {
	if digest := d.Images[ImageOf{path, ref}]; digest != "" {
		return ref + "@" + digest
	}
	return ref
}
