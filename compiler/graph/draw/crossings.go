package draw

import "slices"

// crossings counts pairs of edges that cross.
func (l *layered) crossings() int {
	place, n := l.positions(), 0
	for _, layer := range l.layers {
		var ends []int // where edges end, in the order in which they begin
		for _, p := range layer {
			to := make([]int, len(l.points[p].after))
			for k, a := range l.points[p].after {
				to[k] = place[a]
			}
			slices.Sort(to)
			ends = append(ends, to...)
		}
		n += inversions(ends)
	}
	return n
}

// inversions counts the pairs that are in the wrong order, by merging.
func inversions(a []int) int {
	if len(a) < 2 {
		return 0
	}
	left, right := slices.Clone(a[:len(a)/2]), slices.Clone(a[len(a)/2:])
	n := inversions(left) + inversions(right)
	slices.Sort(left)
	slices.Sort(right)
	for i, k := 0, 0; i < len(left); i++ {
		for k < len(right) && right[k] < left[i] {
			k++
		}
		n += k
	}
	return n
}

const largest = 5000 // points, of drawings whose neighbours are tried the other way round

// swap exchanges neighbours in a layer wherever that saves crossings.
func (l *layered) swap() {
	if len(l.points) > largest {
		return
	}
	place := l.positions()
	for better, rounds := true, 0; better && rounds < 8; rounds++ {
		better = false
		for _, layer := range l.layers {
			for i := 1; i < len(layer); i++ {
				a, b := layer[i-1], layer[i]
				if l.between(b, a, place) < l.between(a, b, place) {
					layer[i-1], layer[i] = b, a
					place[a], place[b] = i, i-1
					better = true
				}
			}
		}
	}
}

// between counts the crossings of the edges of two neighbours, a above b.
func (l *layered) between(a, b int, place []int) (n int) {
	for _, sides := range [2][2][]int{{l.points[a].before, l.points[b].before}, {l.points[a].after, l.points[b].after}} {
		for _, x := range sides[0] {
			for _, y := range sides[1] {
				if place[x] > place[y] {
					n++
				}
			}
		}
	}
	return n
}
