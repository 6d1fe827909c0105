package function

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/weirci/weir/lang/nesting"
)

// render fills in a template.
func (d Dirs) render(name string, text []byte, values map[string]cty.Value, functions map[string]function.Function) (cty.Value, error) {
	if at, deep := nesting.Template(name, text); deep {
		return cty.NilVal, fmt.Errorf("%s:%d: brackets and operators may be nested up to %d deep", name, at.Start.Line, nesting.Max)
	}
	e, diags := hclsyntax.ParseTemplate(text, name, hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, inTemplate(name, diags)
	}
	v, diags := d.value(e, values, functions)
	if diags.HasErrors() {
		return cty.NilVal, inTemplate(name, diags)
	}
	out, err := convert.Convert(v, cty.String)
	switch {
	case err != nil || out.IsNull():
		return cty.NilVal, fmt.Errorf("%s gives no text", name)
	case size(out) > MaxResult:
		return cty.NilVal, fmt.Errorf("%s gives more than %d MiB", name, MaxResult>>20)
	}
	return out, nil
}

func (d Dirs) value(e hclsyntax.Expression, values map[string]cty.Value, functions map[string]function.Function) (cty.Value, hcl.Diagnostics) {
	if d.Value != nil {
		return d.Value(e, values, functions)
	}
	return e.Value(&hcl.EvalContext{Variables: values, Functions: functions})
}

// inTemplate is the first error of a template, with its place.
func inTemplate(name string, diags hcl.Diagnostics) error {
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			return fmt.Errorf("%s:%d: %s: %s", name, d.Subject.Start.Line, d.Summary, strings.TrimSuffix(d.Detail, "."))
		}
	}
	return errors.Join(diags.Errs()...)
}
