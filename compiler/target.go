package compiler

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// target is the block of a kind that an expression refers to.
func (u *unit) target(e config.Expr, kind string) (config.Target, bool) {
	if e == nil {
		return config.Target{}, false
	}
	if refs := e.Refs(); len(refs) == 1 && refs[0].Whole && refs[0].Root() == kind {
		return u.plainTarget(refs[0], kind)
	}
	v, ok := u.known(e)
	if !ok {
		return config.Target{}, false
	}
	return u.ofKind(v, e.Range(), kind)
}

// plainTarget is the quick way for the common case, a reference written out.
func (u *unit) plainTarget(r config.Ref, kind string) (config.Target, bool) {
	if !u.checkRef(r, atCompile) {
		return config.Target{}, false
	}
	t, n := config.Target{Kind: kind, Name: r.Path[1].Name, Module: string(u.m.address)}, 2
	if kind == "resource" {
		t.Type, t.Name, n = r.Path[1].Name, r.Path[2].Name, 3
	}
	of := u.m.instancesOf(t)
	i, rest, _ := u.checkInstance(r, n, of)
	switch {
	case len(rest) > 0 || r.Open:
		u.errorf(diag.WrongReference, r.Range, "Reference too long", "A reference to a %s ends with its name.", kind)
	case i < 0:
		u.whichInstance(r.Range, t, of)
	default:
		t.Key = of.suffix(i)
		return t, true
	}
	return config.Target{}, false
}

// instancesOf are those of a block of this module.
func (m *module) instancesOf(t config.Target) *repeated {
	switch t.Kind {
	case "job":
		return m.jobs[t.Name]
	case "resource":
		return m.resources[t.Type+"."+t.Name]
	}
	return onlyOne
}

// whichInstance reports the name of a repeated block where one of its instances
// must be named.
func (u *unit) whichInstance(at diag.Range, t config.Target, of *repeated) {
	name := config.Target{Kind: t.Kind, Type: t.Type, Name: t.Name}.String()
	d := diag.Diagnostic{Code: diag.WrongReference, Range: at, Summary: "Which instance?",
		Detail: fmt.Sprintf("%s stands for %d: it is repeated, and here must be one of them.", name, len(of.keys))}
	if len(of.keys) > 0 {
		t.Module, t.Key = "", of.suffix(0)
		d.Fix = &diag.Fix{Help: "say which, such as " + t.String()}
		if _, ok := u.given["each"]; ok && of.how == byKey {
			d.Fix.Help = "say which, such as " + name + "[each.key]"
		}
	}
	u.list.Append(d)
}

func (u *unit) ofKind(v cty.Value, at diag.Range, kind string) (config.Target, bool) {
	t, ok := config.AsTarget(v)
	if ok && t.Kind == kind {
		return t, true
	}
	d := diag.Diagnostic{Code: diag.WrongReference, Range: at, Summary: "Not a reference to a " + kind,
		Detail: fmt.Sprintf("Here must be a reference to a %s, such as %s; this is %s.", kind, examples[kind], kindOf(v))}
	if fix, ok := u.unquoted(v, kind); ok {
		d.Fix = &diag.Fix{Help: "names are references: write " + fix, Range: at, Text: fix}
	}
	u.list.Append(d)
	return config.Target{}, false
}

// examples is read only.
var examples = map[string]string{"job": "job.unit", "resource": "resource.git.app", "task": "task.go_test", "resource_type": "resource_type.slack"}

// unquoted is the reference that a text most likely stands for.
func (u *unit) unquoted(v cty.Value, kind string) (string, bool) {
	if v.Type() != cty.String || v.IsNull() {
		return "", false
	}
	name, sym := v.AsString(), u.m.sym
	switch kind {
	case "job":
		return "job." + name, has(sym.jobs)(name)
	case "task":
		return "task." + name, has(sym.tasks)(name)
	case "resource":
		if of := sym.byName[name]; len(of) == 1 {
			return "resource." + of[0].Type.Text + "." + name, true
		}
	}
	return "", false
}

// located reference: where it was written.
type targetAt struct {
	config.Target
	at diag.Range
}

// targets is a list of references.
func (u *unit) targets(e config.Expr, kind string) []targetAt {
	if e == nil {
		return nil
	}
	var out []targetAt
	if list, ok := e.Parts().(config.List); ok {
		for _, x := range list {
			if t, ok := u.target(x, kind); ok {
				out = append(out, targetAt{t, x.Range()})
			}
		}
		return out
	}
	v, ok := u.known(e)
	if !ok {
		return nil
	}
	if ty := v.Type(); !ty.IsTupleType() && !ty.IsListType() && !ty.IsSetType() {
		u.wrongType(e, "a list of references, such as ["+examples[kind]+"]", v)
		return nil
	}
	for it := v.ElementIterator(); it.Next(); {
		_, x := it.Element()
		if t, ok := u.ofKind(x, e.Range(), kind); ok {
			out = append(out, targetAt{t, e.Range()})
		}
	}
	return out
}
