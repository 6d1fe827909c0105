package planner

import (
	"fmt"

	"github.com/weirci/weir/compiler/graph"
)

// plan checks the wire form as it makes a plan of it.
func (w *wirePlan) plan() (*Plan, error) {
	p := &Plan{Team: w.Team, Pipeline: w.Pipeline, Base: Base{w.Revision, w.Digest}, Unchanged: int(w.Unchanged)}
	if len(w.Desired) > 0 {
		g, err := graph.Decode(w.Desired)
		if err != nil {
			return nil, err
		}
		p.Desired = g
	}
	last := graph.Address("")
	for _, wc := range w.Changes {
		if wc.Address <= last {
			return nil, fmt.Errorf("%s is out of order", wc.Address)
		}
		last = wc.Address
		c, err := wc.change(p.Desired)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", wc.Address, err)
		}
		p.Changes = append(p.Changes, c)
	}
	for _, e := range w.Effects {
		p.Effects = append(p.Effects, Effect(e))
	}
	return p, checkCount(p)
}

// change finds the new definition in the desired graph and checks the old one
// against the digest that guards it.
func (w wireChange) change(desired *graph.Graph) (Change, error) {
	want, wanted := lookup(desired, w.Address)
	if wanted == (w.Kind == "delete") {
		return nil, fmt.Errorf("to %s it does not agree with the desired graph", w.Kind)
	}
	if w.From != "" && w.Kind != "update" {
		return nil, fmt.Errorf("to %s it cannot come from elsewhere", w.Kind)
	}
	switch w.Kind {
	case "create":
		return Create{w.Address, want.Spec}, nil
	case "affected":
		return Affected{w.Address, w.Base, w.By}, nil
	case "update", "delete":
		old, err := w.old()
		if err != nil {
			return nil, err
		}
		if w.Kind == "delete" {
			return Delete{w.Address, w.Base, old}, nil
		}
		if _, still := lookup(desired, w.From); w.From != "" && (still || w.From.Kind() != w.Address.Kind()) {
			return nil, fmt.Errorf("it cannot come from %s", w.From)
		}
		return Update{w.Address, w.Base, old, want.Spec, w.From}, nil
	}
	return nil, fmt.Errorf("%q is no kind of change", w.Kind)
}

func (w wireChange) old() (graph.Spec, error) {
	old, err := graph.DecodeSpec(w.Address.Kind(), w.Old)
	if err != nil {
		return nil, err
	}
	digest, err := graph.SpecDigest(old)
	if err != nil {
		return nil, err
	}
	if digest != w.Base {
		return nil, fmt.Errorf("its old definition has digest %s, not %s", digest.Short(), w.Base.Short())
	}
	return old, nil
}

func lookup(g *graph.Graph, a graph.Address) (graph.Node, bool) {
	if g == nil {
		return graph.Node{}, false
	}
	return g.Lookup(a)
}

// checkCount: every node of the desired graph is changed, affected or unchanged.
func checkCount(p *Plan) error {
	s := p.Summary()
	if has := len(nodes(p.Desired)); has != s.Add+s.Change+s.Affected+s.Unchanged {
		return fmt.Errorf("it tells of %d nodes, the desired graph has %d", s.Add+s.Change+s.Affected+s.Unchanged, has)
	}
	return nil
}
