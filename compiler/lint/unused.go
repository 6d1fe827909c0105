package lint

import (
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// unused is the rule for a kind of block that is there to be named: root.name.
func unused[T any](r Rule, what, root string, blocks func(*config.Config) []*T, name func(*T) config.Name) Rule {
	r.Severity = diag.Warning
	r.check = func(p *pass, out report) {
		for _, m := range p.written.modules {
			for _, b := range blocks(m.cfg) {
				if n := name(b); !m.used[root+"."+n.Text] && !p.inCUE(n) {
					out(diag.Diagnostic{Range: n.Range, Detail: "Nothing uses the " + what + " " + n.Text + ".",
						Fix: &diag.Fix{Help: "remove it, or use it as " + root + "." + n.Text}})
				}
			}
		}
	}
	return r
}
