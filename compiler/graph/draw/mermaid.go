package draw

import (
	"fmt"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// Mermaid is the graph as a Mermaid flowchart, which code forges show in
// Markdown. Solid lines trigger, dotted ones do not.
func Mermaid(g *graph.Graph) string {
	f := flowOf(g)
	ids := map[graph.Address]string{}
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, r := range f.resources {
		ids[r] = fmt.Sprintf("r%d", i)
		fmt.Fprintf(&b, "  %s([\"%s\"])\n", ids[r], mermaidText(short(r)))
	}
	for i, j := range f.jobs {
		ids[j.address] = fmt.Sprintf("j%d", i)
		fmt.Fprintf(&b, "  %s[\"%s\"]\n", ids[j.address], mermaidText(short(j.address)))
	}
	for _, l := range f.lines() {
		arrow := "-->"
		if l.to.Kind() == graph.KindJob && !l.trigger {
			arrow = "-.->"
		}
		if l.label != "" {
			arrow += "|\"" + mermaidText(l.label) + "\"|"
		}
		fmt.Fprintf(&b, "  %s %s %s\n", ids[l.from], arrow, ids[l.to])
	}
	return b.String()
}

var mermaidEscapes = strings.NewReplacer(`"`, "#quot;", "#", "#35;", "\n", " ")

func mermaidText(s string) string { return mermaidEscapes.Replace(s) }
