package compiler

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/lang/diag"
)

const (
	shownOperands = 4
	longestShown  = 100 // bytes of a value
)

// operands are what the two sides of a condition's comparisons come to, as far
// as that is short enough to be read.
func (u *unit) operands(e config.Expr) (values []diag.Value) {
	compared, ok := e.(interface{ Operands() []config.Expr })
	if !ok {
		return nil
	}
	for _, x := range compared.Operands() {
		if len(x.Refs()) == 0 || len(values) == shownOperands {
			continue
		}
		v, problems := x.Eval(u.scope)
		if problems.HasErrors() || !v.IsWhollyKnown() {
			continue
		}
		name := strings.TrimSuffix(strings.TrimPrefix(x.Template(), "${"), "}")
		g, err := deferred.FromCty(v)
		if err != nil || len(name) > longestShown {
			continue
		}
		var text strings.Builder
		to := json.NewEncoder(&text)
		to.SetEscapeHTML(false)
		if err := to.Encode(graph.ValueJSON(g)); err == nil && text.Len() <= longestShown {
			values = append(values, diag.Value{Name: name, Text: strings.TrimSpace(text.String())})
		}
	}
	return values
}

var splat = regexp.MustCompile(`\b(jobs|resources)(\.\*|\[\*\])`)

// splatHelp explains why a splat of all jobs gives none of their fields: jobs
// are an object by name.
func (u *unit) splatHelp(e config.Expr, said diag.List) {
	if m := splat.FindStringSubmatch(e.Template()); m != nil {
		for i := range said {
			if said[i].Fix == nil {
				said[i].Fix = &diag.Fix{Help: m[1] + " is an object by name and no list: write [for x in " + m[1] + " : x.…], or values(" + m[1] + ")[*]"}
			}
		}
	}
}

// neverEqual reports comparisons whose result says nothing of what is compared:
// a set equals no list, though both may hold the same.
func (u *unit) neverEqual(e config.Expr) (found bool) {
	compared, ok := e.(interface{ Equalities() [][2]config.Expr })
	if !ok {
		return false
	}
	for _, sides := range compared.Equalities() {
		x, _ := sides[0].Eval(u.scope)
		y, _ := sides[1].Eval(u.scope)
		if !isSequence(x) || !isSequence(y) || x.Type().IsSetType() == y.Type().IsSetType() {
			continue
		}
		found = true
		u.list.Append(diag.Diagnostic{Code: diag.WrongType, Range: sides[0].Range().Join(sides[1].Range()), Summary: "A set is never equal to a list",
			Detail: "One side is a set and the other is a list, so they differ even where they hold the same.",
			Fix:    &diag.Fix{Help: "write toset(…) around the list, or [for x in … : x] around the set"}})
	}
	return found
}

func isSequence(v cty.Value) bool {
	if v == cty.NilVal || v.IsNull() {
		return false
	}
	t := v.Type()
	return t.IsSetType() || t.IsListType() || t.IsTupleType()
}
