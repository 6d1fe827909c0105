package diag

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// Text writes the problems for people: each with its place, the line of the
// source with the range underlined, what is wrong and what would help.
func Text(w io.Writer, l List, src *Sources, colour bool) error {
	out := &textWriter{Writer: bufio.NewWriter(w), src: src, colour: colour}
	for i, d := range l {
		if i > 0 {
			out.WriteString("\n")
		}
		out.diagnostic(d)
	}
	return out.Flush()
}

// The ANSI styles in use.
const (
	styleBold   = "\x1b[1m"
	styleRed    = "\x1b[1;31m"
	styleYellow = "\x1b[1;33m"
	styleBlue   = "\x1b[1;34m"
	styleGreen  = "\x1b[1;32m"
	styleReset  = "\x1b[0m"
)

type textWriter struct {
	*bufio.Writer
	src    *Sources
	colour bool
	gutter int // width of the line numbers of the current diagnostic
}

func (t *textWriter) styled(style, text string) {
	if t.colour && text != "" {
		text = style + text + styleReset
	}
	t.WriteString(text)
}

func (t *textWriter) diagnostic(d Diagnostic) {
	tint := styleRed
	if d.Severity == Warning {
		tint = styleYellow
	}
	head := d.Severity.String()
	if d.Code != "" {
		head += "[" + string(d.Code) + "]"
	}
	t.styled(tint, head)
	t.styled(styleBold, ": "+clean(d.Summary, false))
	t.WriteString("\n")
	t.gutter = gutter(d)
	t.place("-->", "", d.Range, tint, '^')
	t.note("", d.Detail, "")
	for _, v := range d.Values {
		t.note("", v.Name+" is "+v.Text, "")
	}
	t.within(d)
	for _, r := range d.Related {
		t.place(":::", r.Message, r.Range, styleBlue, '-')
	}
	if d.Fix != nil {
		t.note("help: ", d.Fix.Help, styleGreen)
	}
}

// gutter is the width of the largest line number that will be shown.
func gutter(d Diagnostic) int {
	line := max(d.Range.Start.Line, d.Range.End.Line)
	for _, r := range d.Related {
		line = max(line, r.Range.Start.Line, r.Range.End.Line)
	}
	for _, c := range d.Within {
		line = max(line, c.Range.Start.Line)
	}
	return len(strconv.Itoa(line))
}

// place writes where something is, and the line itself if it is known.
func (t *textWriter) place(arrow, message string, r Range, tint string, mark byte) {
	if r.IsZero() {
		return
	}
	t.indent()
	t.styled(styleBlue, arrow)
	t.WriteString(" " + clean(r.String(), false))
	if message != "" {
		t.WriteString(": " + clean(message, false))
	}
	t.WriteString("\n")
	if lines := t.src.lines(r); len(lines) > 0 {
		t.snippet(lines, tint, mark)
	}
}

// snippet writes lines of the source with the range underlined.
func (t *textWriter) snippet(lines []cut, tint string, mark byte) {
	t.bar("", "\n")
	last := lines[0].number
	for _, l := range lines {
		if l.number > last+1 {
			t.WriteString("...\n")
		}
		last = l.number
		t.underlined(l, tint, mark)
	}
	t.bar("", "\n")
}

func (t *textWriter) underlined(l cut, tint string, mark byte) {
	e := excerpt(l.before, l.marked, l.after)
	t.bar(strconv.Itoa(l.number), strings.TrimRight(" "+e[0]+e[1]+e[2], " ")+"\n")
	t.bar("", " "+strings.Repeat(" ", width(e[0])))
	t.styled(tint, strings.Repeat(string(mark), max(1, width(e[1]))))
	t.WriteString("\n")
}

// within writes through which modules the compiler came here.
func (t *textWriter) within(d Diagnostic) {
	for _, c := range d.Within {
		t.place("...", "in "+c.Module+", "+c.verb()+" here", c.Range, styleBlue, '-')
	}
	if d.Again > 0 {
		t.note("", "The same in "+count(d.Again, "other instance")+".", "")
	}
}

// Tally says how many problems there are: "3 errors, 1 warning". It is empty
// where there are none.
func (l List) Tally() string {
	errors, warnings := l.Count()
	var parts []string
	if errors > 0 {
		parts = append(parts, count(errors, "error"))
	}
	if warnings > 0 {
		parts = append(parts, count(warnings, "warning"))
	}
	return strings.Join(parts, ", ")
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

// note writes text beside the gutter, each line under the first.
func (t *textWriter) note(label, text, tint string) {
	for line := range strings.Lines(clean(brief(text), true)) {
		t.indent()
		t.styled(styleBlue, "=")
		t.WriteString(" ")
		t.styled(tint, label)
		t.WriteString(strings.TrimRight(line, "\n") + "\n")
		label = strings.Repeat(" ", len(label))
	}
}

const longestText = 4 << 10 // bytes of what is said of a problem: names can be megabytes

// brief cuts a text that nobody would read to its end.
func brief(s string) string {
	if len(s) <= longestText {
		return s
	}
	return strings.ToValidUTF8(s[:longestText], "") + "…"
}

func (t *textWriter) indent() { t.WriteString(strings.Repeat(" ", t.gutter+1)) }

func (t *textWriter) bar(number, rest string) {
	t.styled(styleBlue, strings.Repeat(" ", t.gutter-len(number))+number+" |")
	t.WriteString(rest)
}

const widest = 120 // columns of a source line that are shown

// excerpt makes a source line harmless and cuts a very long one around its
// marked part.
func excerpt(before, marked, after []byte) [3]string {
	b, m, a := clean(string(before), false), clean(string(marked), false), clean(string(after), false)
	if width(b)+width(m)+width(a) <= widest {
		return [3]string{b, m, a}
	}
	if width(b) > widest/2 {
		b = "…" + tail(b, widest/2)
	}
	if width(m) > widest/2 {
		m, a = head(m, widest/2)+"…", ""
	}
	if n := max(widest-width(b)-width(m), 0); width(a) > n {
		a = head(a, n) + "…"
	}
	return [3]string{b, m, a}
}
