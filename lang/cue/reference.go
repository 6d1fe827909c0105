package cue

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// A string that names a thing is a reference to it: "unit" where a job is
// asked for is job.unit, and so is "job.unit".

func (r *reader) job(v cue.Value) config.Expr  { return r.reference(v, "job") }
func (r *reader) task(v cue.Value) config.Expr { return r.reference(v, "task") }
func (r *reader) address(v cue.Value) config.Expr {
	return r.reference(v, "")
}

func (r *reader) jobList(v cue.Value) config.Expr {
	if v.Kind() == cue.ListKind {
		return r.list(v, r.job)
	}
	return r.data(v)
}

// resource takes a name, or a type and a name.
func (r *reader) resource(v cue.Value) config.Expr {
	name, err := v.String()
	if err != nil || strings.ContainsAny(name, ".$") {
		return r.reference(v, "resource")
	}
	types := r.resourceTypes[name]
	switch len(types) {
	case 1:
		return r.traversal(v, "resource."+types[0]+"."+name, len("resource.")+len(types[0])+1)
	case 0:
		d := diag.Diagnostic{Code: diag.UnknownResource, Range: r.texts.value(v), Summary: "Unknown resource", Detail: fmt.Sprintf("There is no resource named %q.", name)}
		if near, ok := diag.Nearest(name, r.resourceNames()); ok {
			d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean %q?", near), Range: d.Range, Text: fmt.Sprintf("%q", near)}
		}
		r.problems.Append(d)
	default:
		r.problems.Append(diag.Diagnostic{Code: diag.Ambiguous, Range: r.texts.value(v), Summary: "More than one resource of this name",
			Detail: fmt.Sprintf("Resources of %d types are named %q.", len(types), name),
			Fix:    &diag.Fix{Help: fmt.Sprintf("say which: \"%s.%s\"", types[0], name)}})
	}
	return nil
}

func (r *reader) resourceNames() []string {
	var names []string
	for name := range r.resourceTypes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// image is a reference to an image, or what is named artifact.x or resource.x.y.
func (r *reader) image(v cue.Value) config.Expr {
	if s, err := v.String(); err == nil && namesThing.MatchString(s) {
		return r.traversal(v, s, 0)
	}
	return r.data(v)
}

// namesThing has no match among references to images, whose first dot stands
// in the name of a host.
var namesThing = regexp.MustCompile(`^(artifact\.[^./:@]+|resource\.[^./:@]+\.[^./:@]+)$`)

// forEach takes a list for the set of its strings.
func (r *reader) forEach(v cue.Value) config.Expr {
	e := r.data(v)
	if c, ok := e.(composite); ok {
		if _, list := c.parts.(config.List); list {
			return expr.Placed(&hclsyntax.FunctionCallExpr{Name: "toset", Args: []hclsyntax.Expression{c.node()}}, func(diag.Range) diag.Range { return c.at() })
		}
	}
	return e
}

// reference reads a string that names a thing of a kind.
func (r *reader) reference(v cue.Value, kind string) config.Expr {
	name, err := v.String()
	if err != nil || strings.Contains(name, "${") {
		return r.data(v)
	}
	added := 0
	if kind != "" && !strings.HasPrefix(name, kind+".") && !strings.HasPrefix(name, "module.") {
		name, added = kind+"."+name, len(kind)+1
	}
	return r.traversal(v, name, added)
}

func (r *reader) traversal(v cue.Value, name string, added int) config.Expr {
	node, diags := hclsyntax.ParseExpression([]byte(name), "", hcl.InitialPos)
	if _, ok := node.(*hclsyntax.ScopeTraversalExpr); !ok || diags.HasErrors() {
		r.problems.Errorf(diag.BadName, r.texts.value(v), "Not a name", "%q names nothing: names begin with a letter or _ and go on with letters, digits, - and _.", name[added:])
		return nil
	}
	s := name
	return expr.Placed(node, r.inside(v, s, added))
}
