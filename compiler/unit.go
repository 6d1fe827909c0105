package compiler

import (
	"errors"
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/lang/diag"
)

// unit is one block while it is compiled: what its expressions may name, and
// its problems. One goroutine uses it.
type unit struct {
	c     *compilation
	m     *module
	scope config.Scope
	list  diag.List
	run   *running     // of the job; nil outside of jobs
	lax   bool         // a shared task by itself: any job may be meant
	shown string       // why what is compiled now may hold no secret; "": it may
	given config.Scope // names that only this block has: each, count, iterators
}

func (u *unit) errorf(code diag.Code, at diag.Range, summary, format string, args ...any) {
	u.list.Errorf(code, at, summary, format, args...)
}

// known is the value of an expression that must be known now. ok is false
// where there is none: null, or with cty.NilVal absent or wrong, which then is
// reported.
func (u *unit) known(e config.Expr) (v cty.Value, ok bool) {
	if e == nil {
		return cty.NilVal, false
	}
	if v, ok := e.Literal(); ok {
		return v, !v.IsNull()
	}
	if !u.check(e.Refs(), atCompile) {
		return cty.NilVal, false
	}
	v, problems := e.Eval(u.scope)
	u.list.Append(problems...)
	if problems.HasErrors() || !u.mayStand(v, e.Range()) {
		return cty.NilVal, false
	}
	return v, !v.IsNull()
}

// mayStand reports values that must not or cannot stand in the graph.
func (u *unit) mayStand(v cty.Value, at diag.Range) bool {
	if v.ContainsMarked() {
		u.sensitive(at)
		return false
	}
	if !v.IsWhollyKnown() {
		u.errorf(diag.OnlyAtRunTime, at, "Known only in a run", "This must be known when the pipeline is compiled.")
		return false
	}
	return true
}

func (u *unit) sensitive(at diag.Range) {
	u.list.Append(diag.Diagnostic{Code: diag.SensitiveValue, Range: at, Summary: "Sensitive value in the plan",
		Detail: "This value comes from a sensitive variable. What is written here becomes part of the plan graph, which is stored and shown in clear.",
		Fix:    &diag.Fix{Help: "keep the value in a secret source and write secret.<source>.<path>: the graph then has only its name"}})
}

// refused reports why a value has no place in the graph.
func (u *unit) refused(err error, at diag.Range) {
	switch {
	case errors.Is(err, deferred.ErrSensitive):
		u.sensitive(at)
	case errors.Is(err, deferred.ErrReference):
		u.errorf(diag.WrongReference, at, "A reference is no value here", "Resources, jobs and tasks can be referred to, but have no text or other value that could stand here.")
	default:
		u.errorf(diag.WrongType, at, "Unusable value", "%s.", capital(err.Error()))
	}
}

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }
