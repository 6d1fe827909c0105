package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/budget"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// expr is a syntax node as a config.Expr.
type expr struct{ node hclsyntax.Expression }

// Of is a syntax node as an expression of the tree.
func Of(node hclsyntax.Expression) config.Expr {
	budget.Prepare(node)
	return expr{node}
}

// Node is the syntax node that an expression was made of.
func Node(e config.Expr) hclsyntax.Expression {
	if p, ok := e.(placed); ok {
		return p.node
	}
	return e.(expr).node
}

func (e expr) Range() diag.Range { return RangeOf(e.node.Range()) }

func (e expr) Literal() (cty.Value, bool) {
	switch n := e.node.(type) {
	case *hclsyntax.LiteralValueExpr:
		return n.Val, n.Val.Type() != cty.Number || budget.Fits(n.Val) == ""
	case *hclsyntax.TemplateExpr:
		return literalTemplate(n)
	}
	return cty.NilVal, false
}

// literalTemplate is the text of a template without interpolations.
func literalTemplate(t *hclsyntax.TemplateExpr) (cty.Value, bool) {
	if len(t.Parts) == 1 {
		l, ok := t.Parts[0].(*hclsyntax.LiteralValueExpr)
		if !ok || l.Val.Type() != cty.String {
			return cty.NilVal, false
		}
		return l.Val, true
	}
	var text strings.Builder
	for _, p := range t.Parts {
		l, ok := p.(*hclsyntax.LiteralValueExpr)
		if !ok || l.Val.Type() != cty.String {
			return cty.NilVal, false
		}
		text.WriteString(l.Val.AsString())
	}
	return cty.StringVal(text.String()), true
}

func (e expr) Refs() []config.Ref {
	if n, ok := e.node.(*hclsyntax.ScopeTraversalExpr); ok {
		ref := refOf(n.Traversal)
		ref.Whole = true
		return []config.Ref{ref}
	}
	if e.plain() {
		return nil
	}
	traversals := hclsyntax.Variables(e.node)
	refs := make([]config.Ref, len(traversals))
	for i, t := range traversals {
		refs[i] = refOf(t)
	}
	return refs
}

// plain reports whether an expression is a literal; quicker than Literal.
func (e expr) plain() bool {
	switch n := e.node.(type) {
	case *hclsyntax.LiteralValueExpr:
		return true
	case *hclsyntax.TemplateExpr:
		return !slices.ContainsFunc(n.Parts, func(p hclsyntax.Expression) bool {
			_, literal := p.(*hclsyntax.LiteralValueExpr)
			return !literal
		})
	}
	return false
}

// refOf keeps the plain names that a traversal begins with.
func refOf(t hcl.Traversal) config.Ref {
	ref := config.Ref{Range: RangeOf(t.SourceRange()), Path: make([]config.Segment, 0, len(t))}
	for _, step := range t {
		seg, ok := segment(step)
		if !ok {
			ref.Open = true
			break
		}
		ref.Path = append(ref.Path, seg)
	}
	return ref
}

func segment(step hcl.Traverser) (config.Segment, bool) {
	switch s := step.(type) {
	case hcl.TraverseRoot:
		return config.Segment{Name: s.Name, Range: RangeOf(s.SrcRange)}, true
	case hcl.TraverseAttr:
		return config.Segment{Name: s.Name, Range: behindDot(s)}, true
	case hcl.TraverseIndex:
		if s.Key.IsNull() || !s.Key.IsKnown() {
			break
		}
		switch s.Key.Type() {
		case cty.String:
			return config.Segment{Name: s.Key.AsString(), Range: RangeOf(s.SrcRange), Index: config.ByKey}, true
		case cty.Number:
			return config.Segment{Name: s.Key.AsBigFloat().Text('f', -1), Range: RangeOf(s.SrcRange), Index: config.ByNumber}, true
		}
	}
	return config.Segment{}, false
}

// behindDot is the range of the name alone, which is what a fix replaces.
func behindDot(s hcl.TraverseAttr) diag.Range {
	r := RangeOf(s.SrcRange)
	r.Start.Line = r.End.Line
	r.Start.Byte, r.Start.Column = r.End.Byte-len(s.Name), r.End.Column-utf8.RuneCountInString(s.Name)
	return r
}

func (e expr) Parts() config.Parts {
	switch n := e.node.(type) {
	case *hclsyntax.TupleConsExpr:
		list := make(config.List, len(n.Exprs))
		for i, x := range n.Exprs {
			list[i] = expr{budget.Unwrap(x)}
		}
		return list
	case *hclsyntax.ObjectConsExpr:
		object := make(config.Object, len(n.Items))
		for i, it := range n.Items {
			object[i] = config.Item{Key: key(it.KeyExpr), Value: expr{budget.Unwrap(it.ValueExpr)}}
		}
		return object
	}
	return nil
}

// key is an object key as an expression of its own: a bare word is a literal.
func key(e hclsyntax.Expression) expr {
	if k, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok && !k.ForceNonLiteral {
		if word := hcl.ExprAsKeyword(k.Wrapped); word != "" {
			return expr{&hclsyntax.LiteralValueExpr{Val: cty.StringVal(word), SrcRange: k.Range()}}
		}
		if t, ok := k.Wrapped.(*hclsyntax.TemplateExpr); ok {
			return expr{t}
		}
	}
	return expr{e}
}

func (e expr) Eval(scope config.Scope) (v cty.Value, problem diag.List) {
	// The library is large and takes arbitrary input: whatever it trips over
	// is a fault of this one expression, not of the process.
	defer func() {
		if p := recover(); p != nil {
			v = cty.DynamicVal
			problem.Errorf(diag.BadExpression, e.Range(), "Expression cannot be evaluated", "Evaluating it failed unexpectedly: %s.", fmt.Sprint(p))
		}
	}()
	if name, ok := e.node.(*hclsyntax.ScopeTraversalExpr); ok { // the value is there: it costs nothing
		v, diags := name.Value(&hcl.EvalContext{Variables: scope})
		return v, Problems(diags, diag.BadExpression)
	}
	ctx := contextOf(scope)
	v, diags := budget.Value(e.node, ctx.Variables, ctx.Functions)
	return v, Problems(diags, diag.BadExpression)
}

func (e expr) Template() string { return templateOf(e.node) }
