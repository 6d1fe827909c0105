package draw

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/weirci/weir/compiler/graph"
)

const (
	charWidth  = 8  // pixels, of the widest letters that are usual
	labelWidth = 6  // of the smaller letters of labels
	nodeHeight = 34 // pixels
	baseline   = 4  // of text, below its middle
	margin     = 24
	gapLeast   = 70
	labelMost  = 28 // characters of a label that are shown
)

// SVG is the graph as a picture. Solid lines trigger, dashed ones do not.
// Everything is in the one text: no fonts, scripts or pictures from elsewhere.
func SVG(g *graph.Graph) string {
	p := picture{flow: flowOf(g)}
	p.collect()
	p.place()
	var b strings.Builder
	p.write(&b)
	return b.String()
}

// picture is a flow while it is drawn.
type picture struct {
	flow  flow
	nodes []box
	index map[graph.Address]int
	lines []arrow
	known map[[2]int]int // where in lines the arrow between two nodes is
	at    *layered
}

// box is a job or a resource.
type box struct {
	address graph.Address
	class   string // job, resource
	text    string
}

// arrow is one line of the picture: all of the flow's between two nodes.
type arrow struct {
	from, to int
	labels   []string
	trigger  bool
	out      bool // to what a job puts
}

func (a arrow) label() string { return strings.Join(a.labels, ", ") }

// collect makes boxes and arrows. A resource that a job both takes and puts, by
// itself or through others, has a second box for what comes out.
func (p *picture) collect() {
	p.index, p.known = map[graph.Address]int{}, map[[2]int]int{}
	for _, r := range p.flow.resources {
		p.add(r, "resource")
	}
	for _, j := range p.flow.jobs {
		p.add(j.address, "job")
	}
	lines := p.flow.lines()
	part := p.parts(lines)
	outs := map[graph.Address]int{}
	for _, l := range lines {
		from, to := p.index[l.from], p.index[l.to]
		if l.to.Kind() == graph.KindResource && part[from] == part[to] {
			if _, ok := outs[l.to]; !ok {
				outs[l.to] = len(p.nodes)
				p.nodes = append(p.nodes, box{l.to, "resource", short(l.to)})
			}
			to = outs[l.to]
		}
		p.arrow(from, to, l)
	}
}

func (p *picture) add(a graph.Address, class string) {
	p.index[a] = len(p.nodes)
	p.nodes = append(p.nodes, box{a, class, short(a)})
}

func (p *picture) arrow(from, to int, l line) {
	i, ok := p.known[[2]int{from, to}]
	if !ok {
		i = len(p.lines)
		p.known[[2]int{from, to}] = i
		p.lines = append(p.lines, arrow{from: from, to: to, out: l.to.Kind() == graph.KindResource})
	}
	p.lines[i].trigger = p.lines[i].trigger || l.trigger
	if l.label != "" {
		p.lines[i].labels = append(p.lines[i].labels, l.label)
	}
}

// parts numbers the strongly connected parts of the flow.
func (p *picture) parts(lines []line) []int {
	after, before := make([][]int, len(p.nodes)), make([][]int, len(p.nodes))
	for _, l := range lines {
		from, to := p.index[l.from], p.index[l.to]
		after[from], before[to] = append(after[from], to), append(before[to], from)
	}
	part := make([]int, len(p.nodes))
	seen := make([]bool, len(p.nodes))
	var done []int
	for i := range p.nodes {
		walkFrom(i, after, seen, func(n int) { done = append(done, n) })
	}
	clear(seen)
	for number, i := range slices.Backward(done) {
		walkFrom(i, before, seen, func(n int) { part[n] = number + 1 })
	}
	return part
}

// walkFrom calls leave for each node that can be reached and was not seen, the
// farthest first. It keeps its own stack: flows may be deep.
func walkFrom(start int, next [][]int, seen []bool, leave func(int)) {
	type frame struct{ node, child int }
	if seen[start] {
		return
	}
	seen[start] = true
	stack := []frame{{start, 0}}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if top.child == len(next[top.node]) {
			leave(top.node)
			stack = stack[:len(stack)-1]
			continue
		}
		to := next[top.node][top.child]
		top.child++
		if !seen[to] {
			seen[to] = true
			stack = append(stack, frame{to, 0})
		}
	}
}

// place finds the places of everything. Layers are so far apart that labels fit.
func (p *picture) place() {
	sizes := make([][2]int, len(p.nodes))
	for i, n := range p.nodes {
		sizes[i] = [2]int{utf8.RuneCountInString(n.text)*charWidth + 28, nodeHeight}
	}
	edges, room := make([][2]int, len(p.lines)), make([]int, len(p.lines))
	for i, l := range p.lines {
		edges[i] = [2]int{l.from, l.to}
		room[i] = utf8.RuneCountInString(cutLabel(l.label()))*labelWidth + 40
	}
	p.at = layout(sizes, edges, room)
}

func cutLabel(s string) string {
	if utf8.RuneCountInString(s) <= labelMost {
		return s
	}
	return string([]rune(s)[:labelMost-1]) + "…"
}

// text is a text in XML; what XML cannot hold becomes U+FFFD.
func text(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
	return b.String()
}

func (p *picture) size() (width, height int) {
	for _, q := range p.at.points {
		width, height = max(width, q.x+q.width/2), max(height, q.y+q.height/2)
	}
	return width + 2*margin, height + 2*margin
}

// style follows what the reader prefers, light or dark.
const style = `<style>
svg { background: #fff; font: 13px ui-sans-serif, system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
text { fill: #1c2733; text-anchor: middle; }
.job rect { fill: #e8f0fe; stroke: #3367d6; stroke-width: 1.2; }
.resource rect { fill: #f4f4f1; stroke: #8a8f98; }
path { fill: none; stroke: #5f6b7a; stroke-width: 1.3; }
path.waits { stroke-dasharray: 5 4; }
path.out { stroke: #9aa3ad; }
#arrow path { fill: #5f6b7a; stroke: none; }
.label { font-size: 10px; fill: #5f6b7a; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
@media (prefers-color-scheme: dark) {
svg { background: #14181d; }
text { fill: #e6e9ed; }
.job rect { fill: #1d2f52; stroke: #7aa2f7; }
.resource rect { fill: #23282e; stroke: #7b838c; }
path { stroke: #98a2ad; }
#arrow path { fill: #98a2ad; }
.label { fill: #aab4bf; stroke: #14181d; }
}
</style>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8 8 4 0 7.2z"/></marker></defs>
`

func (p *picture) write(b *strings.Builder) {
	width, height := p.size()
	fmt.Fprintf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%d\" height=\"%d\" viewBox=\"%d %d %d %d\">\n<title>%s</title>\n%s",
		width, height, -margin, -margin, width, height, text("Pipeline "+p.flow.pipeline), style)
	for i, l := range p.lines {
		p.writeLine(b, i, l)
	}
	for i, l := range p.lines {
		p.writeLabel(b, i, l)
	}
	for i, n := range p.nodes {
		q := p.at.points[i]
		radius := 4
		if n.class == "resource" {
			radius = nodeHeight / 2
		}
		fmt.Fprintf(b, "<g class=\"%s\"><title>%s</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/><text x=\"%d\" y=\"%d\">%s</text></g>\n",
			n.class, text(string(n.address)), q.x-q.width/2, q.y-q.height/2, q.width, q.height, radius, q.x, q.y+baseline, text(n.text))
	}
	b.WriteString("</svg>\n")
}

// writeLine draws a curve through the points of an edge, level at each.
func (p *picture) writeLine(b *strings.Builder, i int, l arrow) {
	path := p.at.paths[i]
	class := ""
	switch {
	case l.out:
		class = ` class="out"`
	case !l.trigger:
		class = ` class="waits"`
	}
	from, to := p.at.points[path[0]], p.at.points[path[len(path)-1]]
	x, y := from.x+from.width/2, from.y
	fmt.Fprintf(b, "<path%s marker-end=\"url(#arrow)\" d=\"M%d %d", class, x, y)
	for k, n := range path[1:] {
		q := p.at.points[n]
		nx, ny := q.x, q.y
		if k == len(path)-2 {
			nx = to.x - to.width/2
		}
		middle := (x + nx) / 2
		fmt.Fprintf(b, " C%d %d %d %d %d %d", middle, y, middle, ny, nx, ny)
		x, y = nx, ny
	}
	b.WriteString("\"/>\n")
}

// writeLabel names what comes through a line, near its end, where lines that
// begin at one node are apart already.
func (p *picture) writeLabel(b *strings.Builder, i int, l arrow) {
	if len(l.labels) == 0 {
		return
	}
	path := p.at.paths[i]
	last, to := p.at.points[path[len(path)-2]], p.at.points[path[len(path)-1]]
	start, end := last.x+last.width/2, to.x-to.width/2
	fmt.Fprintf(b, "<text class=\"label\" x=\"%d\" y=\"%d\"><title>%s</title>%s</text>\n",
		(start+end)/2, (last.y+to.y)/2+baseline-1, text(l.label()), text(cutLabel(l.label())))
}
