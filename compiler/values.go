package compiler

import (
	"errors"

	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/lang/diag"
)

// sensitiveMark is on values of sensitive variables and on all that is
// computed from them.
const sensitiveMark = "sensitive"

// settle is the second phase: what waited for references and outputs is
// computed, each value after those it names, and every module gets the scope
// that its blocks are compiled in.
func (c *compilation) settle() {
	c.root.all(func(m *module) { m.references(); m.expanded = true })
	c.root.all(func(m *module) {
		for _, s := range m.order {
			c.resolve(s)
		}
		for _, s := range m.repeats() {
			c.resolve(s)
		}
	})
	c.root.all(func(m *module) {
		calls := make(map[string]cty.Value, len(m.calls))
		for name, to := range m.calls {
			calls[name] = to.value()
		}
		m.scope["module"] = cty.ObjectVal(calls)
		m.scope["var"], m.scope["local"] = m.settled("var."), m.settled("local.")
		u := m.unit()
		m.validate(u)
		m.report(u.list)
	})
	u := c.root.unit()
	c.defaults = u.stepDefaults()
	c.root.report(u.list)
}

// settled are the values of one root that are there.
func (m *module) settled(prefix string) cty.Value {
	out := map[string]cty.Value{}
	for _, s := range m.order {
		if name, ok := strings.CutPrefix(s.name, prefix); ok && s.state == settled {
			out[name] = s.value
		}
	}
	return cty.ObjectVal(out)
}

// repeats are the values of for_each that wait for the second phase.
func (m *module) repeats() []*slot {
	var all []*slot
	for _, name := range sorted(m.jobs) {
		all = append(all, m.jobs[name].waiting()...)
	}
	for _, name := range sorted(m.resources) {
		all = append(all, m.resources[name].waiting()...)
	}
	for _, name := range sorted(m.calls) {
		all = append(all, m.calls[name].repeated.waiting()...)
	}
	return all
}

func (r *repeated) waiting() []*slot {
	if r.each == nil || r.each.state != partial {
		return nil
	}
	return []*slot{r.each}
}

// add makes a slot a value of the module.
func (m *module) add(s *slot) *slot {
	m.values[s.name] = s
	m.order = append(m.order, s)
	return s
}

func (m *module) variables(u *unit) cty.Value {
	out := map[string]cty.Value{}
	for _, v := range m.cfg.Variables {
		if m.sym.variables[v.Name.Text] != v {
			continue
		}
		u.text(v.Description)
		s, ok := m.variable(u, v)
		if !ok {
			m.fail("var." + v.Name.Text)
			continue
		}
		m.add(s)
		out[v.Name.Text] = s.value
	}
	return cty.ObjectVal(out)
}

// variable is the value given for a variable, or its default.
func (m *module) variable(u *unit, v *config.Variable) (*slot, bool) {
	s := &slot{name: "var." + v.Name.Text, home: m, owner: m, expr: v.Default}
	what := "The default of " + v.Name.Text
	if v.Given != nil {
		s.expr, what = v.Given.Value, "The value of "+v.Name.Text+" (from "+v.Given.From+")"
		if s.expr == nil {
			return nil, false // could not be read; said already
		}
	}
	if m.parent != nil {
		if e := m.call.argument(v.Name.Text); e != nil {
			s.expr, what = e, "The value of "+v.Name.Text
			s.home, s.call, s.index = m.parent, m.call, m.index
		}
	}
	if s.expr == nil {
		u.list.Append(m.noValue(v))
		return nil, false
	}
	sensitive := u.flag(v.Sensitive)
	s.fit = func(u *unit, value cty.Value) (cty.Value, bool) {
		ok := true
		if value.IsNull() && s.expr != v.Default && v.Default != nil && u.refusesNull(v) {
			value, ok = u.constant(v.Default, &config.Variable{}) // null stands for it
		}
		if ok {
			value, ok = u.fit(v, value, s.expr.Range(), what)
		}
		if ok && sensitive {
			value = value.Mark(sensitiveMark)
		}
		return value, ok
	}
	if s.call == nil {
		value, ok := u.constant(s.expr, v)
		if ok {
			_, ok = u.keepValue(s, value)
		}
		m.input(v, s)
		return s, ok
	}
	in := m.parent.unit()
	in.give(m.call.repeated.given(m.index))
	_, ok := in.first(s)
	m.report(in.list)
	return s, ok
}

// input notes the value of a variable of the pipeline for the graph's header.
func (m *module) input(v *config.Variable, s *slot) {
	if m.parent != nil || s.state != settled || s.value.IsMarked() {
		return
	}
	if g, err := deferred.FromCty(s.value); err == nil {
		m.c.inputs[v.Name.Text] = g
	}
}

func (c *call) argument(name string) config.Expr {
	for _, a := range c.Args {
		if a.Name.Text == name {
			return a.Value
		}
	}
	return nil
}

func (m *module) noValue(v *config.Variable) diag.Diagnostic {
	if m.parent == nil {
		return diag.Diagnostic{Code: diag.NoValue, Range: v.Range, Summary: "No value for a variable",
			Detail: "The variable " + v.Name.Text + " has no default and was given no value.",
			Fix:    &diag.Fix{Help: "give it with --var " + v.Name.Text + "=… or " + config.EnvPrefix + v.Name.Text}}
	}
	return diag.Diagnostic{Code: diag.NoValue, Range: m.call.Range, Summary: "No value for a variable of a module",
		Detail:  "The module needs a value for its variable " + v.Name.Text + ", which has no default: write " + v.Name.Text + " = … here.",
		Related: []diag.Related{{Message: "the variable", Range: v.Range}}, Within: m.parent.within()}
}

// outputs are left to the second phase: nothing of the first may name them.
func (m *module) outputs() {
	for _, o := range m.cfg.Outputs {
		if m.sym.outputs[o.Name.Text] != o {
			continue
		}
		s := m.add(&slot{name: "output." + o.Name.Text, home: m, owner: m, expr: o.Value, value: cty.DynamicVal, state: partial})
		u := m.unit()
		u.text(o.Description)
		sensitive := u.flag(o.Sensitive)
		if o.Value == nil {
			u.errorf(diag.MissingField, o.Range, "Output without value", "An output block has a value: what the module gives to its caller.")
			s.state = broken
			m.fail(s.name)
		}
		m.report(u.list)
		s.fit = func(_ *unit, v cty.Value) (cty.Value, bool) {
			if sensitive {
				v = v.Mark(sensitiveMark)
			}
			return v, true
		}
	}
}

// pipelineValue is what pipeline.… stands for.
func (u *unit) pipelineValue() cty.Value {
	if len(u.m.cfg.Pipelines) == 0 {
		return cty.DynamicVal
	}
	p, team := u.m.cfg.Pipelines[0], cty.StringVal(defaultTeam)
	if p.Team != nil {
		silent := u.m.unit() // what is wrong is said where the block is compiled
		team = cty.DynamicVal
		if v, ok := silent.first(&slot{home: u.m, owner: u.m, expr: p.Team}); ok {
			team = v
		}
	}
	return cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal(p.Name.Text), "team": team})
}

func (u *unit) refusesNull(v *config.Variable) bool { return v.Nullable != nil && !u.flag(v.Nullable) }

// constant is the value of an expression that may name nothing.
func (u *unit) constant(e config.Expr, v *config.Variable) (cty.Value, bool) {
	if refs := e.Refs(); len(refs) > 0 {
		if v.Given != nil {
			u.errorf(diag.WrongType, e.Range(), "Wrong type", "The variable %s is of the type %s, and this is no constant of that type. A text inside of it stands in quotes.",
				v.Name.Text, typeName(v.Type))
			return cty.NilVal, false
		}
		u.errorf(diag.BadExpression, refs[0].Range, "A name in a constant", "The value of a variable must be a constant; it cannot name %s. A local value can.", refs[0])
		return cty.NilVal, false
	}
	value, problems := e.Eval(config.Scope{})
	u.list.Append(problems...)
	return value, !problems.HasErrors()
}

// fit converts a value to the type of its variable.
func (u *unit) fit(v *config.Variable, value cty.Value, at diag.Range, what string) (cty.Value, bool) {
	if v.Fill != nil {
		value = v.Fill(value)
	}
	out, err := convert.Convert(value, v.Type)
	if err != nil {
		u.errorf(diag.WrongType, at, "Wrong type", "%s does not fit the type of the variable, %s: %s.", what, typeName(v.Type), err)
		return cty.NilVal, false
	}
	if _, err := deferred.FromCty(out); errors.Is(err, deferred.ErrNumber) { // a text may become one
		u.errorf(diag.OutOfRange, at, "Number out of range", "%s cannot be used: %s.", what, err)
		return cty.NilVal, false
	}
	if out.IsNull() && u.refusesNull(v) {
		u.errorf(diag.NoValue, at, "Null for a variable", "%s is null, but the variable says nullable = false.", what)
		return cty.NilVal, false
	}
	return out, true
}

func typeName(t cty.Type) string {
	if t == cty.DynamicPseudoType {
		return "any"
	}
	return t.FriendlyNameForConstraint()
}

// validate checks the conditions of all variables that have a value.
func (m *module) validate(u *unit) {
	for _, v := range m.cfg.Variables {
		if m.failed["var."+v.Name.Text] {
			continue
		}
		for _, rule := range v.Validations {
			u.validation(v, rule)
		}
	}
}

func (u *unit) validation(v *config.Variable, rule *config.Validation) {
	if rule.Condition == nil || rule.ErrorMessage == nil {
		u.errorf(diag.MissingField, rule.Range, "Incomplete validation", "A validation block has a condition and an error_message.")
		return
	}
	if !u.check(rule.Condition.Refs(), atCompile) {
		return
	}
	value, problems := rule.Condition.Eval(u.scope)
	u.list.Append(problems...)
	if problems.HasErrors() {
		return
	}
	value, _ = value.Unmark()
	ok, err := convert.Convert(value, cty.Bool)
	if err != nil || ok.IsNull() || !ok.IsKnown() {
		u.errorf(diag.WrongType, rule.Condition.Range(), "Wrong type", "A condition is true or false.")
		return
	}
	if ok.False() {
		u.invalid(v, rule)
	}
}

func (u *unit) invalid(v *config.Variable, rule *config.Validation) {
	message, ok := u.text(rule.ErrorMessage)
	if !ok {
		return
	}
	d := diag.Diagnostic{Code: diag.Invalid, Range: v.Range, Summary: "Invalid value for a variable", Detail: message,
		Related: []diag.Related{{Message: "the condition", Range: rule.Condition.Range()}}}
	if v.Given != nil {
		d.Related = append(d.Related, diag.Related{Message: "the value", Range: v.Given.Value.Range()})
		if u.flag(v.Sensitive) {
			d.Related = d.Related[:1]
		}
	} else if v.Default != nil {
		d.Related = append(d.Related, diag.Related{Message: "the value", Range: v.Default.Range()})
	}
	u.list.Append(d)
}
