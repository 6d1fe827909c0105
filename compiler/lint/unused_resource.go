package lint

import (
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func unusedResource() Rule {
	return Rule{Code: diag.UnusedResource, Severity: diag.Warning, Summary: "Unused resource",
		Why: "It is checked again and again, and no job ever gets or puts it.",
		Fix: "Remove it, or get it in a job.",
		check: func(p *pass, out report) {
			used := p.usedResources()
			for _, m := range p.written.modules {
				for _, r := range m.cfg.Resources {
					named := m.used["resource."+r.Type.Text+"."+r.Name.Text]
					if !used[r.Range] && !named {
						out(unusedOne(r))
					}
				}
			}
		}}
}

func unusedOne(r *config.Resource) diag.Diagnostic {
	return diag.Diagnostic{Range: r.Range,
		Detail: fmt.Sprintf("resource.%s.%s is checked for new versions, but no job gets or puts it.", r.Type.Text, r.Name.Text),
		Fix:    &diag.Fix{Help: fmt.Sprintf("remove it, or write get %q {} in a job", r.Name.Text)}}
}

// usedResources are the blocks of which at least one instance is used by a job.
func (p *pass) usedResources() map[diag.Range]bool {
	used := map[diag.Range]bool{}
	for _, n := range p.Graph.Nodes() {
		if n.Spec.Kind() != graph.KindJob {
			continue
		}
		for _, r := range graph.References(n.Spec) {
			used[p.Origins[r.To].Range] = true
		}
	}
	return used
}
