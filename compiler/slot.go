package compiler

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// slot is a named value: a variable, a local, an output, the value of a
// for_each. The first phase computes it with references and outputs unknown;
// what then is not wholly known, the second phase computes again, each after
// what it names.
type slot struct {
	name  string       // as it is written: local.x
	home  *module      // whose names the expression uses
	owner *module      // for messages: the module that the value is a part of
	given config.Scope // each or count, around the argument of a module
	call  *call        // whose each that is
	index int
	expr  config.Expr
	fit   func(*unit, cty.Value) (cty.Value, bool) // makes what was written into what it becomes; may be nil

	value cty.Value
	state slotState
}

type slotState uint8

const (
	untouched slotState = iota
	partial             // parts of it wait for the second phase
	computing           // it is being computed: meeting it again is a cycle
	settled
	broken // it has no value, which is said already
)

// first computes a slot as far as the first phase can.
func (u *unit) first(s *slot) (cty.Value, bool) {
	s.value, s.state = cty.NilVal, broken
	v, ok := s.expr.Literal()
	if !ok {
		if !u.check(s.expr.Refs(), atCompile) {
			return cty.NilVal, false
		}
		var problems diag.List
		v, problems = s.expr.Eval(u.scope)
		u.list.Append(problems...)
		if problems.HasErrors() {
			return cty.NilVal, false
		}
	}
	return u.keepValue(s, v)
}

// keepValue finishes a slot with the value of its expression.
func (u *unit) keepValue(s *slot, v cty.Value) (cty.Value, bool) {
	if s.fit != nil {
		var ok bool
		if v, ok = s.fit(u, v); !ok {
			s.state = broken
			return cty.NilVal, false
		}
	}
	s.value, s.state = v, settled
	if !v.IsWhollyKnown() {
		s.state = partial
	}
	return v, true
}

// hop is a slot on the way of the second phase.
type hop struct {
	slot *slot
	at   diag.Range // where it names the next one
}

// resolve computes a slot in the second phase.
func (c *compilation) resolve(s *slot) bool {
	switch s.state {
	case settled:
		return true
	case computing:
		c.cycle(s)
		return false
	case partial:
	default:
		return false
	}
	s.state = computing
	c.path = append(c.path, hop{slot: s})
	u := s.home.unit()
	ok := c.second(u, s)
	s.home.report(u.list)
	c.path = c.path[:len(c.path)-1]
	if !ok || s.state == broken {
		s.state = broken
		s.owner.fail(s.name)
		return false
	}
	return true
}

func (c *compilation) second(u *unit, s *slot) bool {
	if s.call != nil && s.call.repeated.each != nil {
		if !c.resolve(s.call.repeated.each) {
			return false
		}
		s.given = s.call.repeated.given(s.index)
	}
	u.give(s.given)
	refs, ok := s.expr.Refs(), true
	if !u.check(refs, atCompile) {
		return false
	}
	for _, r := range refs {
		c.path[len(c.path)-1].at = r.Range
		ok = c.resolveRef(s.home, r) && ok
	}
	if !ok {
		return false
	}
	u.narrow(refs)
	v, problems := s.expr.Eval(u.scope)
	u.list.Append(problems...)
	if problems.HasErrors() {
		return false
	}
	_, ok = u.keepValue(s, v)
	if ok {
		s.state = settled // what is unknown now stays so
	}
	return ok
}

// resolveRef computes what a reference names.
func (c *compilation) resolveRef(m *module, r config.Ref) bool {
	switch r.Root() {
	case "var", "local":
		s := m.values[r.Root()+"."+r.Path[1].Name]
		return s == nil || c.resolve(s)
	case "module":
		return c.resolveOutputs(m.calls[r.Path[1].Name], r)
	}
	return true
}

// resolveOutputs computes the outputs that a reference may mean: one of one
// instance where it says so, all of all otherwise.
func (c *compilation) resolveOutputs(to *call, r config.Ref) bool {
	instances, rest := to.modules, r.Path[2:]
	if to.repeated.how != once && len(rest) > 0 {
		if i, ok := to.repeated.has(rest[0]); ok {
			instances, rest = instances[i:i+1], rest[1:]
		}
	}
	all := true
	for _, in := range instances {
		for _, o := range in.cfg.Outputs {
			if len(rest) == 0 || rest[0].Name == o.Name.Text {
				all = c.resolve(in.values["output."+o.Name.Text]) && all
			}
		}
	}
	return all
}

// narrow leaves in scope only the values that an expression names: the others
// may not be there yet.
func (u *unit) narrow(refs []config.Ref) {
	named := map[string]map[string]cty.Value{"var": {}, "local": {}, "module": {}}
	for _, r := range refs {
		to := named[r.Root()]
		if to == nil || len(r.Path) < 2 {
			continue
		}
		name := r.Path[1].Name
		if r.Root() == "module" {
			to[name] = u.m.calls[name].value()
		} else if s := u.m.values[r.Root()+"."+name]; s != nil {
			to[name] = s.value
		}
	}
	for root, values := range named {
		u.scope[root] = cty.ObjectVal(values)
	}
}

// value is what module.x stands for, as far as its outputs are there.
func (c *call) value() cty.Value {
	return c.repeated.values(func(i int) cty.Value {
		in := c.modules[i]
		out := make(map[string]cty.Value, len(in.cfg.Outputs))
		for _, o := range in.cfg.Outputs {
			if s := in.values["output."+o.Name.Text]; s != nil && s.state == settled {
				out[o.Name.Text] = s.value
			}
		}
		return cty.ObjectVal(out)
	})
}

// cycle reports values that need one another, each edge with its place.
func (c *compilation) cycle(s *slot) {
	start := len(c.path) - 1
	for start > 0 && c.path[start].slot != s {
		start--
	}
	edges := c.path[start:]
	d := diag.Diagnostic{Code: diag.Cycle, Range: edges[0].at, Summary: "Cycle of values",
		Detail: "Values are defined in terms of one another, so none has a value."}
	for i, e := range edges {
		to := edges[(i+1)%len(edges)].slot
		d.Related = append(d.Related, diag.Related{Message: fmt.Sprintf("%s needs %s", e.slot.title(), to.title()), Range: e.at})
	}
	s.home.report(diag.List{d})
}

// title names a slot for people: module.a.output.image.
func (s *slot) title() string {
	if s.owner.address == "" {
		return s.name
	}
	return string(s.owner.address) + "." + s.name
}

func (m *module) fail(name string) { m.failed[name] = true }
