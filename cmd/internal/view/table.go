package view

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Cell is one field of a table.
type Cell struct {
	Text  string
	Style Style
}

// Text makes a cell without a style.
func Text(s string) Cell { return Cell{Text: s} }

// Status makes a cell of a status word, in its colour.
func Status(s string) Cell { return Cell{Text: s, Style: StatusStyle(s)} }

// Table is a listing. Empty is what is printed where there are no rows.
type Table struct {
	Header []string
	Rows   [][]Cell
	Empty  string
}

// gap is the number of blanks between columns.
const gap = 2

// Write prints the table: columns aligned, lines no longer than the terminal is
// wide (the last column is cut, it is always the least important one), no
// blanks at the end of a line.
func (t Table) Write(w io.Writer, term Terminal) error {
	if len(t.Rows) == 0 {
		_, err := io.WriteString(w, t.Empty+"\n")
		return err
	}
	widths := t.widths()
	var b strings.Builder
	header := make([]Cell, len(t.Header))
	for i, h := range t.Header {
		header[i] = Cell{Text: strings.ToUpper(h), Style: Bold}
	}
	writeRow(&b, header, widths, term)
	for _, row := range t.Rows {
		writeRow(&b, row, widths, term)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t Table) widths() []int {
	widths := make([]int, len(t.Header))
	for i, h := range t.Header {
		widths[i] = utf8.RuneCountInString(h)
	}
	for _, row := range t.Rows {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(oneLine(c.Text)))
		}
	}
	return widths
}

func writeRow(b *strings.Builder, row []Cell, widths []int, term Terminal) {
	last := len(row) - 1
	for last > 0 && row[last].Text == "" {
		last--
	}
	used := 0
	for i, c := range row[:last+1] {
		text := oneLine(c.Text)
		if i == last && term.Width > 0 {
			text = Cut(text, term.Width-used)
		}
		b.WriteString(term.Paint(c.Style, text))
		if i < last {
			b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text)+gap))
			used += widths[i] + gap
		}
	}
	b.WriteByte('\n')
}

// Cut shortens text to a number of columns, ending in … where something is gone.
// Less than 8 columns are as good as none: then it is left whole.
func Cut(text string, columns int) string {
	if columns < 8 || utf8.RuneCountInString(text) <= columns {
		return text
	}
	return string([]rune(text)[:columns-1]) + "…"
}

// oneLine makes text safe for one line of a terminal: no line ends, no escapes.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
