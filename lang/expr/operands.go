package expr

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/budget"
	"github.com/weirci/weir/lang/config"
)

// Operands are the parts that the truth of a condition hangs on: the two sides
// of comparisons, through not, and, or and parentheses. Of anything else there
// are none.
func (e expr) Operands() (all []config.Expr) {
	switch n := budget.Unwrap(e.node).(type) {
	case *hclsyntax.ParenthesesExpr:
		return expr{n.Expression}.Operands()
	case *hclsyntax.UnaryOpExpr:
		return expr{n.Val}.Operands()
	case *hclsyntax.BinaryOpExpr:
		for _, side := range []hclsyntax.Expression{n.LHS, n.RHS} {
			if n.Op == hclsyntax.OpLogicalAnd || n.Op == hclsyntax.OpLogicalOr {
				all = append(all, expr{side}.Operands()...)
			} else {
				all = append(all, expr{budget.Unwrap(side)})
			}
		}
	}
	return all
}

// Equalities are the two sides of each == and != that the truth of a condition
// hangs on, as Operands has them.
func (e expr) Equalities() (all [][2]config.Expr) {
	switch n := budget.Unwrap(e.node).(type) {
	case *hclsyntax.ParenthesesExpr:
		return expr{n.Expression}.Equalities()
	case *hclsyntax.UnaryOpExpr:
		return expr{n.Val}.Equalities()
	case *hclsyntax.BinaryOpExpr:
		switch n.Op {
		case hclsyntax.OpLogicalAnd, hclsyntax.OpLogicalOr:
			return append(expr{n.LHS}.Equalities(), expr{n.RHS}.Equalities()...)
		case hclsyntax.OpEqual, hclsyntax.OpNotEqual:
			return [][2]config.Expr{{expr{budget.Unwrap(n.LHS)}, expr{budget.Unwrap(n.RHS)}}}
		}
	}
	return nil
}
