package compiler

import "github.com/weirci/weir/lang/diag"

// edge says that one thing needs another, and where that is written.
type edge struct {
	from, to int
	at       diag.Range
}

// visit walks a graph of n things in depth. order has each after all it
// needs; cycles are closed walks, each as its edges, together touching every
// strongly connected part that is one.
func visit(n int, next func(int) []edge) (order []int, cycles [][]edge) {
	w := walk{next: next, state: make([]visitState, n)}
	for i := range n {
		w.from(i)
	}
	return w.order, w.cycles
}

type visitState uint8

const (
	unseen visitState = iota
	open
	closed
)

type walk struct {
	next   func(int) []edge
	state  []visitState
	path   []edge // from the start to where the walk is
	order  []int
	cycles [][]edge
}

func (w *walk) from(i int) {
	if w.state[i] != unseen {
		return
	}
	w.state[i] = open
	for _, e := range w.next(i) {
		w.path = append(w.path, e)
		switch w.state[e.to] {
		case unseen:
			w.from(e.to)
		case open:
			w.close(e)
		}
		w.path = w.path[:len(w.path)-1]
	}
	w.state[i] = closed
	w.order = append(w.order, i)
}

// close cuts the cycle that ends with e out of the path.
func (w *walk) close(e edge) {
	start := len(w.path) - 1
	for w.path[start].from != e.to {
		start--
	}
	w.cycles = append(w.cycles, append([]edge(nil), w.path[start:]...))
}
