package draw

import (
	"fmt"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// DOT is the graph for Graphviz. Solid lines trigger, dashed ones do not.
func DOT(g *graph.Graph) string {
	f := flowOf(g)
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n", dotText(f.pipeline))
	for _, r := range f.resources {
		fmt.Fprintf(&b, "  %s [label=%s, shape=ellipse];\n", dotText(string(r)), dotText(short(r)))
	}
	for _, j := range f.jobs {
		fmt.Fprintf(&b, "  %s [label=%s, shape=box, style=rounded];\n", dotText(string(j.address)), dotText(short(j.address)))
	}
	for _, l := range f.lines() {
		fmt.Fprintf(&b, "  %s -> %s%s;\n", dotText(string(l.from)), dotText(string(l.to)), l.dot())
	}
	b.WriteString("}\n")
	return b.String()
}

func (l line) dot() string {
	var attrs []string
	if l.label != "" {
		attrs = append(attrs, "label="+dotText(l.label))
	}
	if l.to.Kind() == graph.KindJob && !l.trigger {
		attrs = append(attrs, "style=dashed")
	}
	if len(attrs) == 0 {
		return ""
	}
	return " [" + strings.Join(attrs, ", ") + "]"
}

var dotEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func dotText(s string) string { return `"` + dotEscapes.Replace(s) + `"` }
