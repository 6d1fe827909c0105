package lint

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

func noTimeout() Rule {
	return Rule{Code: diag.NoTimeout, Severity: diag.Warning, Summary: "Task without timeout",
		Why: "A task that hangs holds its worker, its serial groups and everything behind it until somebody notices.",
		Fix: "Write `timeout` in the step or in one around it, or once for all in the pipeline: `defaults { timeout = \"1h\" }`.",
		check: func(p *pass, out report) {
			for _, j := range p.jobs {
				at := 0
				steps := append(append([]graph.Step(nil), j.spec.Steps...), j.spec.Hooks.Steps()...)
				j.endless(steps, &at, false, out)
			}
		}}
}

// endless goes through the steps as graph.Walk does; at counts them. A step is
// bounded by a timeout of its own or of a step around it.
func (j *job) endless(steps []graph.Step, at *int, bounded bool, out report) {
	for _, s := range steps {
		written := j.steps[*at].written
		*at++
		here := bounded || s.Timeout > 0
		if _, ok := s.Body.(graph.Task); ok && !here {
			out(diag.Diagnostic{Range: written.Range, Detail: "Nothing ends this task if it hangs.",
				Fix: &diag.Fix{Help: `write timeout = "…" here, or defaults { timeout = "1h" } in the pipeline`}})
		}
		j.endless(inside(s), at, here, out)
		j.endless(s.Hooks.Steps(), at, bounded, out)
	}
}

// inside are the steps that a step holds, without its hooks.
func inside(s graph.Step) []graph.Step {
	s.Hooks = graph.Hooks{}
	return s.Children()
}
