package compiler

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// locals computes the local values, each after those it names.
func (m *module) locals(u *unit) cty.Value {
	all := m.cfg.Locals
	index := make(map[string]int, len(all))
	for i, l := range all {
		if m.sym.locals[l.Name.Text] == l {
			index[l.Name.Text] = i
		}
	}
	order, cycles, cyclic := visit(len(all), func(i int) []edge { return localEdges(all[i], i, index) })
	for _, i := range cyclic {
		m.failed["local."+all[i].Name.Text] = true
	}
	for _, cycle := range cycles {
		u.list.Append(cycleProblem(diag.Cycle, "Cycle of local values", "Local values are defined in terms of one another, so none has a value.",
			cycle, func(i int) string { return "local." + all[i].Name.Text }))
	}
	done := make(map[string]cty.Value, len(all))
	for _, i := range order {
		u.local(all[i], done)
	}
	return cty.ObjectVal(done)
}

func localEdges(l *config.Local, from int, index map[string]int) []edge {
	var edges []edge
	for _, r := range l.Value.Refs() {
		if r.Root() == "local" && len(r.Path) > 1 {
			if to, ok := index[r.Path[1].Name]; ok {
				edges = append(edges, edge{from: from, to: to, at: r.Range})
			}
		}
	}
	return edges
}

// local computes one local value with those that it names.
func (u *unit) local(l *config.Local, done map[string]cty.Value) {
	key := "local." + l.Name.Text
	if u.m.failed[key] || u.m.sym.locals[l.Name.Text] != l {
		return
	}
	s := &slot{name: key, home: u.m, owner: u.m, expr: l.Value}
	if _, constant := l.Value.Literal(); !constant {
		u.namedLocals(l.Value.Refs(), done)
	}
	value, ok := u.first(s)
	if !ok {
		u.m.fail(key)
		return
	}
	u.m.add(s)
	done[l.Name.Text] = value
}

// namedLocals leaves in scope only the locals that an expression names.
func (u *unit) namedLocals(refs []config.Ref, done map[string]cty.Value) {
	named := map[string]cty.Value{}
	for _, r := range refs {
		if r.Root() != "local" || len(r.Path) < 2 {
			continue
		}
		if v, ok := done[r.Path[1].Name]; ok {
			named[r.Path[1].Name] = v
		}
	}
	u.scope["local"] = cty.ObjectVal(named)
}

// cycleProblem names each edge of a cycle with its position.
func cycleProblem(code diag.Code, summary, detail string, cycle []edge, name func(int) string) diag.Diagnostic {
	d := diag.Diagnostic{Code: code, Range: cycle[0].at, Summary: summary, Detail: detail}
	if n := len(cycle); n > shownEdges {
		d.Detail += fmt.Sprintf(" Of the %d steps of this cycle the first %d are shown.", n, shownEdges)
		cycle = cycle[:shownEdges]
	}
	for _, e := range cycle {
		d.Related = append(d.Related, diag.Related{Message: fmt.Sprintf("%s needs %s", name(e.from), name(e.to)), Range: e.at})
	}
	return d
}
