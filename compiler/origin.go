package compiler

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// Origins say where the nodes of a graph were written.
type Origins map[graph.Address]Origin

// Origin is where one node was written. A block that is repeated is the origin
// of many nodes.
type Origin struct {
	Range  diag.Range     // of the block's header
	Module *config.Config // that the block stands in
	Within []diag.Call    // the instances of modules around it, the innermost first

	// Steps are those of a job as written, one for each step of the node, in the
	// order of graph.Walk.
	Steps []*config.Step
}

func origins(nodes []node) Origins {
	out := make(Origins, len(nodes))
	for _, n := range nodes {
		o := Origin{Range: n.at, Steps: n.steps}
		if n.m != nil {
			o.Module, o.Within = n.m.cfg, n.m.within()
		}
		out[n.address] = o
	}
	return out
}
