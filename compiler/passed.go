package compiler

import (
	"fmt"
	"slices"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

// passedEdge is one job in the passed list of a get step.
type passedEdge struct {
	from, to graph.Address
	resource graph.Address // "" where it is unknown
	at       diag.Range
}

// checkPassed looks at what jobs say of one another: a version can only have
// passed a job that gets or puts its resource, and no job can wait for itself.
func (c *compilation) checkPassed(nodes []node) {
	jobs := map[graph.Address]int{}
	for i, n := range nodes {
		if n.address.Kind() == graph.KindJob {
			if _, twice := jobs[n.address]; !twice {
				jobs[n.address] = i
			}
		}
	}
	for _, n := range nodes {
		for _, e := range n.passed {
			if i, ok := jobs[e.to]; ok {
				c.neverPassed(e, n, nodes[i])
			}
		}
	}
	_, cycles, _ := visit(len(nodes), func(i int) []edge { return passedEdges(nodes[i], i, jobs) })
	for _, cycle := range cycles {
		nodes[cycle[0].from].m.report(diag.List{cycleProblem(diag.PassedCycle, "Cycle of jobs", "Each of these jobs waits for a version that passed another of them, so none ever runs.",
			cycle, func(i int) string { return string(nodes[i].address) })})
	}
}

func passedEdges(n node, from int, jobs map[graph.Address]int) []edge {
	var edges []edge
	for _, e := range n.passed {
		if to, ok := jobs[e.to]; ok {
			edges = append(edges, edge{from: from, to: to, at: e.at})
		}
	}
	return edges
}

func (c *compilation) neverPassed(e passedEdge, from, to node) {
	_, touched := to.touches[e.resource]
	// A job with errors of its own may well touch the resource in what failed.
	if touched || e.resource == "" || slices.ContainsFunc(to.list, func(d diag.Diagnostic) bool { return d.Code == diag.UnknownResource || d.Code == diag.Ambiguous }) {
		return
	}
	from.m.report(diag.List{{Code: diag.NeverPassed, Range: e.at, Summary: "No version can pass",
		Detail: fmt.Sprintf("%s neither gets nor puts %s, so no version of it can ever pass this job, and %s can never run.",
			from.m.local(e.to), from.m.local(e.resource), from.m.local(e.from).Block()),
		Related: []diag.Related{{Message: "the job", Range: to.at}}}})
}

// local is an address as it is written in a module, so that the instances of
// the module have the same to say.
func (m *module) local(a graph.Address) graph.Address {
	if a.Module() == m.address {
		return a.Local()
	}
	return a
}
