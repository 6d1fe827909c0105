package planner

import (
	"maps"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// Delta is how one value became another: Keep, Add, Remove, Replace, TextDelta,
// MapDelta or ListDelta.
type Delta interface{ delta() }

// Keep is a value that stays.
type Keep struct{ Value graph.Value }

// Add is a value where none was.
type Add struct{ New graph.Value }

// Remove is a value that goes.
type Remove struct{ Old graph.Value }

// Replace is a value with another in its place.
type Replace struct{ Old, New graph.Value }

// TextDelta is a text of several lines, changed in some of them.
type TextDelta struct{ Lines []Delta } // Keep, Add and Remove of graph.String, without line ends

// MapDelta is a map with the same or other keys.
type MapDelta struct{ Fields []Field } // sorted by name

// Field is one key of a MapDelta.
type Field struct {
	Name  string
	Delta Delta
}

// ListDelta is a list in the order of what is new, with what went between.
type ListDelta struct{ Items []Delta }

func (Keep) delta()      {}
func (Add) delta()       {}
func (Remove) delta()    {}
func (Replace) delta()   {}
func (TextDelta) delta() {}
func (MapDelta) delta()  {}
func (ListDelta) delta() {}

// Empty says that the two maps are the same.
func (d MapDelta) Empty() bool {
	for _, f := range d.Fields {
		if _, keep := f.Delta.(Keep); !keep {
			return false
		}
	}
	return true
}

// Sides puts both texts together again.
func (d TextDelta) Sides() (old, new string) {
	var was, is []string
	for _, l := range d.Lines {
		switch l := l.(type) {
		case Keep:
			text := string(l.Value.(graph.String))
			was, is = append(was, text), append(is, text)
		case Add:
			is = append(is, string(l.New.(graph.String)))
		case Remove:
			was = append(was, string(l.Old.(graph.String)))
		}
	}
	return strings.Join(was, "\n"), strings.Join(is, "\n")
}

// DiffValues compares two values. Maps are compared by key; lists are aligned,
// so that one step put in front is one addition.
func DiffValues(old, new graph.Value) Delta {
	if fingerprint(old) == fingerprint(new) {
		return Keep{new}
	}
	switch o := old.(type) {
	case graph.Map:
		if n, ok := new.(graph.Map); ok {
			return diffMaps(o, n)
		}
	case graph.List:
		if n, ok := new.(graph.List); ok {
			return diffLists(o, n)
		}
	case graph.String:
		if n, ok := new.(graph.String); ok && strings.Contains(string(o+n), "\n") {
			return diffText(string(o), string(n))
		}
	}
	return Replace{old, new}
}

func diffMaps(old, new graph.Map) MapDelta {
	names := slices.AppendSeq(slices.Collect(maps.Keys(old)), maps.Keys(new))
	slices.Sort(names)
	var d MapDelta
	for _, name := range slices.Compact(names) {
		o, was := old[name]
		n, is := new[name]
		switch {
		case !was:
			d.Fields = append(d.Fields, Field{name, Add{n}})
		case !is:
			d.Fields = append(d.Fields, Field{name, Remove{o}})
		default:
			d.Fields = append(d.Fields, Field{name, DiffValues(o, n)})
		}
	}
	return d
}

func diffLists(old, new graph.List) ListDelta {
	var d ListDelta
	for _, p := range align(items(old), items(new), likeness) {
		switch {
		case p.b < 0:
			d.Items = append(d.Items, Remove{old[p.a]})
		case p.a < 0:
			d.Items = append(d.Items, Add{new[p.b]})
		default:
			d.Items = append(d.Items, DiffValues(old[p.a], new[p.b]))
		}
	}
	return d
}

func diffText(old, new string) TextDelta {
	a, b := strings.Split(old, "\n"), strings.Split(new, "\n")
	same := func(x, y string) int {
		if x == y {
			return exactly
		}
		return 0
	}
	var d TextDelta
	for _, p := range align(a, b, same) {
		switch {
		case p.b < 0:
			d.Lines = append(d.Lines, Remove{graph.String(a[p.a])})
		case p.a < 0:
			d.Lines = append(d.Lines, Add{graph.String(b[p.b])})
		default:
			d.Lines = append(d.Lines, Keep{graph.String(b[p.b])})
		}
	}
	return d
}
