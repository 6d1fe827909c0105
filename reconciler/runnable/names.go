package runnable

import (
	"maps"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// sourceTypes are the kinds of secret sources that servers read.
var sourceTypes = []string{"env", "file"}

// secrets finds the secrets where none can stand, each once: the server decides
// about a condition, and only workers are told secrets.
func secrets(v graph.Value, add func(string)) {
	var seen []string
	walk(v, func(d graph.Deferred) {
		for _, ref := range d.Refs {
			root, _, _ := strings.Cut(ref, ".")
			if root == "secret" && !slices.Contains(seen, ref) {
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
