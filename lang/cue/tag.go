package cue

import (
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/token"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// tag is a field with @tag(name): a variable.
type tag struct {
	name  string
	kind  string // of type=: string, int, number, bool
	field *ast.Field
	path  []ast.Label // to the field, from the top; nil where it is in no plain struct
}

// findTags finds the variables that are tags.
func (e *evaluation) findTags() {
	for _, f := range e.files {
		e.tagsIn(f.ast.Decls, nil)
	}
}

func (e *evaluation) tagsIn(decls []ast.Decl, path []ast.Label) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			in := append(slices.Clip(path), d.Label)
			for _, a := range d.Attrs {
				e.tag(d, a, in)
			}
			e.tagsInside(d.Value, in)
		case *ast.EmbedDecl:
			e.tagsInside(d.Expr, path)
		}
	}
}

func (e *evaluation) tagsInside(x ast.Expr, path []ast.Label) {
	switch x := x.(type) {
	case *ast.StructLit:
		e.tagsIn(x.Elts, path)
	case *ast.BinaryExpr:
		if x.Op == token.AND {
			e.tagsInside(x.X, path)
			e.tagsInside(x.Y, path)
		}
	}
}

func (e *evaluation) tag(f *ast.Field, a *ast.Attribute, path []ast.Label) {
	if a.Name() != "tag" {
		return
	}
	_, body := a.Split()
	t := &tag{kind: "string", field: f, path: path}
	for i, part := range strings.Split(body, ",") {
		key, value, isOption := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case i == 0:
			t.name = key
		case isOption && key == "type":
			t.kind = value
		case isOption && key == "var":
			e.problems.Errorf(diag.NotSupported, e.texts.node(a), "Not deterministic",
				"@tag(%s,var=%s) takes its value from the machine; a pipeline must be the same on all of them. Give it with --var.", t.name, value)
		}
	}
	if !ast.IsValidIdent(t.name) || !slices.Contains([]string{"string", "int", "number", "bool"}, t.kind) {
		e.problems.Errorf(diag.Syntax, e.texts.node(a), "Invalid tag", "A tag is written @tag(name) or @tag(name,type=int); types are string, int, number and bool.")
		return
	}
	e.tags = append(e.tags, t)
}

// declared makes a variable of each tag and each field of vars that is written
// out; what CUE makes of them comes later.
func (e *evaluation) declared() {
	e.variables = map[string]*config.Variable{}
	for _, t := range e.tags {
		v := e.declare(t.name, t.field)
		v.Type = map[string]cty.Type{"string": cty.String, "bool": cty.Bool}[t.kind]
		if v.Type == cty.NilType {
			v.Type = cty.Number
		}
	}
	for _, f := range e.files {
		e.eachVar(f.ast.Decls, func(name string, field *ast.Field) { e.declare(name, field) })
	}
}

func (e *evaluation) declare(name string, field *ast.Field) *config.Variable {
	v := e.variables[name]
	if v == nil {
		at := e.texts.node(field.Label)
		v = &config.Variable{Name: config.Name{Text: name, Range: at}, Range: at, Type: anything}
		e.variables[name] = v
		e.order = append(e.order, v)
	}
	if hasAttribute(field, "sensitive") {
		v.Sensitive = yes
	}
	return v
}

// inject puts the values from outside into the tags.
func (e *evaluation) inject() {
	replaced := map[ast.Node]ast.Node{}
	for _, t := range e.tags {
		if x := constant(e.variables[t.name]); x != nil {
			old := t.field.Value
			t.field.Value = &ast.BinaryExpr{X: old, Op: token.AND, Y: x}
			replaced[old] = t.field.Value
		}
	}
	if len(replaced) == 0 {
		return
	}
	for _, f := range e.files { // names that the parser has resolved to the value before
		ast.Walk(f.ast, nil, func(n ast.Node) {
			if id, ok := n.(*ast.Ident); ok && replaced[id.Node] != nil {
				id.Node = replaced[id.Node]
			}
		})
	}
}

// tagValues gives the variables that are tags what CUE made of them.
func (r *reader) tagValues(v cue.Value, inst *build.Instance, tags []*tag) {
	for _, t := range tags {
		x := settled(v.LookupPath(t.selectors(inst)))
		if t.path != nil && x.Exists() {
			r.valueOf(r.variables[t.name], x)
		}
	}
}

func (t *tag) selectors(inst *build.Instance) cue.Path {
	var path []cue.Selector
	for _, l := range t.path {
		name, isIdent, err := ast.LabelName(l)
		switch {
		case err != nil:
			return cue.MakePath()
		case isIdent && strings.HasPrefix(name, "_"):
			path = append(path, cue.Hid(name, hiddenScope(inst)))
		case isIdent && strings.HasPrefix(name, "#"):
			path = append(path, cue.Def(name))
		default:
			path = append(path, cue.Str(name))
		}
	}
	return cue.MakePath(path...)
}

// hiddenScope is the package that hidden names belong to.
func hiddenScope(inst *build.Instance) string {
	if id := inst.ID(); id != "" {
		return id
	}
	return "_"
}
