package draw

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// Text is the graph as indented lines: resources, then jobs, each after the
// jobs that it waits for, with what they take and make.
func Text(g *graph.Graph) string {
	f := flowOf(g)
	var b strings.Builder
	fmt.Fprintf(&b, "pipeline %s\n", f.pipeline)
	for _, r := range f.resources {
		fmt.Fprintf(&b, "\n%s\n", r)
		f.users(&b, r)
	}
	for _, j := range inOrder(f.jobs) {
		fmt.Fprintf(&b, "\n%s\n", j.address)
		for _, t := range j.takes {
			fmt.Fprintf(&b, "  get %s%s\n", short(t.resource), t.notes())
		}
		for _, m := range j.makes {
			fmt.Fprintf(&b, "  put %s\n", short(m))
		}
	}
	return b.String()
}

// users lists the jobs that a resource feeds first-hand and that feed it.
func (f flow) users(b *strings.Builder, r graph.Address) {
	for _, j := range f.jobs {
		for _, t := range j.takes {
			if t.resource == r && len(t.passed) == 0 {
				fmt.Fprintf(b, "  -> %s%s\n", j.address, t.notes())
			}
		}
		if slices.Contains(j.makes, r) {
			fmt.Fprintf(b, "  <- %s\n", j.address)
		}
	}
}

func (t take) notes() string {
	var notes []string
	if t.trigger {
		notes = append(notes, "trigger")
	}
	if len(t.passed) > 0 {
		names := make([]string, len(t.passed))
		for i, p := range t.passed {
			names[i] = short(p)
		}
		notes = append(notes, "passed "+strings.Join(names, ", "))
	}
	if len(notes) == 0 {
		return ""
	}
	return " (" + strings.Join(notes, "; ") + ")"
}

// inOrder sorts jobs so that each comes after those it waits for, and by
// address where that leaves a choice. The graph has no cycles.
func inOrder(jobs []job) []job {
	index := make(map[graph.Address]job, len(jobs))
	for _, j := range jobs {
		index[j.address] = j
	}
	var out []job
	seen := make(map[graph.Address]bool, len(jobs))
	var visit func(job)
	visit = func(j job) {
		if seen[j.address] {
			return
		}
		seen[j.address] = true
		for _, t := range j.takes {
			for _, p := range t.passed {
				visit(index[p])
			}
		}
		out = append(out, j)
	}
	for _, j := range jobs {
		visit(j)
	}
	return out
}
