package expr

import (
	"bytes"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/nesting"
)

// MaxFile is how many bytes a file may have.
const MaxFile = 16 << 20

// Guard refuses text that would cost the parser too much. The parser and all
// walks over its trees are recursive, and a Go stack that overflows ends the
// process, so depth is bounded before anything is parsed.
func Guard(file string, text []byte) diag.List {
	var l diag.List
	if len(text) > MaxFile {
		l.Errorf(diag.TooLarge, diag.Range{File: file}, "File too large",
			"The file has %d bytes; a pipeline file may have up to %d. Split it.", len(text), MaxFile)
		return l
	}
	if i := invalidUTF8(text); i >= 0 {
		p := posOf(text, i)
		l.Errorf(diag.NotUTF8, diag.Range{File: file, Start: p, End: p}, "Not valid UTF-8",
			"The byte 0x%02x here is not part of a character. Pipeline files are UTF-8 text.", text[i])
		return l
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		p := posOf(text, i)
		l.Errorf(diag.Syntax, diag.Range{File: file, Start: p, End: p}, "Not a text",
			"The byte here is 0, which no text has. Perhaps the file is a binary, or in another encoding than UTF-8.")
		return l
	}
	if i := longTemplate(text); i >= 0 {
		p := posOf(text, i)
		l.Errorf(diag.TooLarge, diag.Range{File: file, Start: p, End: p}, "Text too long",
			"A heredoc may have up to %d lines, and a text that many dollar and percent signs by themselves. Keep longer texts in a file of their own.", maxPieces)
		return l
	}
	if at, long := longNumber(file, text); long {
		l.Errorf(diag.TooLarge, at, "Number too long", "A number may have up to %d digits.", maxDigits)
		return l
	}
	if r, deep := nesting.File(file, text); deep {
		l.Errorf(diag.TooDeep, RangeOf(r), "Nested too deeply",
			"Brackets and operators may be nested up to %d deep. Split the expression with locals.", nesting.Max)
	}
	return l
}

// MaxMarks is how many line ends, commas, equals signs and opening brackets all
// files of a directory may have: memory grows with them, about a kilobyte each.
const MaxMarks = 1_000_000

// Marks counts what MaxMarks bounds.
func Marks(text []byte) int {
	n := 0
	for _, c := range text {
		switch c {
		case '\n', ',', '=', '{', '[', '(':
			n++
		}
	}
	return n
}

const maxDigits = 1000 // of a number as it is written

// longNumber finds a number that would take long to read. Texts may have as
// many digits as they like.
func longNumber(file string, text []byte) (diag.Range, bool) {
	if !manyDigits(text) {
		return diag.Range{}, false
	}
	tokens, _ := hclsyntax.LexConfig(text, file, hcl.InitialPos)
	for _, t := range tokens {
		if t.Type == hclsyntax.TokenNumberLit && len(t.Bytes) > maxDigits {
			return RangeOf(t.Range), true
		}
	}
	return diag.Range{}, false
}

func manyDigits(text []byte) bool {
	run := 0
	for _, c := range text {
		if c >= '0' && c <= '9' || c == '.' {
			if run++; run > maxDigits {
				return true
			}
		} else {
			run = 0
		}
	}
	return false
}

func invalidUTF8(text []byte) int {
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
	return -1
}

func posOf(text []byte, at int) diag.Pos {
	line := bytes.Count(text[:at], []byte("\n"))
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	return diag.Pos{Line: line + 1, Column: utf8.RuneCount(text[start:at]) + 1, Byte: at}
}
