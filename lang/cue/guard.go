package cue

import (
	"bytes"
	"unicode/utf8"

	"github.com/weirci/weir/lang/diag"
)

// maxDepth bounds what CUE's parser and compiler recurse over: a Go stack that
// overflows ends the process.
const maxDepth = 500

// guard refuses text that would cost the parser too much.
func guard(file string, text []byte) diag.List {
	var l diag.List
	if i := invalid(text); i >= 0 {
		t := texts{}
		t.add(file, text)
		l.Errorf(diag.NotUTF8, t.between(file, i, i), "Not valid UTF-8",
			"The byte 0x%02x here is not part of a character. Pipeline files are UTF-8 text.", text[i])
		return l
	}
	if i := tooDeep(text); i >= 0 {
		t := texts{}
		t.add(file, text)
		l.Errorf(diag.TooDeep, t.between(file, i, i+1), "Nested too deeply",
			"Brackets, operators and fields of fields may be nested up to %d deep. Split the value with hidden fields.", maxDepth)
	}
	return l
}

func invalid(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(text)
}

// tooDeep finds where brackets, and signs in one expression, get too many; -1:
// nowhere. In strings and comments nothing counts but what is interpolated.
func tooDeep(text []byte) int {
	s := depths{levels: make([]level, 1, maxDepth+2)}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'':
			i = s.quoted(text, i, openingOf(text, i))
		case '/':
			if bytes.HasPrefix(text[i:], []byte("//")) {
				i = lineEnd(text, i) - 1
			} else {
				s.chain()
			}
		case '(', '[', '{':
			s.levels = append(s.levels, level{})
		case '}':
			s.close()
		case ')', ']': // a(b)(c)[d] nests to the left
			if in := s.close(); in.length > 0 {
				i = s.quoted(text, i, in)
			} else {
				s.chain()
			}
		case '+', '-', '*', '&', '|', '!', '=', '<', '>', ':', '.', '?', '~':
			s.chain()
		case '\n', ',':
			s.reset()
		}
		if len(s.levels)+s.total > maxDepth {
			return min(i, len(text)-1)
		}
	}
	return -1
}

// level is an open bracket: the signs of its current expression, and the
// string that it is an interpolation of.
type level struct {
	chain int
	in    opening
}

// opening is what a string begins with: its quote, once or three times, and how
// many # stand before that; length 0 is none.
type opening struct {
	quote          byte
	length, hashes int
}

type depths struct {
	levels []level // the first is the file itself
	total  int     // signs of all levels
}

func (s *depths) chain() {
	s.levels[len(s.levels)-1].chain++
	s.total++
}

func (s *depths) reset() {
	top := &s.levels[len(s.levels)-1]
	s.total -= top.chain
	top.chain = 0
}

// close leaves a bracket and gives the string that it was in.
func (s *depths) close() opening {
	s.reset()
	if len(s.levels) == 1 {
		return opening{}
	}
	in := s.levels[len(s.levels)-1].in
	s.levels = s.levels[:len(s.levels)-1]
	return in
}

func openingOf(text []byte, i int) opening {
	o := opening{quote: text[i], length: 1}
	if bytes.HasPrefix(text[i:], bytes.Repeat(text[i:i+1], 3)) {
		o.length = 3
	}
	for k := i - 1; k >= 0 && text[k] == '#'; k-- {
		o.hashes++
	}
	return o
}

// quoted goes to the end of a string, or to the bracket that opens an
// interpolation in it. It begins at the first of the opening quotes, or at the
// bracket that ends an interpolation.
func (s *depths) quoted(text []byte, i int, o opening) int {
	end := append(bytes.Repeat([]byte{o.quote}, o.length), bytes.Repeat([]byte{'#'}, o.hashes)...)
	escape := append([]byte{'\\'}, bytes.Repeat([]byte{'#'}, o.hashes)...)
	if text[i] == o.quote {
		i += o.length - 1
	}
	for i++; i < len(text); i++ {
		switch {
		case bytes.HasPrefix(text[i:], escape):
			if i += len(escape); i < len(text) && text[i] == '(' {
				s.levels = append(s.levels, level{in: o})
				return i
			}
		case bytes.HasPrefix(text[i:], end):
			return i + len(end) - 1
		case text[i] == '\n' && o.length == 1:
			return i // not closed, which is the parser's to say
		}
	}
	return i
}

func lineEnd(text []byte, i int) int {
	if n := bytes.IndexByte(text[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(text)
}
