package vars

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// given is one value for one variable.
type given struct {
	name, from string
	where      origin
	text       string      // of --var and of the environment
	value      config.Expr // of a file
	at         diag.Range  // its name, in a file
}

type origin int

const (
	environment origin = iota
	argument
	valueFile
)

// Attach gives the variables of the pipeline in dir their values, and adds the
// texts that the values' ranges point into.
func Attach(dir string, variables []*config.Variable, in config.Inputs, src *diag.Sources) diag.List {
	a := attaching{src: src, declared: make(map[string]*config.Variable, len(variables))}
	for _, v := range variables {
		if a.declared[v.Name.Text] == nil {
			a.declared[v.Name.Text] = v
			a.names = append(a.names, v.Name.Text)
		}
	}
	all := a.all(dir, in)
	last := make(map[string]given, len(all))
	for _, g := range all {
		if a.declared[g.name] == nil {
			a.undeclared(g)
			continue
		}
		last[g.name] = g
	}
	for _, name := range a.names {
		if g, ok := last[name]; ok {
			a.attach(a.declared[name], g)
		}
	}
	return a.list
}

// attaching is one call of Attach.
type attaching struct {
	declared map[string]*config.Variable
	names    []string // of the declared ones, as they stand
	src      *diag.Sources
	list     diag.List
}

// all is every value there is, the ones that win last.
func (a *attaching) all(dir string, in config.Inputs) []given {
	var all []given
	for _, name := range a.names {
		if text, ok := in.Env[name]; ok {
			all = append(all, given{name: name, from: config.EnvPrefix + name, where: environment, text: text})
		}
	}
	for _, path := range a.automatic(dir) {
		all = append(all, a.file(path)...)
	}
	for _, v := range in.Vars {
		if v.File != "" {
			all = append(all, a.file(v.File)...)
			continue
		}
		all = append(all, given{name: v.Name, from: "--var " + v.Name, where: argument, text: v.Value})
	}
	return all
}

// attach makes a value the variable's. The text of a string is taken as it is;
// any other is an expression.
func (a *attaching) attach(v *config.Variable, g given) {
	v.Given = &config.Given{Value: g.value, From: g.from}
	if g.where == valueFile {
		return
	}
	file := "<" + g.from + ">"
	if !secret(v) {
		a.src.Add(file, []byte(g.text))
	}
	value, problem := parse(g.text, file, v.Type)
	a.list.Append(problem...)
	v.Given.Value = value
}

func parse(text, file string, ty cty.Type) (config.Expr, diag.List) {
	if ty == cty.String || ty == cty.DynamicPseudoType {
		return literal(cty.StringVal(text), hcl.Range{Filename: file, Start: hcl.InitialPos, End: hcl.Pos{Line: 1, Column: len(text) + 1, Byte: len(text)}}), nil
	}
	if l := expr.Guard(file, []byte(text)); l.HasErrors() {
		return nil, l
	}
	node, diags := hclsyntax.ParseExpression([]byte(text), file, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, expr.Problems(diags, diag.Syntax)
	}
	return expr.Of(node), nil
}

func literal(v cty.Value, at hcl.Range) config.Expr {
	return expr.Of(&hclsyntax.LiteralValueExpr{Val: v, SrcRange: at})
}

// secret says whether a variable may be sensitive: all but those that say for
// sure that they are not.
func secret(v *config.Variable) bool {
	if v == nil {
		return true
	}
	if v.Sensitive == nil {
		return false
	}
	value, ok := v.Sensitive.Literal()
	return !ok || value.Type() != cty.Bool || value.IsNull() || value.True()
}

// undeclared is an error for who names a variable on the command line. Files are
// shared by pipelines, so there it is a warning; the environment is everybody's.
func (a *attaching) undeclared(g given) {
	d := diag.Diagnostic{Code: diag.Undeclared, Range: diag.Range{File: "<" + g.from + ">"}, Summary: "Value for an undeclared variable",
		Detail: g.from + " gives a value for " + g.name + ", but the pipeline declares no variable of this name."}
	if g.where == argument {
		d.Detail = "--var gives a value for " + g.name + ", but the pipeline declares no variable of this name."
	} else {
		d.Severity, d.Range = diag.Warning, g.at
	}
	if near, ok := diag.Nearest(g.name, a.names); ok {
		d.Fix = &diag.Fix{Help: `did you mean "` + near + `"?`}
		if g.where == valueFile {
			d.Fix.Range, d.Fix.Text = g.at, near
		}
	}
	a.list.Append(d)
}
