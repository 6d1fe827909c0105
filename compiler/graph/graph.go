package graph

import (
	"cmp"
	"slices"
)

// Format is the version of the canonical form.
const Format = 1

// Node is one definition: where it is, what it says, and its digests.
type Node struct {
	Address Address
	Spec    Spec
	Meta    Meta
	SpecDigest,
	ExecDigest Digest
}

// Meta is what is known of a node and is in no digest.
type Meta struct {
	File string `weir:"file,meta"` // relative to the pipeline's directory
	Line int64  `weir:"line,meta"`
	// Defaults are the settings that a job or steps of it took from the
	// pipeline's defaults: timeout, on_failure.
	Defaults []string `weir:"defaults,meta,set"`
	// Moved are the addresses that the node had before, the latest first.
	Moved []string `weir:"moved,meta"`
	// Removed are, of the pipeline's node, the addresses that are gone on purpose,
	// with all inside of them.
	Removed []string `weir:"removed,meta,set"`
}

// Header is what a graph was made from, besides the nodes.
type Header struct {
	Inputs   Digest `weir:"inputs,exec"`   // of the values of the variables
	Lock     Digest `weir:"lock,exec"`     // of the module lock; "" without modules
	Policies Digest `weir:"policies,exec"` // that were in force
}

// Graph is immutable: it is made by a Builder or by Decode and never changes.
// The slices and maps inside specs belong to it; readers do not write to them.
type Graph struct {
	header Header
	nodes  []Node // sorted by address
	digest Digest
}

// Header says what the graph was made from.
func (g *Graph) Header() Header { return g.header }

// Nodes are all nodes, sorted by address. The slice is the graph's own.
func (g *Graph) Nodes() []Node { return g.nodes }

// Digest identifies the graph: equal graphs have equal digests.
func (g *Graph) Digest() Digest { return g.digest }

// Lookup finds the node of an address.
func (g *Graph) Lookup(a Address) (Node, bool) {
	i, ok := slices.BinarySearchFunc(g.nodes, a, func(n Node, a Address) int { return cmp.Compare(n.Address, a) })
	if !ok {
		return Node{}, false
	}
	return g.nodes[i], true
}

// Pipeline is the spec of the pipeline node.
func (g *Graph) Pipeline() Pipeline {
	n, _ := g.Lookup(PipelineAddress)
	p, _ := n.Spec.(Pipeline)
	return p
}
