package planner

import "slices"

// pair is an element of each of two lists that belong together; -1 is none.
type pair struct{ a, b int }

// How much two elements are alike; see likeness.
const (
	exactly   = 4 // the same
	namesake  = 3 // the same kind and name, with other attributes
	sameSort  = 1 // nameless, of the same kind
	alignArea = 4 << 20
)

// align pairs the elements of two lists without crossing, so that the sum of
// their likeness is greatest (0 never pairs): the longest common subsequence,
// weighted. Lists whose middles are too long for it are not paired there.
func align[T any](a, b []T, like func(x, y T) int) []pair {
	var out []pair
	start, endA, endB := 0, len(a), len(b)
	for start < endA && start < endB && like(a[start], b[start]) == exactly {
		out = append(out, pair{start, start})
		start++
	}
	for endA > start && endB > start && like(a[endA-1], b[endB-1]) == exactly {
		endA--
		endB--
	}
	for _, p := range alignMiddle(a[start:endA], b[start:endB], like) {
		out = append(out, shift(p, start, start))
	}
	for i := range len(a) - endA {
		out = append(out, pair{endA + i, endB + i})
	}
	return out
}

func shift(p pair, byA, byB int) pair {
	if p.a >= 0 {
		p.a += byA
	}
	if p.b >= 0 {
		p.b += byB
	}
	return p
}

// alignMiddle is the dynamic programme: best[i][j] is the greatest sum for what
// follows i and j.
func alignMiddle[T any](a, b []T, like func(x, y T) int) []pair {
	width := len(b) + 1
	if len(a) == 0 || len(b) == 0 || (len(a)+1)*width > alignArea {
		return unpaired(len(a), len(b))
	}
	best := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			sum := max(best[(i+1)*width+j], best[i*width+j+1])
			if l := like(a[i], b[j]); l > 0 {
				sum = max(sum, best[(i+1)*width+j+1]+int32(l))
			}
			best[i*width+j] = sum
		}
	}
	return walk(best, a, b, like)
}

// walk reads the pairs off the table; what goes comes before what takes its place.
func walk[T any](best []int32, a, b []T, like func(x, y T) int) []pair {
	var out []pair
	width := len(b) + 1
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		here := best[i*width+j]
		l := like(a[i], b[j])
		switch {
		case l > 0 && here == best[(i+1)*width+j+1]+int32(l):
			out = append(out, pair{i, j})
			i++
			j++
		case here == best[(i+1)*width+j]:
			out = append(out, pair{i, -1})
			i++
		default:
			out = append(out, pair{-1, j})
			j++
		}
	}
	for _, p := range unpaired(len(a)-i, len(b)-j) {
		out = append(out, shift(p, i, j))
	}
	return out
}

func unpaired(a, b int) []pair {
	out := slices.Grow([]pair(nil), a+b)
	for i := range a {
		out = append(out, pair{i, -1})
	}
	for j := range b {
		out = append(out, pair{-1, j})
	}
	return out
}
