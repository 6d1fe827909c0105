package diag

import (
	"bytes"
	"maps"
	"slices"
)

// Sources are the texts that ranges point into, by the file name that ranges
// use. It is filled before it is read; it is not for concurrent writing.
type Sources struct {
	texts map[string][]byte
}

// Add remembers the text of a file. The bytes are kept, not copied.
func (s *Sources) Add(file string, text []byte) {
	if s.texts == nil {
		s.texts = map[string][]byte{}
	}
	s.texts[file] = text
}

// Text is the text of a file, nil if it is unknown.
func (s *Sources) Text(file string) []byte {
	if s == nil {
		return nil
	}
	return s.texts[file]
}

// Files are the names of all files, sorted.
func (s *Sources) Files() []string {
	if s == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(s.texts))
}

// longest is how many bytes of each part of a line are looked at: more than
// are ever shown, so that a line of megabytes costs nothing.
const longest = 1024

// cut is one line of a range: its number, what is before the range, the range
// itself as far as it is on that line, and what follows.
type cut struct {
	number                int
	before, marked, after []byte
}

// text is the line, as far as it was looked at.
func (c cut) text() string { return string(c.before) + string(c.marked) + string(c.after) }

// line cuts the first line of a range out of its file.
func (s *Sources) line(r Range) (cut, bool) {
	text := s.Text(r.File)
	if text == nil || r.Start.Line == 0 || r.Start.Byte < 0 || r.Start.Byte > len(text) {
		return cut{}, false
	}
	return cutLine(text, r.Start.Line, r.Start.Byte, r.End.Byte), true
}

// shownLines is how many lines of a range are shown; of a longer one its first
// lines and its last.
const shownLines = 4

// lines are the lines of a range that are shown. A gap in their numbers is
// where some were left out.
func (s *Sources) lines(r Range) []cut {
	first, ok := s.line(r)
	if !ok {
		return nil
	}
	out := []cut{first}
	text := s.Text(r.File)
	end := min(r.End.Byte, len(text))
	for at, number := r.Start.Byte, r.Start.Line+1; ; number++ {
		next := bytes.IndexByte(text[at:max(at, end)], '\n')
		if next < 0 || at+next+1 >= end { // nothing of the last line is in the range
			return out
		}
		at += next + 1
		if len(out) == shownLines-1 && bytes.IndexByte(text[at:end], '\n') >= 0 {
			return append(out, lastLine(text, r, end))
		}
		out = append(out, cutLine(text, number, indented(text, at, end), end))
	}
}

// lastLine is the last line of a range that has something in it.
func lastLine(text []byte, r Range, end int) cut {
	end = max(end, r.Start.Byte+1)
	start := bytes.LastIndexByte(text[:end-1], '\n') + 1
	number := r.Start.Line + bytes.Count(text[r.Start.Byte:start], []byte("\n"))
	return cutLine(text, number, indented(text, start, end), end)
}

// indented is where a line's own text begins.
func indented(text []byte, at, end int) int {
	for at < end && (text[at] == ' ' || text[at] == '\t') {
		at++
	}
	return at
}

// cutLine cuts the line that holds the byte from; the range ends at to.
func cutLine(text []byte, number, from, to int) cut {
	start := bytes.LastIndexByte(text[:from], '\n') + 1
	end := len(text)
	if i := bytes.IndexByte(text[from:], '\n'); i >= 0 {
		end = from + i
	}
	if end > from && text[end-1] == '\r' {
		end--
	}
	stop := min(max(to, from), end)
	start = max(start, from-longest)
	end = min(end, stop+longest)
	return cut{number: number, before: text[start:from], marked: text[from:min(stop, from+longest)], after: text[stop:end]}
}
