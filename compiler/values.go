package compiler

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/lang/diag"
)

// sensitiveMark is on values of sensitive variables and on all that is
// computed from them.
const sensitiveMark = "sensitive"

// values computes variables and locals and makes the scope of everything else.
func (m *module) values(l *diag.List) {
	m.failed = map[string]bool{}
	m.c.inputs = graph.Map{}
	m.scope = m.references()
	u := m.unit()
	m.scope["var"] = m.variables(u)
	m.validate(u)
	m.scope["local"] = m.locals(u)
	m.c.defaults = u.stepDefaults()
	l.Append(u.list...)
}

// references are the roots whose names stand for blocks.
func (m *module) references() config.Scope {
	resources := make(map[string]cty.Value, len(m.sym.resources))
	for t, of := range m.sym.resources {
		resources[t] = targets(of, config.Target{Kind: "resource", Type: t})
	}
	sources := make(map[string]cty.Value, len(m.sym.sources))
	for n, s := range m.sym.sources {
		sources[s.Type.Text] = targets(map[string]bool{n: true}, config.Target{Kind: "secret_source", Type: s.Type.Text})
	}
	name := ""
	if len(m.cfg.Pipelines) > 0 {
		name = m.cfg.Pipelines[0].Name.Text
	}
	return config.Scope{
		"job":           targets(m.sym.jobs, config.Target{Kind: "job"}),
		"task":          targets(m.sym.tasks, config.Target{Kind: "task"}),
		"resource_type": targets(m.sym.types, config.Target{Kind: "resource_type"}),
		"resource":      cty.ObjectVal(resources),
		"secret":        cty.DynamicVal,
		"secret_source": cty.ObjectVal(sources),
		"pipeline":      cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal(name)}),
	}
}

func targets[T any](of map[string]T, t config.Target) cty.Value {
	out := make(map[string]cty.Value, len(of))
	for name := range of {
		t.Name = name
		out[name] = t.Value()
	}
	return cty.ObjectVal(out)
}

func (m *module) variables(u *unit) cty.Value {
	out := map[string]cty.Value{}
	for name, v := range m.sym.variables {
		value, ok := u.variable(v)
		if !ok {
			m.failed["var."+name] = true
			continue
		}
		sensitive := u.flag(v.Sensitive)
		if sensitive {
			value = value.Mark(sensitiveMark)
		} else if g, err := deferred.FromCty(value); err == nil {
			m.c.inputs[name] = g
		}
		out[name] = value
	}
	return cty.ObjectVal(out)
}

// variable is the value given for a variable, or its default.
func (u *unit) variable(v *config.Variable) (cty.Value, bool) {
	u.text(v.Description)
	e, what := v.Default, "The default of "+v.Name.Text
	if v.Given != nil && v.Given.Value == nil {
		return cty.NilVal, false // could not be read; said already
	}
	if v.Given != nil {
		e, what = v.Given.Value, "The value of "+v.Name.Text+" (from "+v.Given.From+")"
	}
	if e == nil {
		u.list.Append(diag.Diagnostic{Code: diag.NoValue, Range: v.Range, Summary: "No value for a variable",
			Detail: "The variable " + v.Name.Text + " has no default and was given no value.",
			Fix:    &diag.Fix{Help: "give it with --var " + v.Name.Text + "=… or " + config.EnvPrefix + v.Name.Text}})
		return cty.NilVal, false
	}
	value, ok := u.constant(e, v)
	if !ok {
		return cty.NilVal, false
	}
	if value.IsNull() && v.Given != nil && v.Default != nil && u.refusesNull(v) {
		byDefault := *v // null stands for it
		byDefault.Given = nil
		return u.variable(&byDefault)
	}
	return u.fit(v, value, e.Range(), what)
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
