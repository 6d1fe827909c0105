package draw

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

// randomEdges go from lower numbers to higher ones, so there is no cycle.
func randomEdges(t *rapid.T, nodes int) (edges [][2]int) {
	seen := map[[2]int]bool{}
	for range rapid.IntRange(0, 2*nodes).Draw(t, "edges") {
		to := rapid.IntRange(1, nodes).Draw(t, "to")
		e := [2]int{rapid.IntRange(0, to-1).Draw(t, "from"), to}
		if !seen[e] {
			seen[e] = true
			edges = append(edges, e)
		}
	}
	return edges
}

// Whatever the graph: lines lead to the right, from layer to layer, and no two
// boxes touch one another.
func TestLayout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nodes := rapid.IntRange(1, 25).Draw(t, "nodes")
		edges := randomEdges(t, nodes)
		sizes := make([][2]int, nodes+1)
		for i := range sizes {
			sizes[i] = [2]int{rapid.IntRange(10, 200).Draw(t, "width"), nodeHeight}
		}
		l := layout(sizes, edges, make([]int, len(edges)))
		for i, path := range l.paths {
			if path[0] != edges[i][0] || path[len(path)-1] != edges[i][1] {
				t.Fatalf("edge %v goes %v", edges[i], path)
			}
			for k := 1; k < len(path); k++ {
				a, b := l.points[path[k-1]], l.points[path[k]]
				if b.layer != a.layer+1 || a.x+a.width/2 >= b.x-b.width/2 {
					t.Fatalf("edge %v goes from %+v to %+v", edges[i], a, b)
				}
			}
		}
		for _, layer := range l.layers {
			for k := 1; k < len(layer); k++ {
				a, b := l.points[layer[k-1]], l.points[layer[k]]
				if a.y+a.height/2 >= b.y-b.height/2 {
					t.Fatalf("%+v and %+v touch", a, b)
				}
			}
		}
	})
}

// Counting crossings by merging is counting them one by one.
func TestCrossings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOf(rapid.IntRange(0, 20)).Draw(t, "ends")
		want := 0
		for i := range a {
			for _, b := range a[i+1:] {
				if a[i] > b {
					want++
				}
			}
		}
		if got := inversions(slices.Clone(a)); got != want {
			t.Fatalf("%v: %d, want %d", a, got, want)
		}
	})
}

// A tree needs no crossings.
func TestNoNeedlessCrossings(t *testing.T) {
	var edges [][2]int
	for i := 1; i < 40; i++ {
		edges = append(edges, [2]int{(i - 1) / 3, i})
	}
	slices.Reverse(edges)
	if l := layout(make([][2]int, 40), edges, make([]int, len(edges))); l.crossings() != 0 {
		t.Errorf("%d crossings", l.crossings())
	}
}

// Names are text, whatever is in them.
func TestSVGEscapes(t *testing.T) {
	b := graph.NewBuilder(graph.Header{})
	evil := graph.Address(`job.unit["</text><script>alert(1)</script>&\""]`)
	for a, s := range map[graph.Address]graph.Spec{
		graph.PipelineAddress: graph.Pipeline{Name: `p<&">`, Team: "main"}, evil: graph.Job{Steps: []graph.Step{{Name: "t", Body: graph.Task{Image: "x", Run: []string{"x"}}}}},
	} {
		if err := b.Add(a, s, graph.Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	svg := SVG(g)
	elements := wellFormed(t, svg)
	if elements["script"] > 0 || elements["rect"] != 1 || strings.Contains(svg, "<script") {
		t.Errorf("%v\n%s", elements, svg)
	}
}

// wellFormed counts the elements of a text in XML.
func wellFormed(t *testing.T, text string) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return seen
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if start, ok := token.(xml.StartElement); ok {
			seen[start.Name.Local]++
		}
	}
}

// Each node has one box; what a job both takes and puts has one on each side of it.
func TestSVGBoxes(t *testing.T) {
	svg := SVG(shop(t))
	if n := wellFormed(t, svg)["rect"]; n != len(shop(t).Nodes())-1 { // less the pipeline
		t.Errorf("%d boxes in\n%s", n, svg)
	}
	if svg != SVG(shop(t)) {
		t.Error("it is not the same every time")
	}
	b := graph.NewBuilder(graph.Header{})
	for a, s := range map[graph.Address]graph.Spec{
		graph.PipelineAddress: graph.Pipeline{Name: "p", Team: "main"}, app: graph.Resource{Type: "git"},
		"job.bump": graph.Job{Steps: []graph.Step{get(app, true), put(app)}},
	} {
		if err := b.Add(a, s, graph.Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if svg := SVG(g); strings.Count(svg, "<title>resource.git.app</title>") != 2 {
		t.Error(svg)
	}
}

// Thousands of jobs are drawn, too.
func TestSVGOfManyJobs(t *testing.T) {
	b := graph.NewBuilder(graph.Header{})
	add := func(a graph.Address, s graph.Spec) {
		if err := b.Add(a, s, graph.Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	add(graph.PipelineAddress, graph.Pipeline{Name: "p", Team: "main"})
	add(app, graph.Resource{Type: "mock"})
	for i := range 3000 {
		s := get(app, true)
		if i >= 10 {
			s = get(app, true, graph.Address(fmt.Sprintf("job.j%d", i-10)))
		}
		add(graph.Address(fmt.Sprintf("job.j%d", i)), graph.Job{Steps: []graph.Step{s}})
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if n := wellFormed(t, SVG(g))["rect"]; n != 3001 {
		t.Errorf("%d boxes", n)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}
