package lint

import (
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

const widestAcross = 256

func wideAcross() Rule {
	return Rule{Code: diag.WideAcross, Severity: diag.Warning, Summary: "Across too wide",
		Why: "Every build runs the step once for each combination of the values: some hundred containers for one step.",
		Fix: "Leave combinations out, or let one task go through the values.",
		check: func(p *pass, out report) {
			for _, j := range p.jobs {
				for _, s := range j.steps {
					if n := product(s.Across); n > widestAcross {
						out(diag.Diagnostic{Range: s.written.Range,
							Detail: fmt.Sprintf("Across all its values this step runs %d times in every build; up to %d is common.", n, widestAcross)})
					}
				}
			}
		}}
}

// product counts what is known now; values that only a run knows count as one.
func product(all []graph.Across) int {
	n := 1
	for _, a := range all {
		if l, ok := a.Values.(graph.List); ok {
			n = min(n*max(len(l), 1), 1<<30)
		}
	}
	return n
}
