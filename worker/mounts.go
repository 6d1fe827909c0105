package worker

import (
	"cmp"
	"path"
	"slices"
)

// Order is mounts from outer to inner paths, so that one can lie inside another. An
// input at the path of an output is not mounted: the output begins with a copy of
// it, so that a step can go on with what it was given and hand on what became of it.
func Order(mounts []Mount) []Mount {
	out := make([]Mount, 0, len(mounts))
	for _, m := range mounts {
		if i := slices.IndexFunc(mounts, m.takes); i >= 0 {
			m.From = mounts[i].Volume
		}
		if !slices.ContainsFunc(mounts, func(o Mount) bool { return o.takes(m) }) {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b Mount) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// takes tells whether m is an output in the place of an input.
func (m Mount) takes(in Mount) bool {
	return m.Kind == MountOutput && in.Kind == MountInput && path.Clean(m.Path) == path.Clean(in.Path)
}
