package lint

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func privilegedTask() Rule {
	return Rule{Code: diag.PrivilegedTask, Severity: diag.Warning, Summary: "Privileged task",
		Why: "A privileged container has all capabilities and devices: what runs in it can take over the worker and all that runs there.",
		Fix: "Do without it (images can be built without privileges), or say in a weir:ignore comment why it must be.",
		check: func(p *pass, out report) {
			p.tasks(func(_ *job, s step, t graph.Task) {
				if t.Privileged {
					out(diag.Diagnostic{Range: p.taskField(s, func(t *config.Task) config.Expr { return t.Privileged }),
						Detail: "The task runs with all capabilities and devices of its worker.",
						Fix:    &diag.Fix{Help: "take privileged = true out, or say why: # weir:ignore W4011 …"}})
				}
				for _, service := range t.Services {
					if service.Privileged {
						out(diag.Diagnostic{Range: s.written.Range, Summary: "Privileged service",
							Detail: "The service " + service.Name + " of this task runs with all capabilities and devices of its worker."})
					}
				}
			})
		}}
}
