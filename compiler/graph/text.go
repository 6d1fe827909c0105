package graph

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Text is the graph for people and golden files: each node with its short
// digests, then its attributes, indented.
func (g *Graph) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "graph %s\n", g.digest)
	for i := range g.nodes {
		n := &g.nodes[i]
		fmt.Fprintf(&b, "\n%s  spec %s  exec %s\n", n.Address, n.SpecDigest.Short(), n.ExecDigest.Short())
		writeMap(&b, Attributes(n.Spec), "  ")
	}
	return b.String()
}

func writeMap(b *strings.Builder, m Map, indent string) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		b.WriteString(indent + k)
		writeValue(b, m[k], indent)
	}
}

// writeValue finishes the line that the caller began with a name or a dash.
func writeValue(b *strings.Builder, v Value, indent string) {
	switch v := v.(type) {
	case Map:
		b.WriteString("\n")
		writeMap(b, v, indent+"  ")
	case List:
		if text, ok := flat(v); ok {
			b.WriteString(" = " + text + "\n")
			return
		}
		b.WriteString("\n")
		for _, item := range v {
			b.WriteString(indent + "  -")
			writeValue(b, item, indent+"  ")
		}
	case String:
		writeString(b, string(v), indent)
	default:
		b.WriteString(" = " + scalar(v) + "\n")
	}
}

// writeString puts text of several lines below, as it is.
func writeString(b *strings.Builder, s, indent string) {
	if !strings.Contains(strings.TrimSuffix(s, "\n"), "\n") {
		b.WriteString(" = " + strconv.Quote(s) + "\n")
		return
	}
	b.WriteString(" = |\n")
	for line := range strings.Lines(s) {
		b.WriteString(indent + "    " + strings.TrimSuffix(line, "\n") + "\n")
	}
}

// flat is a list of scalars on one line.
func flat(l List) (string, bool) {
	parts := make([]string, len(l))
	for i, item := range l {
		switch item.(type) {
		case List, Map:
			return "", false
		}
		parts[i] = scalar(item)
	}
	return "[" + strings.Join(parts, ", ") + "]", true
}

func scalar(v Value) string {
	switch v := v.(type) {
	case Bool:
		return strconv.FormatBool(bool(v))
	case Number:
		return string(v)
	case String:
		return strconv.Quote(string(v))
	case Deferred:
		return "deferred " + strconv.Quote(v.Source)
	}
	return "null"
}
