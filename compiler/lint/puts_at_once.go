package lint

import (
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

func putsAtOnce() Rule {
	return Rule{Code: diag.PutsAtOnce, Severity: diag.Warning, Summary: "Puts may overtake one another",
		Why: "With `max_in_flight` above 1 two builds of the job put at the same time, and the older one may be the last to arrive. Puts in hooks, which mostly notify, do not count.",
		Fix: "Write `max_in_flight = 1`, or give the job a serial group or a `concurrency` block.",
		check: func(p *pass, out report) {
			for _, j := range p.jobs {
				if j.spec.MaxInFlight < 2 || len(j.spec.SerialGroups) > 0 || j.spec.Concurrency.Key != "" {
					continue
				}
				for _, s := range j.plainSteps() {
					if _, ok := s.Body.(graph.Put); ok {
						out(diag.Diagnostic{Range: s.written.Range,
							Detail: fmt.Sprintf("Up to %d builds of this job run at once, so an older one may put after a newer one.", j.spec.MaxInFlight),
							Fix:    &diag.Fix{Help: "write max_in_flight = 1 or a serial group in the job"}})
					}
				}
			}
		}}
}

// plainSteps are the steps at any depth that stand in no hook.
func (j *job) plainSteps() []step {
	var out []step
	at := 0
	var walk func(steps []graph.Step, hook bool)
	walk = func(steps []graph.Step, hook bool) {
		for _, s := range steps {
			if !hook {
				out = append(out, j.steps[at])
			}
			at++
			walk(inside(s), hook)
			walk(s.Hooks.Steps(), true)
		}
	}
	walk(j.spec.Steps, false)
	return out
}
