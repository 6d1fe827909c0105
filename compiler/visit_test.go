package compiler

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What is called cyclic can reach itself and nothing else can; cycles are
// closed walks of edges that there are; and without cycles the order has each
// thing after what it needs.
func TestVisit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 8).Draw(t, "things")
		graph := make([][]edge, n)
		for range rapid.IntRange(0, 2*n).Draw(t, "edges") {
			e := edge{from: rapid.IntRange(0, n-1).Draw(t, "from"), to: rapid.IntRange(0, n-1).Draw(t, "to")}
			graph[e.from] = append(graph[e.from], e)
		}
		order, cycles, cyclic := visit(n, func(i int) []edge { return graph[i] })
		if len(order) != n {
			t.Fatalf("the order has %d of %d", len(order), n)
		}
		for i := range n {
			if slices.Contains(cyclic, i) != reaches(graph, i, i) {
				t.Fatalf("%d: cyclic %v in %v", i, cyclic, graph)
			}
		}
		for _, c := range cycles {
			for k, e := range c {
				if !slices.Contains(graph[e.from], e) || c[(k+1)%len(c)].from != e.to {
					t.Fatalf("%v is no cycle of %v", c, graph)
				}
			}
		}
		if (len(cycles) == 0) != (len(cyclic) == 0) {
			t.Fatalf("%v, %v", cycles, cyclic)
		}
		if len(cyclic) == 0 {
			inOrder(t, graph, order)
		}
	})
}

func inOrder(t *rapid.T, graph [][]edge, order []int) {
	for _, edges := range graph {
		for _, e := range edges {
			if slices.Index(order, e.to) > slices.Index(order, e.from) {
				t.Fatalf("%v comes too late in %v", e, order)
			}
		}
	}
}

func reaches(graph [][]edge, from, to int) bool {
	seen, todo := map[int]bool{}, []int{from}
	for ; len(todo) > 0; todo = todo[1:] {
		for _, e := range graph[todo[0]] {
			if e.to == to {
				return true
			}
			if !seen[e.to] {
				seen[e.to] = true
				todo = append(todo, e.to)
			}
		}
	}
	return false
}

// Where everything needs everything there are more cycles than can be told.
func TestVisitOfAllToAll(t *testing.T) {
	const n = 1000
	all := make([][]edge, n)
	for i := range n {
		for k := range n {
			all[i] = append(all[i], edge{from: i, to: k})
		}
	}
	start := time.Now()
	_, cycles, cyclic := visit(n, func(i int) []edge { return all[i] })
	if len(cycles) != shownCycles || len(cyclic) != n || time.Since(start) > 30*time.Second {
		t.Errorf("%d cycles, %d things, %v", len(cycles), len(cyclic), time.Since(start))
	}
}
