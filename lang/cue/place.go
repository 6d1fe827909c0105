package cue

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/weirci/weir/lang/diag"
)

// texts are the files that positions point into, with the start of each line.
type texts map[string]*text

type text struct {
	bytes []byte
	lines []int // offset of the first byte of each line
}

func (t texts) add(name string, b []byte) {
	lines := []int{0}
	for i := 0; ; {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
		lines = append(lines, i)
	}
	t[name] = &text{bytes: b, lines: lines}
}

func (t *text) pos(offset int) diag.Pos {
	offset = max(0, min(offset, len(t.bytes)))
	line := sort.Search(len(t.lines), func(i int) bool { return t.lines[i] > offset }) - 1
	return diag.Pos{Line: line + 1, Column: utf8.RuneCount(t.bytes[t.lines[line]:offset]) + 1, Byte: offset}
}

// between is the range from one offset to another.
func (t texts) between(file string, from, to int) diag.Range {
	text, ok := t[file]
	if !ok {
		return diag.Range{File: file}
	}
	return diag.Range{File: file, Start: text.pos(from), End: text.pos(max(from, to))}
}

// node is the range of a syntax node; zero where it was not read from a file.
func (t texts) node(n ast.Node) diag.Range {
	if n == nil || !n.Pos().IsValid() {
		return diag.Range{}
	}
	from := n.Pos()
	end := n.End()
	if !end.IsValid() || end.Filename() != from.Filename() || end.Offset() <= from.Offset() {
		return t.at(from)
	}
	return t.between(from.Filename(), from.Offset(), end.Offset())
}

// at is the word at a position.
func (t texts) at(p token.Pos) diag.Range {
	if !p.IsValid() {
		return diag.Range{}
	}
	text, ok := t[p.Filename()]
	if !ok {
		return diag.Range{}
	}
	from := max(0, min(p.Offset(), len(text.bytes)))
	return t.between(p.Filename(), from, from+wordLength(text.bytes[from:]))
}

// wordLength is the length of the string or word that a text begins with.
func wordLength(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	if b[0] == '"' {
		for i := 1; i < len(b) && b[i] != '\n'; i++ {
			switch b[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
	}
	n := 0
	for n < len(b) {
		r, size := utf8.DecodeRune(b[n:])
		if r < utf8.RuneSelf && !isWord(byte(r)) {
			break
		}
		n += size
	}
	return max(n, 1)
}

func isWord(c byte) bool {
	return c == '_' || c == '#' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// value is where the value of a field was written, if that is one place, and
// otherwise where the field is.
func (t texts) value(v cue.Value) diag.Range {
	switch n := v.Source().(type) {
	case nil:
		return t.at(v.Pos())
	case *ast.Field:
		return t.node(n.Value)
	default:
		return t.node(n)
	}
}

// label is where the name of a field was written.
func (t texts) label(v cue.Value) diag.Range {
	if f, ok := v.Source().(*ast.Field); ok {
		return t.node(f.Label)
	}
	return t.at(v.Pos())
}

// header is the place of a struct: its name if it has one, else its first line.
func (t texts) header(v cue.Value) diag.Range {
	if f, ok := v.Source().(*ast.Field); ok {
		return t.node(f.Label)
	}
	r := t.value(v)
	if text, ok := t[r.File]; ok && r.End.Line > r.Start.Line {
		end := r.Start.Byte + max(0, bytes.IndexByte(text.bytes[r.Start.Byte:], '\n'))
		r.End = text.pos(end)
	}
	return r
}
