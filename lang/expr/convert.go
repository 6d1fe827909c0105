package expr

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/budget"
	"github.com/weirci/weir/lang/diag"
)

func RangeOf(r hcl.Range) diag.Range {
	return diag.Range{File: r.Filename, Start: diag.Pos(r.Start), End: diag.Pos(r.End)}
}

// problems turns the library's diagnostics into ours. Those of evaluation say
// the values of what the expression names, which often is the whole answer.
func Problems(from hcl.Diagnostics, code diag.Code) diag.List {
	var to diag.List
	for _, d := range from {
		out := diag.Diagnostic{Code: codeOf(d, code), Summary: d.Summary, Detail: d.Detail}
		if d.Severity == hcl.DiagWarning {
			out.Severity = diag.Warning
		}
		if d.Subject != nil {
			out.Range = RangeOf(*d.Subject)
		}
		if out.Code == code {
			out.Values = operands(d)
		}
		to.Append(out)
	}
	return to
}

func codeOf(d *hcl.Diagnostic, otherwise diag.Code) diag.Code {
	switch d.Summary {
	case "Call to unknown function":
		return diag.UnknownFunction
	case "Unsupported attribute", "Unknown variable", "Missing map element", "Invalid index":
		return diag.UnknownName
	case budget.Summary:
		return diag.TooMuch
	case "Invalid character encoding":
		return diag.NotUTF8
	}
	return otherwise
}

const shownOperands = 4

// operands are what the names in an expression stand for.
func operands(d *hcl.Diagnostic) []diag.Value {
	if d.Expression == nil || d.EvalContext == nil {
		return nil
	}
	var values []diag.Value
	for _, t := range d.Expression.Variables() {
		v, diags := t.TraverseAbs(d.EvalContext)
		if diags.HasErrors() {
			continue
		}
		value := diag.Value{Name: refOf(t).String(), Text: shown(v)}
		if !slices.Contains(values, value) && len(values) < shownOperands {
			values = append(values, value)
		}
	}
	return values
}

// shown is a value in a few words; a sensitive one is never shown.
func shown(v cty.Value) string {
	switch {
	case v.IsMarked():
		return diag.Sensitive
	case !v.IsKnown():
		return "known only in a run"
	case v.IsNull():
		return "null"
	case v.Type() == cty.String || v.Type() == cty.Number || v.Type() == cty.Bool:
		text := literalText(v)
		if len(text) > 60 {
			return "a long " + v.Type().FriendlyName()
		}
		return text
	}
	return "of type " + v.Type().FriendlyName()
}
