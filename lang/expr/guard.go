package expr

import (
	"bytes"
	"unicode/utf8"

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
	if r, deep := nesting.File(file, text); deep {
		l.Errorf(diag.TooDeep, RangeOf(r), "Nested too deeply",
			"Brackets and operators may be nested up to %d deep. Split the expression with locals.", nesting.Max)
	}
	return l
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
