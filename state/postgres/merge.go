package postgres

import (
	"bytes"
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// Guard is an address that a plan touches and the spec digest that it was there
// when the plan was made; "" for nothing.
type Guard struct {
	Address graph.Address
	Base    graph.Digest
}

// moved lists the guards that do not hold. With nothing desired everything is
// touched, so what has no guard has moved too.
func moved(guards []Guard, current *graph.Graph, destroy bool) []state.Moved {
	now := map[graph.Address]graph.Digest{}
	for _, n := range nodesOf(current) {
		now[n.Address] = n.SpecDigest
	}
	var out []state.Moved
	for _, g := range guards {
		if now[g.Address] != g.Base {
			out = append(out, state.Moved{Address: string(g.Address), Expected: string(g.Base), Actual: string(now[g.Address])})
		}
		delete(now, g.Address)
	}
	if !destroy {
		return out
	}
	for _, n := range nodesOf(current) {
		if d, ok := now[n.Address]; ok {
			out = append(out, state.Moved{Address: string(n.Address), Actual: string(d)})
		}
	}
	return out
}

// merge is what the guarded addresses are in desired, and all others as they
// are now: so a plan leaves alone what others applied since it was made.
func merge(guards []Guard, current, desired *graph.Graph) (*graph.Graph, error) {
	nodes, pure := mergedNodes(guards, current, desired)
	if pure {
		return desired, nil // nobody else applied anything: no need to compute it anew
	}
	b := graph.NewBuilder(desired.Header())
	for _, n := range nodes {
		if err := b.Add(n.Address, n.Spec, n.Meta); err != nil {
			return nil, err
		}
	}
	g, err := b.Finish()
	if err != nil {
		return nil, fmt.Errorf("the plan does not go together with what was applied since it was made: %w", err)
	}
	return g, nil
}

// mergedNodes also says whether they are exactly desired's.
func mergedNodes(guards []Guard, current, desired *graph.Graph) (nodes []graph.Node, pure bool) {
	touched := map[graph.Address]bool{}
	for _, g := range guards {
		touched[g.Address] = true
	}
	pure = true
	for _, n := range nodesOf(current) {
		if touched[n.Address] {
			continue
		}
		want, ok := desired.Lookup(n.Address)
		if ok && sameSpec(want, n) {
			n = want // perhaps on another line of the file
		} else {
			pure = false
		}
		nodes = append(nodes, n)
	}
	for _, n := range desired.Nodes() {
		if touched[n.Address] {
			nodes = append(nodes, n)
		}
	}
	return nodes, pure && len(nodes) == len(desired.Nodes())
}

func sameSpec(a, b graph.Node) bool {
	return a.SpecDigest == b.SpecDigest && bytes.Equal(graph.EncodeSpec(a.Spec), graph.EncodeSpec(b.Spec))
}

func nodesOf(g *graph.Graph) []graph.Node {
	if g == nil {
		return nil
	}
	return g.Nodes()
}
