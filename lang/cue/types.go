package cue

import (
	"cuelang.org/go/cue"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

var (
	anything = cty.DynamicPseudoType
	yes      = expr.Of(&hclsyntax.LiteralValueExpr{Val: cty.True})
)

// typeOf is the type that the compiler holds a variable to. CUE has checked
// its value already, so only the plain ones matter.
func typeOf(v cue.Value) cty.Type {
	switch v.IncompleteKind() {
	case cue.StringKind:
		return cty.String
	case cue.IntKind, cue.FloatKind, cue.NumberKind:
		return cty.Number
	case cue.BoolKind:
		return cty.Bool
	}
	return anything
}

// writtenAs is the type by which a value from outside is read: one that is no
// string is an expression.
func writtenAs(v cue.Value) cty.Type {
	switch t := typeOf(v); {
	case t != anything:
		return t
	case v.IncompleteKind() == cue.ListKind:
		return cty.List(anything)
	case v.IncompleteKind() == cue.StructKind:
		return cty.Map(anything)
	}
	return anything
}

// typeNamed is a type as HCL writes it: "number", "list(string)".
func (r *reader) typeNamed(v cue.Value) cty.Type {
	s := r.text(v).Text
	node, diags := hclsyntax.ParseExpression([]byte(s), "", hcl.InitialPos)
	if !diags.HasErrors() {
		var t cty.Type
		if t, diags = typeexpr.TypeConstraint(node); !diags.HasErrors() {
			return t
		}
	}
	r.placedProblems(expr.Problems(diags, diag.WrongType), r.inside(v, s, 0))
	return anything
}
