package lint

import (
	"fmt"
	"slices"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func shadowed() Rule {
	return Rule{Code: diag.Shadowed, Severity: diag.Warning, Summary: "Shadowed name",
		Why: "The name reads as one thing and means another: a resource type that hides a built-in one, a get step with the name of a resource that it does not get, an output that takes the place of an artifact that the task was not given, an `across` inside of another with the same variable.",
		Fix: "Give it another name.",
		check: func(p *pass, out report) {
			for _, m := range p.written.modules {
				for _, t := range m.cfg.ResourceTypes {
					if slices.Contains(compiler.BuiltinTypes(), t.Name.Text) {
						out(diag.Diagnostic{Range: t.Name.Range, Detail: fmt.Sprintf("This resource type hides the built-in type %s.", t.Name.Text)})
					}
				}
			}
			known := p.resourceNames()
			for _, j := range p.jobs {
				for _, s := range j.steps {
					if g, ok := s.Body.(graph.Get); ok {
						misnamedGet(s, g, known[nameIn{j.address.Module(), s.Name}], out)
					}
				}
				replaced(j, out)
				acrossTwice(j.spec.Steps, nil, j, new(int), out)
			}
		}}
}

type nameIn struct {
	module graph.Address
	name   string
}

func (p *pass) resourceNames() map[nameIn][]graph.Address {
	out := map[nameIn][]graph.Address{}
	for _, n := range p.Graph.Nodes() {
		if n.Spec.Kind() == graph.KindResource {
			local := nameIn{n.Address.Module(), n.Address.Local().Name()}
			out[local] = append(out[local], n.Address)
		}
	}
	return out
}

func misnamedGet(s step, g graph.Get, same []graph.Address, out report) {
	if len(same) > 0 && !slices.Contains(same, g.Resource) {
		out(diag.Diagnostic{Range: s.written.Range,
			Detail: fmt.Sprintf("The step is named as %s is, but gets %s.", same[0], g.Resource)})
	}
}

// replaced reports outputs that take the place of an artifact which the task
// does not have among its inputs: to change an input is a common thing to do.
func replaced(j *job, out report) {
	made := map[string]*config.Step{}
	for _, s := range j.steps {
		switch b := s.Body.(type) {
		case graph.Get:
			made[s.Name] = s.written
		case graph.Task:
			in := mappedNames(b.Inputs, b.InputMapping)
			for _, o := range mappedNames(b.Outputs, b.OutputMapping) {
				if first, ok := made[o]; ok && first != s.written && !slices.Contains(in, o) {
					out(diag.Diagnostic{Range: s.written.Range,
						Detail:  fmt.Sprintf("The output %s takes the place of the artifact of that name.", o),
						Related: []diag.Related{{Message: "which is made here", Range: first.Range}}})
				}
			}
		}
	}
}

func mappedNames(own []string, mapping map[string]string) []string {
	out := make([]string, len(own))
	for i, n := range own {
		out[i] = n
		if to, ok := mapping[n]; ok {
			out[i] = to
		}
	}
	return out
}

// acrossTwice goes through the steps as graph.Walk does.
func acrossTwice(steps []graph.Step, around []string, j *job, at *int, out report) {
	for _, s := range steps {
		written := j.steps[*at].written
		*at++
		vars := around[:len(around):len(around)]
		for _, a := range s.Across {
			if slices.Contains(around, a.Var) {
				out(diag.Diagnostic{Range: written.Range, Detail: fmt.Sprintf("across.%s of a step around this one is hidden by the one here.", a.Var)})
			}
			vars = append(vars, a.Var)
		}
		acrossTwice(s.Children(), vars, j, at, out)
	}
}
