package diag

import (
	"encoding/json"
	"io"
	"strings"
)

// The JSON form: stable names, absent where there is nothing.
type (
	jsonList struct {
		Diagnostics []jsonDiagnostic `json:"diagnostics"`
		Errors      int              `json:"errors"`
		Warnings    int              `json:"warnings"`
	}
	jsonDiagnostic struct {
		Severity string        `json:"severity"`
		Code     Code          `json:"code,omitempty"`
		Summary  string        `json:"summary"`
		Detail   string        `json:"detail,omitempty"`
		Range    *Range        `json:"range,omitempty"`
		Snippet  string        `json:"snippet,omitempty"`
		Values   []Value       `json:"values,omitempty"`
		Within   []Call        `json:"within,omitempty"`
		Again    int           `json:"again,omitempty"`
		Related  []jsonRelated `json:"related,omitempty"`
		Fix      *jsonFix      `json:"fix,omitempty"`
	}
	jsonRelated struct {
		Message string `json:"message"`
		Range   Range  `json:"range"`
	}
	jsonFix struct {
		Help  string `json:"help"`
		Range *Range `json:"range,omitempty"`
		Text  string `json:"text,omitempty"`
	}
)

// JSON writes the problems for programs: one object {"diagnostics": […], "errors": 1, "warnings": 0}.
func JSON(w io.Writer, l List, src *Sources) error {
	out := jsonList{Diagnostics: items(l, src)}
	out.Errors, out.Warnings = l.Count()
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

// Items are the problems as JSON has them, to be part of something larger.
func Items(l List, src *Sources) any { return items(l, src) }

func items(l List, src *Sources) []jsonDiagnostic {
	out := make([]jsonDiagnostic, 0, len(l))
	for _, d := range l {
		out = append(out, toJSON(d, src))
	}
	return out
}

func toJSON(d Diagnostic, src *Sources) jsonDiagnostic {
	j := jsonDiagnostic{Severity: strings.ToLower(d.Severity.String()), Code: d.Code, Summary: d.Summary, Detail: brief(d.Detail)}
	j.Range = rangeOrNil(d.Range)
	j.Values, j.Within, j.Again = d.Values, d.Within, d.Again
	if line, ok := src.line(d.Range); ok {
		j.Snippet = line.text()
	}
	for _, r := range d.Related {
		j.Related = append(j.Related, jsonRelated(r))
	}
	if d.Fix != nil {
		j.Fix = &jsonFix{Help: d.Fix.Help, Range: rangeOrNil(d.Fix.Range), Text: d.Fix.Text}
	}
	return j
}

func rangeOrNil(r Range) *Range {
	if r.IsZero() {
		return nil
	}
	return &r
}
