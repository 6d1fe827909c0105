package planner

import "github.com/weirci/weir/compiler/graph"

// Change is what applying does at one address: Create, Update, Delete, or
// Affected. Nodes that stay as they are have no Change.
type Change interface {
	change()
	// At is the address.
	At() graph.Address
	// Guard is the spec digest that the change was made against; "" says that
	// nothing was there. For all but Affected, it must be so again on apply.
	Guard() graph.Digest
}

// Create makes a node where none is.
type Create struct {
	Address graph.Address
	New     graph.Spec
}

// Update replaces the definition of a node, or gives it another address.
type Update struct {
	Address graph.Address
	Base    graph.Digest
	Old     graph.Spec
	New     graph.Spec
	From    graph.Address // that it had before; "": the same
}

// Was is the address that the node has before the change.
func (c Update) Was() graph.Address {
	if c.From != "" {
		return c.From
	}
	return c.Address
}

// Delete removes a node.
type Delete struct {
	Address graph.Address
	Base    graph.Digest
	Old     graph.Spec
}

// Affected is a node whose own definition stays, while something that it
// depends on changes, so that its results may differ.
type Affected struct {
	Address graph.Address
	Base    graph.Digest
	By      []graph.Address // what it names directly, sorted
}

func (Create) change()   {}
func (Update) change()   {}
func (Delete) change()   {}
func (Affected) change() {}

// At implements Change.
func (c Create) At() graph.Address { return c.Address }

// At implements Change.
func (c Update) At() graph.Address { return c.Address }

// At implements Change.
func (c Delete) At() graph.Address { return c.Address }

// At implements Change.
func (c Affected) At() graph.Address { return c.Address }

// Guard implements Change.
func (c Create) Guard() graph.Digest { return "" }

// Guard implements Change.
func (c Update) Guard() graph.Digest { return c.Base }

// Guard implements Change.
func (c Delete) Guard() graph.Digest { return c.Base }

// Guard implements Change. The definition of an affected node is not the plan's
// to change, so somebody else may: only its exec digest is computed anew.
func (c Affected) Guard() graph.Digest { return c.Base }

// Attributes is the change of a node's attributes, all of them, read generically
// off the spec: no field can be forgotten.
func Attributes(c Change) MapDelta {
	switch c := c.(type) {
	case Create:
		return diffMaps(graph.Map{}, graph.Attributes(c.New))
	case Update:
		return diffMaps(graph.Attributes(c.Old), graph.Attributes(c.New))
	case Delete:
		return diffMaps(graph.Attributes(c.Old), graph.Map{})
	default: // Affected: nothing of its own
		return MapDelta{}
	}
}
