package planner

import (
	"strconv"
	"strings"

	"maps"
	"slices"

	"github.com/weirci/weir/compiler/graph"
)

// item is an element of a list as alignment sees it.
type item struct{ print, kind, name string }

func items(l graph.List) []item {
	out := make([]item, len(l))
	for i, v := range l {
		out[i].print = fingerprint(v)
		if m, ok := v.(graph.Map); ok {
			out[i].kind, out[i].name = StepLabel(m)
			if out[i].kind == "" {
				out[i].name = ownName(m)
			}
		}
	}
	return out
}

// likeness says how much two elements of a list are alike.
func likeness(a, b item) int {
	switch {
	case a.print == b.print:
		return exactly
	case a.kind != b.kind || a.name != b.name || a.kind == "" && a.name == "":
		return 0
	case a.name == "":
		return sameSort
	}
	return namesake
}

// ownName is what a map that is no step is called: a service, a param, a variable
// of across.
func ownName(m graph.Map) string {
	for _, key := range []string{"name", "var"} {
		if s, ok := m[key].(graph.String); ok {
			return string(s)
		}
	}
	return ""
}

// StepLabel reads kind and name off the attributes of a step: "task", "test".
// kind is "" where the map is no step.
func StepLabel(m graph.Map) (kind, name string) {
	for _, k := range graph.StepKinds() {
		if _, ok := m[string(k)].(graph.Map); ok {
			label, _ := m["name"].(graph.String)
			return string(k), string(label)
		}
	}
	return "", ""
}

// fingerprint is text that two values share if and only if they are equal.
func fingerprint(v graph.Value) string {
	var b strings.Builder
	writePrint(&b, v)
	return b.String()
}

func writePrint(b *strings.Builder, v graph.Value) {
	switch v := v.(type) {
	case graph.Bool:
		b.WriteString(strconv.FormatBool(bool(v)))
	case graph.Number:
		b.WriteString(string(v))
	case graph.String:
		b.WriteString(strconv.Quote(string(v)))
	case graph.List:
		b.WriteByte('[')
		for _, x := range v {
			writePrint(b, x)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case graph.Map:
		b.WriteByte('{')
		for _, k := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(strconv.Quote(k) + ":")
			writePrint(b, v[k])
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case graph.Deferred:
		refs := slices.Compact(slices.Sorted(slices.Values(v.Refs)))
		b.WriteString("deferred(" + strconv.Quote(v.Source))
		writePrint(b, v.Closed)
		b.WriteString(strings.Join(refs, " ") + ")")
	default:
		b.WriteString("null")
	}
}
