package runnable

import (
	"maps"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// unknownRoots are what expressions may name and no run knows yet. What load
// names needs a step that is a gap itself.
var unknownRoots = []string{"secret"}

// deferred finds the names in expressions that no run knows yet, each once.
func deferred(v graph.Value, add func(string)) {
	var seen []string
	walk(v, func(d graph.Deferred) {
		for _, ref := range d.Refs {
			root, _, _ := strings.Cut(ref, ".")
			if slices.Contains(unknownRoots, root) && !slices.Contains(seen, ref) {
				seen = append(seen, ref)
				add(ref)
			}
		}
	})
}

// walk finds all deferred values, those in maps by key.
func walk(v graph.Value, f func(graph.Deferred)) {
	switch v := v.(type) {
	case graph.Deferred:
		f(v)
	case graph.List:
		for _, x := range v {
			walk(x, f)
		}
	case graph.Map:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			walk(v[k], f)
		}
	}
}
