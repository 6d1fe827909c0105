package lsp

import (
	"fmt"
	"strings"

	"github.com/weirci/weir/lang/assist"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/hcl"
)

// show is a problem as an editor shows it.
func (c *checker) show(d diag.Diagnostic) diagnostic {
	out := diagnostic{Range: c.spanOf(d.Range), Severity: severityError, Code: string(d.Code), Source: "weir", Message: message(d)}
	if d.Severity != diag.Error {
		out.Severity = severityWarning
	}
	for _, r := range d.Related {
		out.relate(c, r.Message, r.Range)
	}
	for _, call := range d.Within {
		out.relate(c, "in "+call.Module+", called here", call.Range)
	}
	return out
}

func (d *diagnostic) relate(c *checker, message string, r diag.Range) {
	if strings.HasSuffix(r.File, hcl.Suffix) {
		d.Related = append(d.Related, related{Location: location{URI: c.s.files.uriOf(r.File), Range: c.spanOf(r)}, Message: message})
	}
}

// message is all that a problem says, in plain text.
func message(d diag.Diagnostic) string {
	lines := []string{d.Summary}
	if d.Detail != "" {
		lines[0] += ": " + d.Detail
	}
	for _, v := range d.Values {
		lines = append(lines, fmt.Sprintf("%s is %s", v.Name, v.Text))
	}
	if d.Again > 0 {
		lines = append(lines, fmt.Sprintf("So it is in %d more instances of the module.", d.Again))
	}
	if d.Fix != nil && d.Fix.Help != "" {
		lines = append(lines, "help: "+d.Fix.Help)
	}
	return strings.Join(lines, "\n")
}

func (c *checker) spanOf(r diag.Range) span {
	lines := c.lines(r.File)
	if lines == nil || r.Start.Line == 0 {
		return span{}
	}
	return spanIn(lines, assist.Span{Start: r.Start.Byte, End: max(r.Start.Byte, r.End.Byte)})
}

// lines are those of a file as it is now.
func (c *checker) lines(path string) *assist.Lines {
	if f := c.s.files.dir(dirOf(path)).File(path); f != nil {
		return f.Lines
	}
	return nil
}
