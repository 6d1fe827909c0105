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
// nowhere. Strings and comments count as nothing, but for what is interpolated.
func tooDeep(text []byte) int {
	s := depths{chains: make([]int, 1, maxDepth+2)}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'':
			i = s.skipString(text, i)
		case '/':
			if bytes.HasPrefix(text[i:], []byte("//")) {
				i = lineEnd(text, i) - 1
			} else {
				s.chain()
			}
		case '(', '[', '{':
			s.chains = append(s.chains, 0)
		case ')', ']', '}':
			s.close()
		case '+', '-', '*', '&', '|', '!', '=', '<', '>', ':', '.', '?', '~':
			s.chain()
		case '\n', ',':
			s.reset()
		}
		if len(s.chains)+s.total > maxDepth {
			return min(i, len(text)-1)
		}
	}
	return -1
}

// depths are the open brackets, each with the signs of its current expression.
type depths struct {
	chains []int
	total  int
}

func (s *depths) chain() {
	s.chains[len(s.chains)-1]++
	s.total++
}

func (s *depths) reset() {
	s.total -= s.chains[len(s.chains)-1]
	s.chains[len(s.chains)-1] = 0
}

func (s *depths) close() {
	s.reset()
	if len(s.chains) > 1 {
		s.chains = s.chains[:len(s.chains)-1]
	}
}

// skipString is the index of the last byte of a string, or of the bracket that
// opens an interpolation in it, which is read as if it stood by itself: its
// end reads the rest of the string as code, which at worst counts too much of
// a text that is strange anyway.
func (s *depths) skipString(text []byte, i int) int {
	quote := text[i]
	many := bytes.HasPrefix(text[i:], []byte{quote, quote, quote})
	if many {
		end := bytes.Index(text[i+3:], []byte{quote, quote, quote})
		if end < 0 {
			return i
		}
		if bytes.Contains(text[i+3:i+3+end], []byte(`\(`)) {
			s.chains[len(s.chains)-1] += 0
		}
		return i + 3 + end + 2
	}
	for k := i + 1; k < len(text) && text[k] != '\n'; k++ {
		switch text[k] {
		case '\\':
			k++
		case quote:
			return k
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
