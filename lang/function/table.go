package function

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/zclconf/go-cty/cty/function"
)

// groups are the parts of the table, in the order in which people look for them.
var groups = []struct {
	name string
	rows func() []row
}{
	{"Numbers", numbers},
	{"Text", texts},
	{"Collections", collections},
	{"Encodings", encodings},
	{"Hashes", hashes},
	{"Dates", dates},
	{"Networks", networks},
	{"Paths", paths},
	{"Types and errors", conversions},
}

// withoutFiles are the functions that read none.
var withoutFiles = sync.OnceValue(func() []Entry {
	var all []Entry
	for _, g := range groups {
		all = append(all, entries(g.name, g.rows())...)
	}
	return all
})

// All is every function, by group, and by name inside of it. It is shared:
// read it only.
var All = sync.OnceValue(func() []Entry { return slices.Concat(withoutFiles(), files(Dirs{})) })

func entries(group string, rows []row) []Entry {
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = r.entry(group)
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Table is every function by its name. Those that read files fail in it: they
// need directories, see In. It is shared: read it only.
var Table = sync.OnceValue(func() map[string]function.Function { return byName(All()) })

func byName(all []Entry) map[string]function.Function {
	out := make(map[string]function.Function, len(all))
	for _, e := range all {
		out[e.Name] = e.function
	}
	return out
}

// In is the table with functions that read the files of a module.
func In(d Dirs) map[string]function.Function {
	out := maps.Clone(pure())
	maps.Copy(out, byName(files(d)))
	return out
}

var pure = sync.OnceValue(func() map[string]function.Function { return byName(withoutFiles()) })

// Names are the names of all functions, sorted.
func Names() []string { return slices.Sorted(maps.Keys(Table())) }

// Lookup is the entry of a function.
func Lookup(name string) (Entry, bool) {
	i := slices.IndexFunc(All(), func(e Entry) bool { return e.Name == name })
	if i < 0 {
		return Entry{}, false
	}
	return All()[i], true
}

// ReadsFiles reports whether a function of this name reads files, so that a
// call of it cannot be left to a run.
func ReadsFiles(name string) bool {
	e, ok := Lookup(name)
	return ok && e.Files
}
