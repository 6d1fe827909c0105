package deferred

import (
	"errors"
	"fmt"
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/budget"
	"github.com/weirci/weir/lang/function"
	"github.com/weirci/weir/lang/nesting"
)

// Eval computes a deferred value. The roots are what the run knows, by root
// name: "version" is a map of maps by get step and key, "build" a map of
// fields. The error says which expression failed and why.
func Eval(d graph.Deferred, roots map[string]graph.Value) (v graph.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("evaluate %q: %v", d.Source, p)
		}
	}()
	e, err := parse(d.Source)
	if err != nil {
		return nil, err
	}
	variables, err := scope(d.Closed, roots)
	if err != nil {
		return nil, fmt.Errorf("evaluate %q: %w", d.Source, err)
	}
	out, diags := budget.Value(e, variables, function.Table())
	if diags.HasErrors() {
		return nil, fmt.Errorf("evaluate %q: %w", d.Source, first(diags))
	}
	out, _ = out.UnmarkDeep() // sensitive() is a matter of plans; a run knows what is secret by where it comes from
	return FromCty(out)
}

// maxSource is how many bytes an expression may have. It comes from a plan,
// which anybody with the right to apply can write.
const maxSource = 1 << 20

// parse reads an expression that may be hostile: the parser recurses.
func parse(source string) (hclsyntax.Expression, error) {
	if len(source) > maxSource {
		return nil, fmt.Errorf("parse an expression: it has %d bytes, more than %d", len(source), maxSource)
	}
	if _, deep := nesting.Template("expression", []byte(source)); deep {
		return nil, fmt.Errorf("parse %.60q…: brackets and operators are nested more than %d deep", source, nesting.Max)
	}
	e, diags := hclsyntax.ParseTemplate([]byte(source), "expression", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, fmt.Errorf("parse %q: %w", source, first(diags))
	}
	budget.Prepare(e)
	return e, nil
}

// scope puts what the expression closes over and what the run knows together.
// They never share a root: one is known when compiling, the other is not.
func scope(closed graph.Map, roots map[string]graph.Value) (map[string]cty.Value, error) {
	all := maps.Clone(map[string]graph.Value(closed))
	if all == nil {
		all = map[string]graph.Value{}
	}
	maps.Copy(all, roots)
	variables := make(map[string]cty.Value, len(all))
	for name, v := range all {
		c, err := ToCty(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		variables[name] = c
	}
	return variables, nil
}

func first(diags hcl.Diagnostics) error {
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			return errors.New(d.Summary + ": " + d.Detail)
		}
	}
	return diags
}

// Map evaluates every deferred value inside a map, at any depth; the rest is
// as it was.
func Map(m graph.Map, roots map[string]graph.Value) (graph.Map, error) {
	out := make(graph.Map, len(m))
	for k, v := range m {
		r, err := inside(v, roots)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
		out[k] = r
	}
	return out, nil
}

func inside(v graph.Value, roots map[string]graph.Value) (graph.Value, error) {
	switch v := v.(type) {
	case graph.Deferred:
		return Eval(v, roots)
	case graph.Map:
		return Map(v, roots)
	case graph.List:
		out := make(graph.List, len(v))
		for i, x := range v {
			r, err := inside(x, roots)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			out[i] = r
		}
		return out, nil
	}
	return v, nil
}
