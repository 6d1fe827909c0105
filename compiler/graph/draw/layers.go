package draw

import "slices"

// layered is a drawing of a graph without cycles in layers from left to right,
// after Sugiyama: every edge goes from one layer to the next, those that are
// longer through points of their own; the order inside of the layers has few
// crossings; then each point comes to where its neighbours are. It knows sizes
// and numbers, nothing of what is drawn.
type layered struct {
	points []point // the nodes first, then points of long edges
	paths  [][]int // of each edge, the points that it goes through
	layers [][]int // points, from top to bottom
}

// point is a node, or where a long edge passes a layer.
type point struct {
	width, height int
	layer         int
	x, y          int // of its middle
	before, after []int
}

const (
	betweenNodes = 22 // pixels from box to box inside of a layer
	betweenEdges = 10
	sweeps       = 12
)

// layout places nodes of the given sizes. room is how much an edge needs before
// its end, for a label.
func layout(sizes, edges [][2]int, room []int) *layered {
	l := &layered{points: make([]point, len(sizes))}
	for i, s := range sizes {
		l.points[i].width, l.points[i].height = s[0], s[1]
	}
	l.rank(edges)
	l.route(edges)
	l.order()
	l.columns(room)
	l.rows()
	return l
}

// rank gives each node its layer: behind all that come before it, and sources
// directly before the first that needs them.
func (l *layered) rank(edges [][2]int) {
	n := len(l.points)
	after, waiting := make([][]int, n), make([]int, n)
	for _, e := range edges {
		after[e[0]] = append(after[e[0]], e[1])
		waiting[e[1]]++
	}
	source := make([]bool, n)
	var ready []int
	for i := range n {
		if waiting[i] == 0 {
			ready = append(ready, i)
			source[i] = true
		}
	}
	for k := 0; k < len(ready); k++ {
		for _, to := range after[ready[k]] {
			l.points[to].layer = max(l.points[to].layer, l.points[ready[k]].layer+1)
			if waiting[to]--; waiting[to] == 0 {
				ready = append(ready, to)
			}
		}
	}
	for i := range n {
		if !source[i] || len(after[i]) == 0 {
			continue
		}
		first := l.points[after[i][0]].layer
		for _, to := range after[i] {
			first = min(first, l.points[to].layer)
		}
		l.points[i].layer = first - 1
	}
}

// route cuts long edges into pieces from layer to layer.
func (l *layered) route(edges [][2]int) {
	for _, e := range edges {
		path := []int{e[0]}
		for layer := l.points[e[0]].layer + 1; layer < l.points[e[1]].layer; layer++ {
			path = append(path, len(l.points))
			l.points = append(l.points, point{layer: layer})
		}
		path = append(path, e[1])
		for i := 1; i < len(path); i++ {
			from, to := path[i-1], path[i]
			l.points[from].after = append(l.points[from].after, to)
			l.points[to].before = append(l.points[to].before, from)
		}
		l.paths = append(l.paths, path)
	}
	for i, p := range l.points {
		for len(l.layers) <= p.layer {
			l.layers = append(l.layers, nil)
		}
		l.layers[p.layer] = append(l.layers[p.layer], i)
	}
}

// order sorts each layer by where its neighbours are, back and forth, and keeps
// the order with the fewest crossings.
func (l *layered) order() {
	best, fewest := l.copyLayers(), l.crossings()
	for sweep := range sweeps {
		if sweep%2 == 0 {
			for i := 1; i < len(l.layers); i++ {
				l.sortLayer(i, func(p point) []int { return p.before })
			}
		} else {
			for i := len(l.layers) - 2; i >= 0; i-- {
				l.sortLayer(i, func(p point) []int { return p.after })
			}
		}
		l.swap()
		if n := l.crossings(); n < fewest {
			best, fewest = l.copyLayers(), n
		}
	}
	l.layers = best
}

func (l *layered) copyLayers() [][]int {
	out := make([][]int, len(l.layers))
	for i := range out {
		out[i] = slices.Clone(l.layers[i])
	}
	return out
}

// positions are the places of all points in their layers.
func (l *layered) positions() []int {
	out := make([]int, len(l.points))
	for _, layer := range l.layers {
		for i, p := range layer {
			out[p] = i
		}
	}
	return out
}

// sortLayer orders a layer by the mean place of its neighbours; what has none
// stays where it is.
func (l *layered) sortLayer(i int, neighbours func(point) []int) {
	place := l.positions()
	mean := make(map[int]int, len(l.layers[i]))
	for at, p := range l.layers[i] {
		near := neighbours(l.points[p])
		if len(near) == 0 {
			mean[p] = at * 1024
			continue
		}
		sum := 0
		for _, n := range near {
			sum += place[n]
		}
		mean[p] = sum * 1024 / len(near)
	}
	slices.SortStableFunc(l.layers[i], func(a, b int) int { return mean[a] - mean[b] })
}
