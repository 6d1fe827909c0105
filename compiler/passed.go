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
func checkPassed(nodes []node, l *diag.List) {
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
				neverPassed(e, nodes[i], l)
			}
		}
	}
	_, cycles := visit(len(nodes), func(i int) []edge { return passedEdges(nodes[i], i, jobs) })
	for _, c := range cycles {
		l.Append(cycleProblem(diag.PassedCycle, "Cycle of jobs", "Each of these jobs waits for a version that passed another of them, so none ever runs.",
			c, func(i int) string { return string(nodes[i].address) }))
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

func neverPassed(e passedEdge, to node, l *diag.List) {
	_, touched := to.touches[e.resource]
	// A job with errors of its own may well touch the resource in what failed.
	if touched || e.resource == "" || slices.ContainsFunc(to.list, func(d diag.Diagnostic) bool { return d.Code == diag.UnknownResource || d.Code == diag.Ambiguous }) {
		return
	}
	l.Append(diag.Diagnostic{Code: diag.NeverPassed, Range: e.at, Summary: "No version can pass",
		Detail: fmt.Sprintf("%s neither gets nor puts %s, so no version of it can ever pass this job, and %s can never run.",
			e.to, e.resource, e.from),
		Related: []diag.Related{{Message: "the job", Range: to.at}}})
}
