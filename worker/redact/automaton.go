package redact

// automaton finds any of its patterns in one pass (Aho and Corasick). It is
// immutable once it is linked. Node 0 is the root.
type automaton struct {
	root  [256]int32
	nodes []node
}

// node is sparse: most have one child.
type node struct {
	child, sibling, fail int32
	depth                int32 // bytes from the root
	match                int32 // length of the longest pattern that ends here; 0: none does
	b                    byte
}

func newAutomaton(patterns []string) *automaton {
	a := &automaton{nodes: make([]node, 1)}
	for _, p := range patterns {
		a.add(p)
	}
	a.link()
	return a
}

func (a *automaton) add(pattern string) {
	at := int32(0)
	for i := range len(pattern) {
		next := a.find(at, pattern[i])
		if next == 0 {
			next = a.grow(at, pattern[i])
		}
		at = next
	}
	if at != 0 {
		a.nodes[at].match = a.nodes[at].depth
	}
}

func (a *automaton) grow(at int32, b byte) int32 {
	next := int32(len(a.nodes))
	a.nodes = append(a.nodes, node{sibling: a.nodes[at].child, depth: a.nodes[at].depth + 1, b: b})
	if at == 0 {
		a.nodes[next].sibling = 0
		a.root[b] = next
	} else {
		a.nodes[at].child = next
	}
	return next
}

// find is the child of a node, 0 for none.
func (a *automaton) find(at int32, b byte) int32 {
	if at == 0 {
		return a.root[b]
	}
	n := a.nodes[at].child
	for n != 0 && a.nodes[n].b != b {
		n = a.nodes[n].sibling
	}
	return n
}

// link sets where each node goes on when it has no child for a byte, by depth.
func (a *automaton) link() {
	var queue []int32
	for _, n := range a.root {
		if n != 0 {
			queue = append(queue, n)
		}
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for n := a.nodes[at].child; n != 0; n = a.nodes[n].sibling {
			fail := a.step(a.nodes[at].fail, a.nodes[n].b)
			a.nodes[n].fail = fail
			a.nodes[n].match = max(a.nodes[n].match, a.nodes[fail].match)
			queue = append(queue, n)
		}
	}
}

// step is the node after one more byte: the longest beginning of a pattern that
// what was read ends in.
func (a *automaton) step(at int32, b byte) int32 {
	for {
		if next := a.find(at, b); next != 0 || at == 0 {
			return next
		}
		at = a.nodes[at].fail
	}
}
