package diag

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
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
	for _, r := range d.Related {
		t.place(":::", r.Message, r.Range, styleBlue, '-')
	}
	if d.Fix != nil {
		t.note("help: ", d.Fix.Help, styleGreen)
	}
}

// gutter is the width of the largest line number that will be shown.
func gutter(d Diagnostic) int {
	line := d.Range.Start.Line
	for _, r := range d.Related {
		line = max(line, r.Range.Start.Line)
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
	before, marked, after, ok := t.src.line(r)
	if !ok {
		return
	}
	t.snippet(r.Start.Line, excerpt(before, marked, after), tint, mark)
}

func (t *textWriter) snippet(number int, e [3]string, tint string, mark byte) {
	t.bar("", "\n")
	t.bar(strconv.Itoa(number), " "+strings.TrimRight(e[0]+e[1]+e[2], " ")+"\n")
	t.bar("", " "+strings.Repeat(" ", width(e[0])))
	t.styled(tint, strings.Repeat(string(mark), max(1, width(e[1]))))
	t.WriteString("\n")
	t.bar("", "\n")
}

// note writes text beside the gutter, each line under the first.
func (t *textWriter) note(label, text, tint string) {
	for line := range strings.Lines(clean(text, true)) {
		t.indent()
		t.styled(styleBlue, "=")
		t.WriteString(" ")
		t.styled(tint, label)
		t.WriteString(strings.TrimRight(line, "\n") + "\n")
		label = strings.Repeat(" ", len(label))
	}
}

func (t *textWriter) indent() { t.WriteString(strings.Repeat(" ", t.gutter+1)) }

func (t *textWriter) bar(number, rest string) {
	t.styled(styleBlue, strings.Repeat(" ", t.gutter-len(number))+number+" |")
	t.WriteString(rest)
}

const widest = 120 // characters of a source line that are shown

// excerpt makes a source line harmless and cuts a very long one around its
// marked part.
func excerpt(before, marked, after []byte) [3]string {
	b, m, a := clean(string(before), false), clean(string(marked), false), clean(string(after), false)
	if width(b)+width(m)+width(a) <= widest {
		return [3]string{b, m, a}
	}
	if n := width(b); n > widest/2 {
		b = "…" + string([]rune(b)[n-widest/2:])
	}
	if width(m) > widest/2 {
		m, a = string([]rune(m)[:widest/2])+"…", ""
	}
	if n := widest - width(b) - width(m); width(a) > max(n, 0) {
		a = string([]rune(a)[:max(n, 0)]) + "…"
	}
	return [3]string{b, m, a}
}

func width(s string) int { return utf8.RuneCountInString(s) }
