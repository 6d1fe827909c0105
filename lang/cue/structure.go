package cue

import (
	"cuelang.org/go/cue"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// list is a list as an expression; each element is read by item.
func (r *reader) list(v cue.Value, item func(cue.Value) config.Expr) config.Expr {
	out := composite{at: func() diag.Range { return r.texts.value(v) }}
	list := config.List{}
	r.elements(v, func(x cue.Value) {
		if e := item(x); e != nil {
			list = append(list, e)
		}
	})
	out.parts = list
	return out
}

// object is a struct as an expression.
func (r *reader) object(v cue.Value) config.Expr {
	out := composite{at: func() diag.Range { return r.texts.value(v) }}
	object := config.Object{}
	r.fields(v, func(name string, x cue.Value) {
		key := expr.Placed(&hclsyntax.LiteralValueExpr{Val: cty.StringVal(name)}, func(diag.Range) diag.Range { return r.texts.label(x) })
		if e := r.data(x); e != nil {
			object = append(object, config.Item{Key: key, Value: e})
		}
	})
	out.parts = object
	return out
}

// composite is a list or a struct. Its parts have places of their own.
type composite struct {
	parts config.Parts // a List or an Object
	at    func() diag.Range
}

func (c composite) Range() diag.Range          { return c.at() }
func (c composite) Literal() (cty.Value, bool) { return cty.NilVal, false }
func (c composite) Parts() config.Parts        { return c.parts }
func (c composite) Template() string           { return expr.Of(c.node()).Template() }
func (c composite) TemplateIn(scope config.Scope) (string, diag.List) {
	return expr.Of(c.node()).TemplateIn(scope)
}

func (c composite) each(do func(key string, e config.Expr)) {
	switch parts := c.parts.(type) {
	case config.List:
		for _, e := range parts {
			do("", e)
		}
	case config.Object:
		for _, item := range parts {
			key, _ := item.Key.Literal()
			do(key.AsString(), item.Value)
		}
	}
}

func (c composite) Refs() []config.Ref {
	var refs []config.Ref
	c.each(func(_ string, e config.Expr) { refs = append(refs, e.Refs()...) })
	return refs
}

func (c composite) Eval(scope config.Scope) (cty.Value, diag.List) {
	var problems diag.List
	list, object := []cty.Value{}, map[string]cty.Value{}
	c.each(func(key string, e config.Expr) {
		v, more := e.Eval(scope)
		problems.Append(more...)
		list, object[key] = append(list, v), v
	})
	if _, ok := c.parts.(config.List); ok {
		return cty.TupleVal(list), problems
	}
	return cty.ObjectVal(object), problems
}

// node is the whole as one syntax node.
func (c composite) node() hclsyntax.Expression {
	_, isList := c.parts.(config.List)
	tuple, object := &hclsyntax.TupleConsExpr{}, &hclsyntax.ObjectConsExpr{}
	c.each(func(key string, e config.Expr) {
		node := nodeOf(e)
		tuple.Exprs = append(tuple.Exprs, node)
		object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: &hclsyntax.LiteralValueExpr{Val: cty.StringVal(key)}, ValueExpr: node})
	})
	if isList {
		return tuple
	}
	return object
}

func nodeOf(e config.Expr) hclsyntax.Expression {
	if c, ok := e.(composite); ok {
		return c.node()
	}
	return expr.Node(e)
}
