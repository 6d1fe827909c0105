package planner

import (
	"fmt"

	"github.com/weirci/weir/compiler/graph"
)

// Moved is an address whose ground moved since the plan was made: what the plan
// was made against and what is there now. "" is nothing.
type Moved struct {
	Address          graph.Address
	Expected, Actual graph.Digest
}

// Merge applies a plan to what is there now, which may have changed since the
// plan was made. It gives the graph to store, nil where nothing is to be left;
// or, where somebody else changed what the plan touches, the addresses that
// moved, and nothing else. Plans that touch different addresses merge, in any
// order. An error says that the two do not go together: what one of them names,
// the other has removed.
func Merge(p *Plan, current *graph.Graph) (*graph.Graph, []Moved, error) {
	if moved := stale(p, current); len(moved) > 0 {
		return nil, moved, nil
	}
	if p.Desired == nil {
		return nil, nil, nil
	}
	b := graph.NewBuilder(p.Desired.Header())
	for _, n := range merged(p, current) {
		if err := b.Add(n.Address, n.Spec, n.Meta); err != nil {
			return nil, nil, fmt.Errorf("merging a plan: %w", err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		return nil, nil, fmt.Errorf("merging a plan with what others applied since: %w", err)
	}
	return g, nil, nil
}

// merged is what the plan touches as it wants it, and all else as it is now.
func merged(p *Plan, current *graph.Graph) []graph.Node {
	touched := map[graph.Address]bool{}
	for _, c := range p.Changes {
		if _, ok := c.(Affected); !ok {
			touched[c.At()] = true
		}
		if u, ok := c.(Update); ok {
			touched[u.Was()] = true
		}
	}
	var out []graph.Node
	for _, n := range nodes(current) {
		want, wanted := p.Desired.Lookup(n.Address)
		switch {
		case touched[n.Address]:
		case wanted && want.SpecDigest == n.SpecDigest && sameMeta(want.Spec, n.Spec):
			out = append(out, want) // the same, perhaps on another line of the file
		default:
			out = append(out, n)
		}
	}
	for _, n := range p.Desired.Nodes() {
		if touched[n.Address] {
			out = append(out, n)
		}
	}
	return out
}

// stale lists the changes whose guard does not hold. A plan to destroy also
// touches what appeared since.
func stale(p *Plan, current *graph.Graph) []Moved {
	now := map[graph.Address]graph.Digest{}
	for _, n := range nodes(current) {
		now[n.Address] = n.SpecDigest
	}
	var out []Moved
	for _, c := range p.Changes {
		for a, base := range Guards(c) {
			if now[a] != base {
				out = append(out, Moved{a, base, now[a]})
			}
		}
		delete(now, c.At())
	}
	if p.Desired != nil {
		return out
	}
	for _, n := range nodes(current) {
		if d, ok := now[n.Address]; ok {
			out = append(out, Moved{n.Address, "", d})
		}
	}
	return out
}

// Guards are the addresses that a change is about, each with the digest that
// must be there for it to apply; "" is nothing. Affected is about none.
func Guards(c Change) map[graph.Address]graph.Digest {
	switch c := c.(type) {
	case Affected:
		return nil
	case Update:
		if c.From != "" {
			return map[graph.Address]graph.Digest{c.From: c.Base, c.Address: ""}
		}
	}
	return map[graph.Address]graph.Digest{c.At(): c.Guard()}
}
