package diag

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// GitHub writes the problems as workflow commands, one a line, which GitHub
// Actions (and what understands it) shows beside the lines of a change.
func GitHub(w io.Writer, l List) error {
	out := bufio.NewWriter(w)
	for _, d := range l {
		line := "::" + strings.ToLower(d.Severity.String())
		separator := " "
		for _, p := range properties(d) {
			line += separator + p[0] + "=" + escapeProperty(p[1])
			separator = ","
		}
		if _, err := out.WriteString(line + "::" + escapeData(message(d)) + "\n"); err != nil {
			return err
		}
	}
	return out.Flush()
}

func properties(d Diagnostic) [][2]string {
	var p [][2]string
	r := d.Range
	if r.File != "" && !invented(r.File) {
		p = append(p, [2]string{"file", r.File})
	}
	if r.Start.Line > 0 {
		p = append(p, [2]string{"line", strconv.Itoa(r.Start.Line)}, [2]string{"endLine", strconv.Itoa(max(r.End.Line, r.Start.Line))},
			[2]string{"col", strconv.Itoa(r.Start.Column)})
		if r.End.Line == r.Start.Line { // GitHub refuses a column of another line
			p = append(p, [2]string{"endColumn", strconv.Itoa(max(r.End.Column, r.Start.Column))})
		}
	}
	title := d.Summary
	if d.Code != "" {
		title = string(d.Code) + " " + title
	}
	return append(p, [2]string{"title", title})
}

// invented reports names of texts that are in no file: <--var branch>.
func invented(file string) bool { return strings.HasPrefix(file, "<") }

// message is all that there is to say beside the place, for those who show one
// text only.
func message(d Diagnostic) string {
	lines := []string{brief(d.Detail)}
	if d.Detail == "" {
		lines[0] = d.Summary + "."
	}
	for _, v := range d.Values {
		lines = append(lines, v.Name+" is "+v.Text)
	}
	for _, c := range d.Within {
		lines = append(lines, "In "+c.Module+", called at "+c.Range.String())
	}
	if d.Again > 0 {
		lines = append(lines, "The same in "+count(d.Again, "other instance")+" of the module.")
	}
	for _, r := range d.Related {
		lines = append(lines, r.Range.String()+": "+r.Message)
	}
	if d.Fix != nil {
		lines = append(lines, "Help: "+d.Fix.Help)
	}
	return strings.Join(lines, "\n")
}

var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func escapeData(s string) string     { return dataEscapes.Replace(clean(s, true)) }
func escapeProperty(s string) string { return propertyEscapes.Replace(clean(s, true)) }
