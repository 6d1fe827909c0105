package draw

// columns gives the layers their places from left to right, with room between
// them for the labels of the edges that end there.
func (l *layered) columns(room []int) {
	gaps := make([]int, len(l.layers))
	for i, path := range l.paths {
		at := l.points[path[len(path)-2]].layer
		gaps[at] = max(gaps[at], room[i])
	}
	x := 0
	for i, layer := range l.layers {
		widest := 0
		for _, p := range layer {
			widest = max(widest, l.points[p].width)
		}
		for _, p := range layer {
			l.points[p].x = x + widest/2
		}
		x += widest + max(gapLeast, gaps[i])
	}
}

// rows gives the points their places from top to bottom: again and again where
// their neighbours are, as far as the order and the room allow.
func (l *layered) rows() {
	for i := range l.layers {
		l.settle(i, func(int) (int, bool) { return 0, false })
	}
	for sweep := range 2 * sweeps {
		forward := sweep%2 == 0
		for i := range l.layers {
			if !forward {
				i = len(l.layers) - 1 - i
			}
			l.settle(i, func(p int) (int, bool) { return l.wish(p, forward, sweep >= sweeps) })
		}
	}
	l.toTop()
}

// wish is where a point would like to be: in the middle of its neighbours on
// one side, or on both.
func (l *layered) wish(p int, forward, both bool) (int, bool) {
	near := l.points[p].after
	if forward {
		near = l.points[p].before
	}
	if both || len(near) == 0 {
		near = append(append([]int{}, l.points[p].before...), l.points[p].after...)
	}
	if len(near) == 0 {
		return 0, false
	}
	sum := 0
	for _, n := range near {
		sum += l.points[n].y
	}
	return sum / len(near), true
}

// block is points that touch one another, so that they move together.
type block struct {
	from, to int // in the layer
	wishes   int // the sum of what each wishes for the top of the block
	count    int
}

func (b block) top() int { return b.wishes / max(b.count, 1) }

// settle places a layer so that the points are as near to their wishes as can
// be (least squares), in their order and with room between them.
func (l *layered) settle(i int, wish func(p int) (int, bool)) {
	layer := l.layers[i]
	offset := make([]int, len(layer)) // of each point's middle, if all touched one another
	for k := 1; k < len(layer); k++ {
		offset[k] = offset[k-1] + l.room(layer[k-1], layer[k])
	}
	var blocks []block
	for k, p := range layer {
		want, ok := wish(p)
		if !ok {
			want = l.points[p].y
		}
		blocks = append(blocks, block{from: k, to: k + 1, wishes: want - offset[k], count: 1})
		for n := len(blocks); n > 1 && blocks[n-2].top() > blocks[n-1].top(); n = len(blocks) {
			a, b := blocks[n-2], blocks[n-1]
			blocks = append(blocks[:n-2], block{a.from, b.to, a.wishes + b.wishes, a.count + b.count})
		}
	}
	for _, b := range blocks {
		for k := b.from; k < b.to; k++ {
			l.points[layer[k]].y = b.top() + offset[k]
		}
	}
}

// room is how far the middles of two neighbours in a layer are apart.
func (l *layered) room(a, b int) int {
	between := betweenNodes
	if l.points[a].height == 0 && l.points[b].height == 0 {
		between = betweenEdges
	}
	return (l.points[a].height+l.points[b].height)/2 + between
}

// toTop moves everything so that the highest point is at zero.
func (l *layered) toTop() {
	top := 0
	for i, p := range l.points {
		if y := p.y - p.height/2; i == 0 || y < top {
			top = y
		}
	}
	for i := range l.points {
		l.points[i].y -= top
	}
}
