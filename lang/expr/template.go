package expr

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/budget"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/function"
)

// templateOf prints an expression as the source of a template in canonical
// form. It is written from the syntax tree, so comments and spacing of the
// source leave no trace; parsing it gives an expression of the same meaning.
func templateOf(e hclsyntax.Expression) string { return templateWith(e, nil) }

// templateWith is templateOf that computes some calls.
func templateWith(e hclsyntax.Expression, fold *folding) string {
	p := printer{fold: fold}
	switch n := budget.Unwrap(e).(type) {
	case *hclsyntax.TemplateExpr:
		p.parts(n.Parts, escapeTemplate)
	case *hclsyntax.TemplateWrapExpr:
		return templateWith(n.Wrapped, fold)
	case *hclsyntax.ParenthesesExpr:
		return templateWith(n.Expression, fold)
	default:
		p.interpolate(e)
	}
	return p.String()
}

type printer struct {
	strings.Builder
	fold *folding // nil: calls are printed as they are
}

func (p *printer) write(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
}

func (p *printer) interpolate(e hclsyntax.Expression) {
	p.write("${")
	p.expr(e)
	p.write("}")
}

// parts prints the parts of a template. A literal's last $ or % must not run
// into the interpolation behind it, so that one is interpolated as well.
//
// A template of one interpolation, as directives have, is a string, where the
// same in quotes would be whatever stands in it. So an empty text comes after it.
func (p *printer) parts(parts []hclsyntax.Expression, escape func(string) string) {
	if len(parts) == 1 {
		switch part := budget.Unwrap(parts[0]).(type) {
		case *hclsyntax.TemplateExpr:
			p.parts(part.Parts, escape)
			return
		case *hclsyntax.LiteralValueExpr:
			if part.Val.Type() != cty.String || part.Val.IsNull() {
				defer p.write(`${""}`)
			}
		default:
			defer p.write(`${""}`)
		}
	}
	for i, part := range parts {
		l, ok := part.(*hclsyntax.LiteralValueExpr)
		if !ok || l.Val.Type() != cty.String || l.Val.IsNull() {
			p.interpolate(part)
			continue
		}
		text := l.Val.AsString()
		body := text
		if i+1 < len(parts) {
			body = strings.TrimRight(text, "$%")
		}
		p.write(escape(body))
		if tail := text[len(body):]; tail != "" {
			p.write(`${"`, tail, `"}`)
		}
	}
}

var (
	templateEscapes = strings.NewReplacer("${", "$${", "%{", "%%{")
	quotedEscapes   = strings.NewReplacer("${", "$${", "%{", "%%{", `\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)
)

func escapeTemplate(s string) string { return templateEscapes.Replace(s) }
func escapeQuoted(s string) string   { return quotedEscapes.Replace(s) }

func (p *printer) expr(e hclsyntax.Expression) {
	switch n := budget.Unwrap(e).(type) {
	case *hclsyntax.LiteralValueExpr:
		p.write(literalText(n.Val))
	case *hclsyntax.TemplateExpr:
		p.write(`"`)
		p.parts(n.Parts, escapeQuoted)
		p.write(`"`)
	case *hclsyntax.TemplateWrapExpr:
		p.expr(n.Wrapped)
	case *hclsyntax.TemplateJoinExpr:
		p.write(`join("", `)
		p.expr(n.Tuple)
		p.write(")")
	case *hclsyntax.ParenthesesExpr:
		p.expr(n.Expression)
	case *hclsyntax.ScopeTraversalExpr:
		p.traversal(n.Traversal)
	case *hclsyntax.RelativeTraversalExpr:
		p.operand(n.Source)
		p.traversal(n.Traversal)
	case *hclsyntax.IndexExpr:
		p.operand(n.Collection)
		p.bracketed(n.Key)
	case *hclsyntax.SplatExpr:
		p.operand(n.Source)
		p.write("[*]")
		p.expr(n.Each)
	case *hclsyntax.AnonSymbolExpr: // what stands before the dots of a splat's tail
	default:
		p.compound(n)
	}
}

func (p *printer) compound(e hclsyntax.Expression) {
	switch n := e.(type) {
	case *hclsyntax.FunctionCallExpr:
		p.call(n)
	case *hclsyntax.TupleConsExpr:
		p.write("[")
		p.list(n.Exprs)
		p.write("]")
	case *hclsyntax.ObjectConsExpr:
		p.object(n)
	case *hclsyntax.ObjectConsKeyExpr:
		p.key(n)
	case *hclsyntax.ForExpr:
		p.forExpr(n)
	case *hclsyntax.ConditionalExpr:
		p.operand(n.Condition)
		p.write(" ? ")
		p.operand(n.TrueResult)
		p.write(" : ")
		p.operand(n.FalseResult)
	case *hclsyntax.BinaryOpExpr:
		p.operand(n.LHS)
		p.write(" ", operators[n.Op], " ")
		p.operand(n.RHS)
	case *hclsyntax.UnaryOpExpr:
		p.write(operators[n.Op])
		p.operand(n.Val)
	}
}

// operators is read only. The sign and the minus are written the same.
var operators = map[*hclsyntax.Operation]string{
	hclsyntax.OpLogicalOr: "||", hclsyntax.OpLogicalAnd: "&&", hclsyntax.OpLogicalNot: "!",
	hclsyntax.OpEqual: "==", hclsyntax.OpNotEqual: "!=",
	hclsyntax.OpGreaterThan: ">", hclsyntax.OpGreaterThanOrEqual: ">=",
	hclsyntax.OpLessThan: "<", hclsyntax.OpLessThanOrEqual: "<=",
	hclsyntax.OpAdd: "+", hclsyntax.OpSubtract: "-", hclsyntax.OpMultiply: "*",
	hclsyntax.OpDivide: "/", hclsyntax.OpModulo: "%", hclsyntax.OpNegate: "-",
}

// operand prints e so that it binds tighter than anything around it.
func (p *printer) operand(e hclsyntax.Expression) {
	inner := budget.Unwrap(e)
	for {
		w, ok := inner.(*hclsyntax.ParenthesesExpr)
		if !ok {
			break
		}
		inner = budget.Unwrap(w.Expression)
	}
	switch inner.(type) {
	case *hclsyntax.BinaryOpExpr, *hclsyntax.UnaryOpExpr, *hclsyntax.ConditionalExpr, *hclsyntax.SplatExpr,
		*hclsyntax.TemplateWrapExpr, *hclsyntax.ForExpr:
		p.write("(")
		p.expr(inner)
		p.write(")")
	default:
		p.expr(inner)
	}
}

func (p *printer) bracketed(e hclsyntax.Expression) {
	p.write("[")
	p.expr(e)
	p.write("]")
}

func (p *printer) list(all []hclsyntax.Expression) {
	for i, x := range all {
		if i > 0 {
			p.write(", ")
		}
		p.expr(x)
	}
}

func (p *printer) call(n *hclsyntax.FunctionCallExpr) {
	if p.fold != nil && function.ReadsFiles(n.Name) {
		p.write(p.fold.call(n))
		return
	}
	p.write(n.Name, "(")
	p.list(n.Args)
	if n.ExpandFinal {
		p.write("...")
	}
	p.write(")")
}

func (p *printer) object(n *hclsyntax.ObjectConsExpr) {
	p.write("{")
	for i, it := range n.Items {
		if i > 0 {
			p.write(", ")
		}
		p.expr(it.KeyExpr)
		p.write(" = ")
		p.expr(it.ValueExpr)
	}
	p.write("}")
}

func (p *printer) key(n *hclsyntax.ObjectConsKeyExpr) {
	if word := hcl.ExprAsKeyword(n.Wrapped); word != "" && !n.ForceNonLiteral {
		p.write(`"`, escapeQuoted(word), `"`)
		return
	}
	if _, ok := n.Wrapped.(*hclsyntax.TemplateExpr); ok {
		p.expr(n.Wrapped)
		return
	}
	p.write("(")
	p.expr(n.Wrapped)
	p.write(")")
}

func (p *printer) forExpr(n *hclsyntax.ForExpr) {
	open, end := "[", "]"
	if n.KeyExpr != nil {
		open, end = "{", "}"
	}
	p.write(open, "for ")
	if n.KeyVar != "" {
		p.write(n.KeyVar, ", ")
	}
	p.write(n.ValVar, " in ")
	p.expr(n.CollExpr)
	p.write(" : ")
	if n.KeyExpr != nil {
		p.expr(n.KeyExpr)
		p.write(" => ")
	}
	p.expr(n.ValExpr)
	if n.Group {
		p.write("...")
	}
	if n.CondExpr != nil {
		p.write(" if ")
		p.expr(n.CondExpr)
	}
	p.write(end)
}

func (p *printer) traversal(t hcl.Traversal) {
	for _, step := range t {
		switch s := step.(type) {
		case hcl.TraverseRoot:
			p.write(s.Name)
		case hcl.TraverseAttr:
			p.write(".", s.Name)
		case hcl.TraverseIndex:
			p.write("[", literalText(s.Key), "]")
		}
	}
}

// literalText is a primitive value as source.
func literalText(v cty.Value) string {
	switch {
	case !v.IsKnown() || v.IsNull(): // unknown: what stands for a syntax error
		return "null"
	case v.Type() == cty.String:
		return `"` + escapeQuoted(v.AsString()) + `"`
	case v.Type() == cty.Number:
		return v.AsBigFloat().Text('f', -1)
	case v.True():
		return "true"
	}
	return "false"
}

// Source is an expression in its one form, as it stands in a file.
func Source(e config.Expr) string {
	switch e := e.(type) {
	case expr:
		return sourceOf(e.node)
	case placed:
		return sourceOf(e.node)
	}
	text := e.Template() // the whole of it is one interpolation
	return strings.TrimSuffix(strings.TrimPrefix(text, "${"), "}")
}

func sourceOf(e hclsyntax.Expression) string {
	var p printer
	p.expr(e)
	return p.String()
}
