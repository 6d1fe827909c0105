package budget

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Prepare puts meters into an expression, and reports whether evaluating it can
// take more than naming a value does. The tree is changed: prepare it before
// others use it. To prepare it again changes nothing.
func Prepare(e hclsyntax.Expression) bool {
	p := preparation{}
	p.inside(e)
	return p.costs
}

type preparation struct{ costs bool }

// slot prepares a part of an expression, and puts a meter around it if it makes
// something by itself.
func (p *preparation) slot(e *hclsyntax.Expression) {
	switch n := (*e).(type) {
	case nil, *metered, *hclsyntax.ScopeTraversalExpr:
		return
	case *hclsyntax.LiteralValueExpr:
		if n.Val.Type() == cty.Number && n.Val.IsKnown() && !n.Val.IsNull() && tooLarge(n.Val) {
			*e = around(n, operand)
		}
		return
	case *hclsyntax.FunctionCallExpr, *hclsyntax.ForExpr, *hclsyntax.SplatExpr, *hclsyntax.TemplateJoinExpr:
		p.inside(*e)
		*e = around(*e, result)
	case *hclsyntax.TemplateExpr:
		if p.inside(*e); len(n.Parts) > 1 && !allLiteral(n.Parts) {
			*e = around(*e, result)
		}
	default:
		p.inside(*e)
	}
}

func allLiteral(parts []hclsyntax.Expression) bool {
	for _, x := range parts {
		if _, ok := x.(*hclsyntax.LiteralValueExpr); !ok {
			return false
		}
	}
	return true
}

func (p *preparation) slots(all []hclsyntax.Expression) {
	for i := range all {
		p.slot(&all[i])
	}
}

// always prepares a part and puts a meter around it whatever it is.
func (p *preparation) always(e *hclsyntax.Expression, k kind) {
	if *e == nil {
		return
	}
	if _, done := (*e).(*metered); !done {
		p.inside(*e)
		*e = around(*e, k)
	}
}

// inside prepares the parts of an expression.
func (p *preparation) inside(e hclsyntax.Expression) {
	switch n := e.(type) {
	case *hclsyntax.LiteralValueExpr, *hclsyntax.ScopeTraversalExpr, *hclsyntax.AnonSymbolExpr, *metered:
		return
	case *hclsyntax.ParenthesesExpr:
		p.slot(&n.Expression)
		return
	case *hclsyntax.TemplateWrapExpr:
		p.slot(&n.Wrapped)
		return
	case *hclsyntax.TemplateExpr:
		p.slots(n.Parts)
		p.costs = p.costs || !allLiteral(n.Parts)
		return
	}
	p.costs = true
	p.compound(e)
}

func (p *preparation) compound(e hclsyntax.Expression) {
	switch n := e.(type) {
	case *hclsyntax.TemplateJoinExpr:
		p.slot(&n.Tuple)
	case *hclsyntax.TupleConsExpr:
		p.slots(n.Exprs)
	case *hclsyntax.ObjectConsExpr:
		for i := range n.Items {
			p.inside(n.Items[i].KeyExpr)
			p.slot(&n.Items[i].ValueExpr)
		}
	case *hclsyntax.ObjectConsKeyExpr:
		p.inside(n.Wrapped)
	case *hclsyntax.FunctionCallExpr:
		p.call(n)
	case *hclsyntax.ForExpr:
		p.forExpr(n)
	case *hclsyntax.ConditionalExpr:
		p.slot(&n.Condition)
		p.slot(&n.TrueResult)
		p.slot(&n.FalseResult)
	case *hclsyntax.BinaryOpExpr:
		p.always(&n.LHS, operand)
		p.always(&n.RHS, operand)
	case *hclsyntax.UnaryOpExpr:
		p.always(&n.Val, operand)
	default:
		p.path(e)
	}
}

func (p *preparation) call(n *hclsyntax.FunctionCallExpr) {
	for i := range n.Args {
		if _, literal := n.Args[i].(*hclsyntax.LiteralValueExpr); literal {
			p.slot(&n.Args[i])
			continue
		}
		p.always(&n.Args[i], argument)
		if m, ok := n.Args[i].(*metered); ok && m.kind == argument {
			m.to = n
		}
	}
}

func (p *preparation) forExpr(n *hclsyntax.ForExpr) {
	p.slot(&n.CollExpr)
	p.always(&n.KeyExpr, round)
	p.always(&n.ValExpr, round)
	p.always(&n.CondExpr, round)
}

func (p *preparation) path(e hclsyntax.Expression) {
	switch n := e.(type) {
	case *hclsyntax.RelativeTraversalExpr:
		p.slot(&n.Source)
	case *hclsyntax.IndexExpr:
		p.slot(&n.Collection)
		p.slot(&n.Key)
	case *hclsyntax.SplatExpr:
		p.slot(&n.Source)
		p.always(&n.Each, round)
	}
}
