package view

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/get"
)

// Got is the table of what was done about modules.
func Got(all []get.Result) Table {
	t := Table{
		Header: []string{"module", "version", "revision", "done"},
		Empty:  "No modules from elsewhere: there is nothing to fetch.",
	}
	for _, r := range all {
		done := string(r.Action)
		if r.Action == get.Upgraded {
			done += " from " + revision(r.Before)
		}
		t.Rows = append(t.Rows, []Cell{Text(r.Source), Text(r.Version), Text(shortRevision(r.Revision)), {Text: done, Style: actionStyle(r.Action)}})
	}
	return t
}

func actionStyle(a get.Action) Style {
	switch a {
	case get.Kept:
		return Gray
	case get.Upgraded:
		return Yellow
	}
	return Green
}

// revision is what people know a locked state by.
func revision(m module.Locked) string {
	if m.Version != "" {
		return m.Version
	}
	return shortRevision(m.Revision)
}

func shortRevision(r string) string {
	if strings.Contains(r, ":") {
		return shortDigest(r)
	}
	return shorten(r)
}

// GotJSON is Got for programs.
func GotJSON(all []get.Result) any {
	out := make([]map[string]any, len(all))
	for i, r := range all {
		out[i] = moduleJSON(r.Locked)
		out[i]["done"] = r.Action
		if r.Action == get.Upgraded {
			out[i]["before"] = moduleJSON(r.Before)
		}
	}
	return map[string]any{"modules": out}
}

func moduleJSON(m module.Locked) map[string]any {
	return map[string]any{"source": m.Source, "constraint": m.Constraint, "version": m.Version, "revision": m.Revision, "hash": m.Hash}
}

// WriteLock prints what is locked; cached says of each module whether it is in
// the cache.
func WriteLock(w io.Writer, term Terminal, lock *module.Lock, cached []string) error {
	modules := Table{Header: []string{"module", "constraint", "version", "revision", "cached"}, Empty: "No modules are locked."}
	for i, m := range lock.Modules {
		modules.Rows = append(modules.Rows, []Cell{Text(m.Source), Text(m.Constraint), Text(m.Version), Text(shortRevision(m.Revision)), Text(cached[i])})
	}
	images := Table{Header: []string{"image", "digest"}, Empty: "No images are locked: `weir lock` does that."}
	for _, i := range lock.Images {
		images.Rows = append(images.Rows, []Cell{Text(i.Reference), Text(i.Digest)})
	}
	if err := modules.Write(w, term); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return images.Write(w, term)
}

// LockJSON is WriteLock for programs.
func LockJSON(lock *module.Lock, cached []string) any {
	modules := make([]map[string]any, len(lock.Modules))
	for i, m := range lock.Modules {
		modules[i] = moduleJSON(m)
		modules[i]["cached"] = cached[i]
	}
	images := make([]map[string]any, len(lock.Images))
	for i, im := range lock.Images {
		images[i] = map[string]any{"image": im.Reference, "digest": im.Digest}
	}
	return map[string]any{"modules": modules, "images": images}
}

// ImageAction is what was done about the lock of an image, or is to be done.
type ImageAction string

// The actions.
const (
	ImageKept     ImageAction = "kept"
	ImageLocked   ImageAction = "locked"
	ImageUpgraded ImageAction = "upgraded"
	ImageMissing  ImageAction = "not locked"
	ImageUnused   ImageAction = "not used any more"
)

// ImageLock is one image of a lock.
type ImageLock struct {
	Image, Digest string
	Action        ImageAction
	Before        string // with ImageUpgraded
}

// ImageLocks is the table of what was done about images.
func ImageLocks(all []ImageLock) Table {
	t := Table{Header: []string{"image", "digest", "done"}, Empty: "No images without a digest: there is nothing to lock."}
	for _, i := range all {
		done := string(i.Action)
		if i.Before != "" {
			done += " from " + shortDigest(i.Before)
		}
		style := Gray
		if slices.Contains([]ImageAction{ImageUpgraded, ImageMissing, ImageUnused}, i.Action) {
			style = Yellow
		}
		t.Rows = append(t.Rows, []Cell{Text(i.Image), Text(shortDigest(i.Digest)), {Text: done, Style: style}})
	}
	return t
}

// ImagesJSON is ImageLocks for programs.
func ImagesJSON(all []ImageLock) any {
	out := make([]map[string]any, len(all))
	for n, i := range all {
		out[n] = map[string]any{"image": i.Image, "digest": i.Digest, "done": i.Action}
		if i.Before != "" {
			out[n]["before"] = i.Before
		}
	}
	return out
}
