package assist

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// Span is a stretch of a text, in bytes; End is just behind it.
type Span struct{ Start, End int }

// Holds says whether a place is inside of the span, or just behind it, where a
// cursor still touches it.
func (s Span) Holds(offset int) bool { return s.Start <= offset && offset <= s.End }

func spanOf(r hcl.Range) Span { return Span{r.Start.Byte, r.End.Byte} }

// Location is a span of a file.
type Location struct {
	Path string
	Span
}

// Edit puts a text in the place of a span.
type Edit struct {
	Location
	Text string
}

// Lines knows where the lines of a text begin.
type Lines struct {
	text   []byte
	starts []int
}

// NewLines counts the lines of a text.
func NewLines(text []byte) *Lines {
	l := &Lines{text: text, starts: []int{0}}
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], '\n')
		if i < 0 {
			return l
		}
		at += i + 1
		l.starts = append(l.starts, at)
	}
}

// Offset is the byte of a place that is given as editors do: the line and, in
// units of UTF-16, the character, both from 0. What is outside of the text is
// taken for the nearest place inside.
func (l *Lines) Offset(line, character int) int {
	if line < 0 {
		return 0
	}
	if line >= len(l.starts) {
		return len(l.text)
	}
	at, end := l.starts[line], l.end(line)
	for units := 0; at < end; {
		r, n := utf8.DecodeRune(l.text[at:end])
		if units += width(r); units > character {
			break
		}
		at += n
	}
	return at
}

// Position is the line and character of a byte, as Offset takes them.
func (l *Lines) Position(offset int) (line, character int) {
	offset = max(0, min(offset, len(l.text)))
	line = sort.SearchInts(l.starts, offset+1) - 1
	for at := l.starts[line]; at < offset; {
		r, n := utf8.DecodeRune(l.text[at:])
		if at+n > offset {
			break
		}
		character += width(r)
		at += n
	}
	return line, character
}

// end is where the text of a line ends, without what ends the line.
func (l *Lines) end(line int) int {
	end := len(l.text)
	if line+1 < len(l.starts) {
		end = l.starts[line+1] - 1
	}
	if end > l.starts[line] && l.text[end-1] == '\r' {
		end--
	}
	return end
}

// width is how many units of UTF-16 a character takes.
func width(r rune) int {
	if r > 0xFFFF {
		return 2
	}
	return 1
}

// pos is a place as hcl counts, for parsing a part of the text.
func (l *Lines) pos(offset int) hcl.Pos {
	line := sort.SearchInts(l.starts, offset+1) - 1
	return hcl.Pos{Line: line + 1, Column: utf8.RuneCount(l.text[l.starts[line]:offset]) + 1, Byte: offset}
}

// lineAt is the line of a byte, from 0.
func (l *Lines) lineAt(offset int) int { return sort.SearchInts(l.starts, offset+1) - 1 }
