package cue

import (
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"
	"cuelang.org/go/encoding/json"
	"github.com/zclconf/go-cty/cty/convert"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/weirci/weir/lang/config"
)

func (e *evaluation) eachVar(decls []ast.Decl, do func(string, *ast.Field)) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.EmbedDecl:
			eachStruct(d.Expr, func(s *ast.StructLit) { e.eachVar(s.Elts, do) })
		case *ast.Field:
			if name, _, err := ast.LabelName(d.Label); err == nil && name == "vars" {
				eachStruct(d.Value, func(s *ast.StructLit) { eachLabel(s.Elts, do) })
			}
		}
	}
}

func eachLabel(decls []ast.Decl, do func(string, *ast.Field)) {
	for _, d := range decls {
		if f, ok := d.(*ast.Field); ok {
			if name, _, err := ast.LabelName(f.Label); err == nil {
				do(name, f)
			}
		}
	}
}

// eachStruct finds the struct literals that a value is made of.
func eachStruct(x ast.Expr, do func(*ast.StructLit)) {
	switch x := x.(type) {
	case *ast.StructLit:
		do(x)
	case *ast.BinaryExpr:
		if x.Op == token.AND {
			eachStruct(x.X, do)
			eachStruct(x.Y, do)
		}
	}
}

// typed finds the types that CUE has for the fields of vars, if any of them has
// a value from outside: a text is taken as it is where the field is a string.
func (e *evaluation) typed(v cue.Value) bool {
	found := false
	for _, x := range e.order {
		if x.Given == nil || x.Type != anything {
			continue
		}
		if f := v.LookupPath(cue.MakePath(cue.Str("vars"), cue.Str(x.Name.Text))); f.Exists() {
			x.Type = writtenAs(f)
			found = true
		}
	}
	return found
}

// fill puts the values from outside into vars. A sensitive one must not flow
// through CUE, which does not know that it is.
func (e *evaluation) fill(v cue.Value) cue.Value {
	for _, x := range e.order {
		path := cue.MakePath(cue.Str("vars"), cue.Str(x.Name.Text))
		if c := constant(x); c != nil && x.Sensitive == nil && v.LookupPath(path).Exists() {
			v = v.FillPath(path, cuecontext.New().BuildExpr(c))
		}
	}
	return v
}

// constant is the value given for a variable, for CUE; nil where there is none
// or it is none, which the compiler reports.
func constant(x *config.Variable) ast.Expr {
	if x.Given == nil || x.Given.Value == nil || len(x.Given.Value.Refs()) > 0 {
		return nil
	}
	v, problems := x.Given.Value.Eval(config.Scope{})
	if problems.HasErrors() || !v.IsWhollyKnown() {
		return nil
	}
	if x.Type.IsPrimitiveType() {
		var err error
		if v, err = convert.Convert(v, x.Type); err != nil {
			return nil
		}
	}
	text, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return nil
	}
	c, err := json.Extract("", text)
	if err != nil {
		return nil
	}
	return c
}

// variable reads a field of vars.
func (r *reader) variable(n config.Name, v cue.Value) {
	x := r.variables[n.Text]
	if x == nil {
		x = &config.Variable{Name: n, Range: n.Range, Type: typeOf(v)}
		r.config.Variables = append(r.config.Variables, x)
		if hasAttr(v, "sensitive") {
			x.Sensitive = yes
		}
	}
	r.valueOf(x, v)
}

// valueOf takes what CUE made of a variable's type, its default and the value
// from outside. A variable without a value is the compiler's to report.
func (r *reader) valueOf(x *config.Variable, v cue.Value) {
	if !x.Type.IsPrimitiveType() {
		x.Type = typeOf(v)
	}
	if x.Given != nil || x.Default != nil || v.Kind() == cue.BottomKind && v.Err() == nil {
		return
	}
	x.Default = r.data(v)
}

func hasAttr(v cue.Value, name string) bool {
	if f, ok := v.Source().(*ast.Field); ok {
		return hasAttribute(f, name)
	}
	a := v.Attribute(name)
	return a.Err() == nil
}

func hasAttribute(f *ast.Field, name string) bool {
	return slices.ContainsFunc(f.Attrs, func(a *ast.Attribute) bool { return a.Name() == name })
}
