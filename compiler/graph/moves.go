package graph

// Moves says which nodes of a graph were in an earlier one under another
// address, which nothing has now: by the new address, the old one. A node that
// was there under its own name already has not moved.
func Moves(prior, desired *Graph) map[Address]Address {
	if prior == nil || desired == nil {
		return nil
	}
	moves, taken := map[Address]Address{}, map[Address]bool{}
	for i := range desired.nodes {
		n := &desired.nodes[i]
		if len(n.Meta.Moved) == 0 {
			continue
		}
		if _, there := prior.Lookup(n.Address); there {
			continue
		}
		for _, from := range n.Meta.Moved {
			a := Address(from)
			_, was := prior.Lookup(a)
			_, is := desired.Lookup(a)
			if was && !is && !taken[a] && a.Kind() == n.Address.Kind() {
				moves[n.Address], taken[a] = a, true
				break
			}
		}
	}
	return moves
}
