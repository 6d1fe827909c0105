package expr

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/function"
)

// contextOf is a scope for HCL's evaluation.
func contextOf(scope config.Scope) *hcl.EvalContext {
	functions := scope.Functions()
	if functions == nil {
		functions = function.Table()
	}
	return &hcl.EvalContext{Variables: scope, Functions: functions}
}

// folding computes what a run cannot, while an expression is printed.
type folding struct {
	scope config.Scope
	list  diag.List
}

func (e expr) TemplateIn(scope config.Scope) (string, diag.List) {
	f := &folding{scope: scope}
	return templateWith(e.node, f), f.list
}

// call is the value of a call of a function that reads files, as source.
func (f *folding) call(n *hclsyntax.FunctionCallExpr) string {
	v, list := expr{n}.Eval(f.scope)
	switch {
	case list.HasErrors():
		f.bound(n, list)
		return "null"
	case v.ContainsMarked() || !v.IsWhollyKnown():
		f.list.Errorf(diag.OnlyAtRunTime, RangeOf(n.Range()), "Known only in a run",
			"Files are read when the pipeline is compiled, so which one cannot depend on what only a run knows, nor on what is sensitive.")
		return "null"
	}
	return valueText(v)
}

// bound adds the problems of a call; names that a for binds around it are not
// known where the call is computed.
func (f *folding) bound(n *hclsyntax.FunctionCallExpr, list diag.List) {
	for _, t := range hclsyntax.Variables(n) {
		if _, known := f.scope[t.RootName()]; !known {
			f.list.Errorf(diag.OnlyAtRunTime, RangeOf(n.Range()), "Known only in a run",
				"Files are read when the pipeline is compiled. In an expression that a run computes, the arguments of %s cannot depend on %s; read the files in a local value and use that here.",
				n.Name, t.RootName())
			return
		}
	}
	f.list.Append(list...)
}

// valueText is a value that a function which reads files gives, as source.
func valueText(v cty.Value) string {
	if v.IsNull() || v.Type().IsPrimitiveType() {
		return literalText(v)
	}
	parts := make([]string, 0, v.LengthInt())
	for _, x := range v.AsValueSlice() {
		parts = append(parts, literalText(x))
	}
	return fmt.Sprintf("toset([%s])", strings.Join(parts, ", "))
}
