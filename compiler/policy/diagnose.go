package policy

import (
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/diag"
)

// Diagnose makes diagnostics of a verdict. where is the range of a node, or with
// a step of 0 or more of a step of it; the zero Range is nowhere. sources gets
// the texts of the policies, so that faults can be shown in them.
func (v Verdict) Diagnose(policies []Policy, sources *diag.Sources, where func(a graph.Address, step int) diag.Range) diag.List {
	for _, p := range policies {
		sources.Add(p.Name, []byte(p.Text))
	}
	var l diag.List
	for _, f := range v.Findings {
		l.Append(f.diagnostic(where))
	}
	for _, f := range v.Faults {
		at := diag.Range{File: f.Policy}
		if f.Line > 0 {
			p := diag.Pos{Line: f.Line, Column: f.Column, Byte: f.Byte}
			at.Start, at.End = p, p
		}
		l.Append(diag.Diagnostic{Code: diag.PolicyBroken, Range: at, Summary: "Policy cannot be evaluated", Detail: sentence(f.Message),
			Fix: &diag.Fix{Help: "until it is corrected it denies everything"}})
	}
	l.Sort()
	return l
}

func (f Finding) diagnostic(where func(graph.Address, int) diag.Range) diag.Diagnostic {
	node, step := f.Node()
	d := diag.Diagnostic{Code: diag.PolicyWarned, Severity: diag.Warning, Summary: "A policy advises against this"}
	if f.Deny {
		d.Code, d.Severity, d.Summary = diag.PolicyDenied, diag.Error, "Forbidden by a policy"
	}
	d.Detail = sentence(f.Message)
	if node != "" {
		d.Detail += "\nThis is " + string(node) + "."
		d.Range = where(node, step)
	}
	if d.Range.IsZero() {
		d.Range = where(graph.PipelineAddress, -1)
	}
	d.Related = []diag.Related{{Message: "the policy", Range: diag.Range{File: f.Policy}}}
	return d
}

func sentence(s string) string {
	if s != "" && !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):]
}
