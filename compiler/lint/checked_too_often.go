package lint

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

const leastEvery = 10_000 // milliseconds

func checkedTooOften() Rule {
	return Rule{Code: diag.CheckedTooOften, Severity: diag.Warning, Summary: "Checked too often",
		Why: "Each check is a run on a worker and a call to somebody's server, which will soon limit the rate.",
		Fix: "Check every ten seconds or less often, and let a webhook tell of changes at once.",
		check: func(p *pass, out report) {
			written := p.resources()
			for _, n := range p.Graph.Nodes() {
				r, ok := n.Spec.(graph.Resource)
				if !ok || r.CheckEvery == 0 || r.CheckEvery >= leastEvery {
					continue
				}
				at := p.Origins[n.Address].Range
				if w := written[at]; w != nil && w.Check != nil && w.Check.Every != nil {
					at = w.Check.Every.Range()
				}
				out(diag.Diagnostic{Range: at, Detail: "The resource is checked more often than every ten seconds.",
					Fix: &diag.Fix{Help: `write every = "10s" or more, with a webhook where that is too slow`}})
			}
		}}
}

// resources are the resource blocks by their place.
func (p *pass) resources() map[diag.Range]*config.Resource {
	out := map[diag.Range]*config.Resource{}
	for _, m := range p.written.modules {
		for _, r := range m.cfg.Resources {
			out[r.Range] = r
		}
	}
	return out
}
