package budget

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// kind is what is looked at in a metered expression.
type kind uint8

const (
	result   kind = iota // what it makes
	round                // that it runs again, and what it makes
	operand              // that it is a number which can be computed with
	argument             // how much a function has to go through, and what it makes
)

// metered is an expression with a meter around it. To walks over the tree it
// is a pair of parentheses.
type metered struct {
	*hclsyntax.ParenthesesExpr
	kind kind
	to   *hclsyntax.FunctionCallExpr // of an argument: the call
}

func around(e hclsyntax.Expression, k kind) *metered {
	return &metered{ParenthesesExpr: &hclsyntax.ParenthesesExpr{Expression: e, SrcRange: e.Range()}, kind: k}
}

// Unwrap is the expression itself, where there is a meter around it.
func Unwrap(e hclsyntax.Expression) hclsyntax.Expression {
	if m, ok := e.(*metered); ok {
		return m.Expression
	}
	return e
}

// UnwrapExpression lets the library look at the form of the expression.
func (m *metered) UnwrapExpression() hcl.Expression { return m.Expression }

func (m *metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	left := of(ctx)
	if left == nil {
		return m.Expression.Value(ctx)
	}
	if m.kind == round {
		left.charge(perStep)
	}
	v, diags := m.Expression.Value(ctx)
	switch {
	case diags.HasErrors():
		left.charge(perError)
	case m.kind == operand:
		checkOperand(v)
	case m.kind == argument:
		return m.argument(left, v), diags
	case makes(m.Expression):
		left.charge(weighed(v, left.left))
	}
	return v, diags
}

// weighed is the weight of a value; a number that is too large ends it all.
func weighed(v cty.Value, most int64) int64 {
	n, why := weigh(v, most)
	if why != "" && n <= most {
		panic(spent{why})
	}
	return n
}

// makes reports whether an expression gives more than what was there before.
func makes(e hclsyntax.Expression) bool {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr, *hclsyntax.RelativeTraversalExpr, *hclsyntax.IndexExpr, *hclsyntax.AnonSymbolExpr:
		return false
	case *hclsyntax.ParenthesesExpr:
		return makes(e.Expression)
	}
	return true
}

// checkOperand refuses numbers that are too large before they are computed
// with; a text may become such a number.
func checkOperand(v cty.Value) {
	v, _ = v.Unmark()
	if v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
		if len(v.AsString()) > maxExponent {
			panic(spent{"A text as long as this cannot be computed with as a number."})
		}
		n, err := convert.Convert(v, cty.Number)
		if err != nil {
			return
		}
		v = n
	}
	if v.Type() == cty.Number {
		if _, why := weigh(v, MaxValue); why != "" {
			panic(spent{why})
		}
	}
}
