package config

import (
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/diag"
)

// Expr is one expression as it was written. It is safe for concurrent use.
type Expr interface {
	Range() diag.Range

	// Literal is the value of an expression that names nothing and calls
	// nothing; quick, and the common case.
	Literal() (cty.Value, bool)

	// Refs are the names that the expression uses, in source order, without
	// those that it binds itself (for x in …).
	Refs() []Ref

	// Parts takes the outermost structure apart, if it is a list or an object.
	Parts() Parts

	// Eval computes the value. Values that are unknown in the scope make the
	// result unknown.
	Eval(Scope) (cty.Value, diag.List)

	// Template is the expression in canonical form, as the source of a
	// template: no comments, one way of spacing.
	Template() string

	// TemplateIn is Template with what a run cannot compute replaced by its
	// value: calls of functions that read files.
	TemplateIn(Scope) (string, diag.List)
}

// Scope is what an expression may name. It holds one value for each
// root name; functions are the language's own, and those of WithFunctions.
type Scope map[string]cty.Value

// Parts is the outermost structure of an expression: List, Object, or neither.
type Parts interface{ parts() }

// List is an expression of the form [a, b].
type List []Expr

// Object is an expression of the form { k = v }.
type Object []Item

// Item is one entry of an Object.
type Item struct{ Key, Value Expr }

func (List) parts()   {}
func (Object) parts() {}

// Ref is a name in an expression: version.app.ref, resource.git["app"].
type Ref struct {
	Path  []Segment // never empty; the first is the root
	Range diag.Range
	Whole bool // the expression is nothing but this name
	Open  bool // more follows that is not a plain name, such as [0]
}

// Segment is one part of a Ref.
type Segment struct {
	Name  string
	Range diag.Range
	Index Index
}

// Index says whether a segment was written in brackets.
type Index uint8

// The ways of writing a segment: .x, ["x"], [0].
const (
	ByName Index = iota
	ByKey
	ByNumber
)

// Root is the first word.
func (r Ref) Root() string { return r.Path[0].Name }

// String is the name as it is written.
func (r Ref) String() string {
	var b strings.Builder
	for i, s := range r.Path {
		switch {
		case s.Index == ByKey:
			b.WriteString("[" + strconv.Quote(s.Name) + "]")
		case s.Index == ByNumber:
			b.WriteString("[" + s.Name + "]")
		case i > 0:
			b.WriteString("." + s.Name)
		default:
			b.WriteString(s.Name)
		}
	}
	return b.String()
}
