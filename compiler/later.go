package compiler

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// later is a value of a type that perhaps only a run knows; nil where there is
// none, or a wrong one, which then is reported.
func (u *unit) later(e config.Expr, ty cty.Type, want string) graph.Value {
	if e == nil {
		return nil
	}
	refs := e.Refs()
	if !u.check(refs, atRun) {
		return nil
	}
	v, problems := e.Eval(u.scope)
	u.list.Append(problems...)
	if problems.HasErrors() {
		return nil
	}
	if v.ContainsMarked() {
		u.sensitive(e.Range())
		return nil
	}
	out, err := convert.Convert(v, ty)
	if err != nil {
		u.wrongType(e, want, v)
		return nil
	}
	if !v.IsWhollyKnown() {
		kept, _ := u.keep(e, refs)
		return kept
	}
	if out.IsNull() {
		return nil
	}
	value, _ := u.fromCty(out, e)
	return value
}

// openly compiles what people get to see, where no secret may stand.
func (u *unit) openly(why string, compile func()) {
	u.shown = why
	compile()
	u.shown = ""
}

// when is the condition of a step; nil: always.
func (u *unit) when(e config.Expr) graph.Value {
	v := u.later(e, cty.Bool, "true or false")
	if v == graph.Bool(true) {
		return nil
	}
	return v
}

// across compiles the across blocks of a step and makes their variables known
// to what is compiled next. Their values are those of before: none depends on
// another.
func (u *jobUnit) across(s *config.Step) []graph.Across {
	out := make([]graph.Across, 0, len(s.Across))
	names := append([]config.Name(nil), u.run.across...)
	for _, a := range s.Across {
		checkName(a.Name, "across variable", &u.list)
		if first, ok := artifacts(names).find(a.Name.Text); ok {
			twice("across."+a.Name.Text, a.Name.Range, first.Range, &u.list)
		}
		names = append(names, a.Name)
		x := graph.Across{Var: a.Name.Text, MaxInFlight: u.atOnceLimit(a.MaxInFlight), FailFast: u.flag(a.FailFast)}
		u.openly("Values of across name the steps that run for them", func() { x.Values = u.acrossValues(a) })
		out = append(out, x)
	}
	if len(out) == 0 {
		return nil
	}
	u.run.across = names
	return out
}

func (u *jobUnit) acrossValues(a *config.Across) graph.Value {
	if a.Values == nil {
		u.errorf(diag.MissingField, a.Range, "Across without values", "An across block says for which values the step runs: values = [\"a\", \"b\"].")
		return nil
	}
	v, ok := u.lower(a.Values)
	if !ok {
		return nil
	}
	switch l := v.(type) {
	case graph.Deferred:
		return v
	case graph.List:
		if len(l) == 0 {
			u.errorf(diag.Empty, a.Values.Range(), "Across without values", "This list is empty, so the step would never run; when = false says so.")
		}
		return v
	}
	u.errorf(diag.WrongType, a.Values.Range(), "Wrong type", "Here must be a list of values.")
	return nil
}

// atOnceLimit is a number from one up, or the word all.
func (u *unit) atOnceLimit(e config.Expr) int64 {
	if e == nil {
		return 0
	}
	if v, ok := e.Literal(); ok && isText(v) {
		if v.AsString() == "all" {
			return graph.AllAtOnce
		}
		u.choice(config.Name{Text: v.AsString(), Range: e.Range()}, []string{"all"})
		return 0
	}
	return u.whole(e, 1)
}
