package compiler

import (
	"slices"

	"github.com/weirci/weir/lang/diag"
)

// edge says that one thing needs another, and where that is written.
type edge struct {
	from, to int
	at       diag.Range
}

// visit walks a graph of n things in depth. order has each after all it needs,
// as far as there are no cycles. cyclic are the things that need themselves, by
// whatever way; cycles are closed walks among them, each as its edges.
func visit(n int, next func(int) []edge) (order []int, cycles [][]edge, cyclic []int) {
	w := walk{next: next, seen: make([]int, n), low: make([]int, n), open: make([]bool, n)}
	for i := range n {
		if w.seen[i] == 0 {
			w.from(i)
		}
	}
	slices.SortFunc(w.parts, func(a, b []int) int { return a[0] - b[0] })
	for _, part := range w.parts {
		cycles = append(cycles, cyclesOf(part, next)...)
		cyclic = append(cyclic, part...)
	}
	return w.order, cycles, cyclic
}

// walk finds the strongly connected parts of a graph, after Tarjan.
type walk struct {
	next  func(int) []edge
	seen  []int // when a thing was met first, from 1; 0: not yet
	low   []int // the earliest thing on the stack that can be reached
	open  []bool
	stack []int
	clock int
	order []int
	parts [][]int // those with a cycle, each sorted
}

func (w *walk) from(i int) {
	w.clock++
	w.seen[i], w.low[i], w.open[i] = w.clock, w.clock, true
	w.stack = append(w.stack, i)
	itself := false
	for _, e := range w.next(i) {
		itself = itself || e.to == i
		if w.seen[e.to] == 0 {
			w.from(e.to)
			w.low[i] = min(w.low[i], w.low[e.to])
		} else if w.open[e.to] {
			w.low[i] = min(w.low[i], w.seen[e.to])
		}
	}
	w.order = append(w.order, i)
	if w.low[i] == w.seen[i] {
		w.close(i, itself)
	}
}

// close takes a part off the stack, down to its first thing.
func (w *walk) close(first int, itself bool) {
	at := slices.Index(w.stack, first)
	part := slices.Clone(w.stack[at:])
	w.stack = w.stack[:at]
	for _, i := range part {
		w.open[i] = false
	}
	if len(part) > 1 || itself {
		slices.Sort(part)
		w.parts = append(w.parts, part)
	}
}

const (
	shownCycles = 10 // of a part where everything hangs together
	shownEdges  = 20 // of a cycle
)

// cyclesOf are short cycles of a strongly connected part, so that the first
// things of it are in one each.
func cyclesOf(part []int, next func(int) []edge) [][]edge {
	inside := make(map[int][]edge, len(part))
	for _, i := range part {
		inside[i] = nil
	}
	for _, i := range part {
		for _, e := range next(i) {
			if _, ok := inside[e.to]; ok {
				inside[i] = append(inside[i], e)
			}
		}
	}
	var cycles [][]edge
	covered := map[int]bool{}
	for _, i := range part {
		if covered[i] || len(cycles) == shownCycles {
			continue
		}
		c := shortest(i, inside)
		for _, e := range c {
			covered[e.from] = true
		}
		cycles = append(cycles, c)
	}
	return cycles
}

// shortest is the shortest cycle through a thing, which there is.
func shortest(start int, edges map[int][]edge) []edge {
	came := map[int]edge{}
	for queue := []int{start}; len(queue) > 0; queue = queue[1:] {
		for _, e := range edges[queue[0]] {
			if _, known := came[e.to]; known {
				continue
			}
			came[e.to] = e
			if e.to == start {
				return back(start, came)
			}
			queue = append(queue, e.to)
		}
	}
	return nil
}

func back(start int, came map[int]edge) []edge {
	cycle := []edge{came[start]}
	for cycle[len(cycle)-1].from != start {
		cycle = append(cycle, came[cycle[len(cycle)-1].from])
	}
	slices.Reverse(cycle)
	return cycle
}
