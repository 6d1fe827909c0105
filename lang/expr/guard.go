package expr

import (
	"bytes"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/diag"
)

const (
	MaxFile  = 16 << 20 // bytes
	maxDepth = 500      // brackets and operators that the parser recurses over
)

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
	if !suspicious(text) {
		return nil
	}
	if r, deep := tooDeep(file, text); deep {
		l.Errorf(diag.TooDeep, RangeOf(r), "Nested too deeply",
			"Brackets and operators may be nested up to %d deep. Split the expression with locals.", maxDepth)
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

// suspicious is a quick count that never misses deep nesting, but takes text
// in strings and comments for code.
func suspicious(text []byte) bool {
	depth, chain := 0, 0
	for _, c := range text {
		switch c {
		case '(', '[', '{':
			depth++
		case '}':
			depth = max(depth-1, 0)
		case ')', ']':
			depth = max(depth-1, 0)
			chain++
		case '+', '-', '*', '/', '%', '&', '|', '?', '!', '=', '<', '>', '.':
			chain++
		case '\n':
			if depth < 8 {
				chain = 0
			}
		}
		if depth+chain > maxDepth {
			return true
		}
	}
	return false
}

// tooDeep counts on tokens: brackets that are open, and operators since the
// expression around them began. It looks at ever longer beginnings of the text,
// as depth mostly is found soon and the lexer is slow.
func tooDeep(file string, text []byte) (hcl.Range, bool) {
	for n := firstLook; ; n *= 4 {
		r, deep := tooDeepIn(file, text[:min(n, len(text))])
		if deep || n >= len(text) {
			return r, deep
		}
	}
}

const firstLook = 64 << 10 // bytes

func tooDeepIn(file string, text []byte) (hcl.Range, bool) {
	tokens, _ := hclsyntax.LexConfig(text, file, hcl.InitialPos)
	d := depths{levels: make([]level, 1, maxDepth+2)}
	for _, t := range tokens {
		d.token(t.Type)
		if len(d.levels)+d.chain > maxDepth {
			return t.Range, true
		}
	}
	return hcl.Range{}, false
}

// level is one open bracket: what opened it, and how many operators its
// current expression has so far.
type level struct {
	open  hclsyntax.TokenType
	chain int
}

type depths struct {
	levels []level // the first is the file itself
	chain  int     // of all levels
}

func (d *depths) token(t hclsyntax.TokenType) {
	switch t {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
		hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		d.levels = append(d.levels, level{open: t})
	case hclsyntax.TokenCBrace, hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		d.close()
	case hclsyntax.TokenCBrack, hclsyntax.TokenCParen: // a[b][c] nests to the left
		d.close()
		d.add()
	case hclsyntax.TokenComma:
		d.reset()
	case hclsyntax.TokenNewline:
		if top := d.levels[len(d.levels)-1].open; top == hclsyntax.TokenOBrace || len(d.levels) == 1 {
			d.reset()
		}
	case hclsyntax.TokenStringLit, hclsyntax.TokenQuotedLit, hclsyntax.TokenIdent, hclsyntax.TokenNumberLit,
		hclsyntax.TokenComment, hclsyntax.TokenEOF:
	default:
		d.add()
	}
}

func (d *depths) add() {
	d.levels[len(d.levels)-1].chain++
	d.chain++
}

func (d *depths) reset() {
	top := &d.levels[len(d.levels)-1]
	d.chain -= top.chain
	top.chain = 0
}

func (d *depths) close() {
	if len(d.levels) == 1 {
		return
	}
	d.reset()
	d.levels = d.levels[:len(d.levels)-1]
}
