package lint

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

func neverTriggered() Rule {
	return Rule{Code: diag.NeverTriggered, Severity: diag.Warning, Summary: "Job that nothing starts",
		Why: "No get step has `trigger = true`, there is no schedule, and `disable_manual_trigger` keeps people out.",
		Fix: "Write `trigger = true` in a get step, add a schedule, or allow people to start it.",
		check: func(p *pass, out report) {
			for _, j := range p.jobs {
				if !j.starts() {
					out(diag.Diagnostic{Range: j.at,
						Detail: "No version starts this job, no schedule does, and disable_manual_trigger = true keeps people from it.",
						Fix:    &diag.Fix{Help: "write trigger = true in one of its get steps"}})
				}
			}
		}}
}

// starts says whether anything can start a build of the job.
func (j *job) starts() bool {
	return !j.spec.DisableManualTrigger || j.spec.Schedule.Cron != "" || j.triggered()
}

func (j *job) triggered() bool {
	for _, s := range j.steps {
		if g, ok := s.Body.(graph.Get); ok && g.Trigger {
			return true
		}
	}
	return false
}
