package lint

import (
	"fmt"
	"strings"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func nearlyTheSame() Rule {
	return Rule{Code: diag.NearlyTheSame, Severity: diag.Warning, Summary: "Names differ only in case",
		Why: "Nobody tells them apart in a message or a list, and on some file systems they are one.",
		Fix: "Give one of them another name.",
		check: func(p *pass, out report) {
			for _, m := range p.written.modules {
				for _, names := range namesOf(m.cfg) {
					sameButCase(names, out)
				}
			}
		}}
}

func sameButCase(names []config.Name, out report) {
	first := map[string]config.Name{}
	for _, n := range names {
		folded := strings.ToLower(n.Text)
		other, ok := first[folded]
		if !ok {
			first[folded] = n
		} else if other.Text != n.Text {
			out(diag.Diagnostic{Range: n.Range, Detail: fmt.Sprintf("%s and %s differ only in case.", n.Text, other.Text),
				Related: []diag.Related{{Message: "the other one", Range: other.Range}}})
		}
	}
}

// namesOf are the names of each kind of block.
func namesOf(c *config.Config) [][]config.Name {
	return [][]config.Name{
		names(c.Jobs, func(x *config.Job) config.Name { return x.Name }),
		names(c.Resources, func(x *config.Resource) config.Name { return x.Name }),
		names(c.ResourceTypes, func(x *config.ResourceType) config.Name { return x.Name }),
		names(c.Tasks, func(x *config.SharedTask) config.Name { return x.Name }),
		names(c.Variables, func(x *config.Variable) config.Name { return x.Name }),
		names(c.Locals, func(x *config.Local) config.Name { return x.Name }),
		names(c.SecretSources, func(x *config.SecretSource) config.Name { return x.Name }),
		names(c.Groups, func(x *config.Group) config.Name { return x.Name }),
		names(c.Calls, func(x *config.ModuleCall) config.Name { return x.Name }),
		names(c.Outputs, func(x *config.Output) config.Name { return x.Name }),
	}
}

func names[T any](all []*T, of func(*T) config.Name) []config.Name {
	out := make([]config.Name, len(all))
	for i, x := range all {
		out[i] = of(x)
	}
	return out
}
