package lint

import (
	"fmt"

	"github.com/weirci/weir/lang/diag"
)

// deprecation is an argument that will go away.
type deprecation struct {
	block, argument string // as they are written: job, max_in_flight
	instead         string // a whole sentence
}

// deprecations are all of this version, a line each. So far there are none.
func deprecations() []deprecation {
	return []deprecation{}
}

func deprecated(table []deprecation) Rule {
	return Rule{Code: diag.Deprecated, Severity: diag.Warning, Summary: "Deprecated argument",
		Why: "The argument still works and will be gone in a later version.",
		Fix: "Write what the message says in its place.",
		check: func(p *pass, out report) {
			old := map[[2]string]string{}
			for _, d := range table {
				old[[2]string{d.block, d.argument}] = d.instead
			}
			for _, a := range p.written.args {
				if instead, ok := old[[2]string{a.block, a.name}]; ok {
					out(diag.Diagnostic{Range: a.value.Range(),
						Detail: fmt.Sprintf("%s in %s will be gone in a later version. %s", a.name, a.block, instead)})
				}
			}
		}}
}
