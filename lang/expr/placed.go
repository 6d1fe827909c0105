package expr

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/budget"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// placed is an expression whose text stands inside of another notation: its
// ranges are those of the text by itself, and place finds them in the file.
type placed struct {
	expr
	place func(diag.Range) diag.Range
}

// Placed is a syntax node whose ranges mean something else than they say.
func Placed(node hclsyntax.Expression, place func(diag.Range) diag.Range) config.Expr {
	budget.Prepare(node)
	return placed{expr{node}, place}
}

func (p placed) Range() diag.Range { return p.place(p.expr.Range()) }

func (p placed) Refs() []config.Ref {
	refs := p.expr.Refs()
	for i := range refs {
		refs[i].Range = p.place(refs[i].Range)
		for k := range refs[i].Path {
			refs[i].Path[k].Range = p.place(refs[i].Path[k].Range)
		}
	}
	return refs
}

func (p placed) Parts() config.Parts {
	switch parts := p.expr.Parts().(type) {
	case config.List:
		for i := range parts {
			parts[i] = p.inside(parts[i])
		}
		return parts
	case config.Object:
		for i := range parts {
			parts[i] = config.Item{Key: p.inside(parts[i].Key), Value: p.inside(parts[i].Value)}
		}
		return parts
	}
	return nil
}

func (p placed) inside(e config.Expr) config.Expr { return placed{e.(expr), p.place} }

func (p placed) Eval(scope config.Scope) (cty.Value, diag.List) {
	v, list := p.expr.Eval(scope)
	for i := range list {
		list[i].Range = p.place(list[i].Range)
	}
	return v, list
}

func (p placed) TemplateIn(scope config.Scope) (string, diag.List) {
	text, list := p.expr.TemplateIn(scope)
	for i := range list {
		list[i].Range = p.place(list[i].Range)
	}
	return text, list
}
