package nesting

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Max is how many brackets and operators may be open at once.
const Max = 500

// File gives the place where the text of a file is nested too deeply.
func File(file string, text []byte) (hcl.Range, bool) {
	return tooDeep(text, func(text []byte) hclsyntax.Tokens {
		tokens, _ := hclsyntax.LexConfig(text, file, hcl.InitialPos)
		return tokens
	})
}

// Template gives the place where the text of a template is nested too deeply.
func Template(file string, text []byte) (hcl.Range, bool) {
	return tooDeep(text, func(text []byte) hclsyntax.Tokens {
		tokens, _ := hclsyntax.LexTemplate(text, file, hcl.InitialPos)
		return tokens
	})
}

// tooDeep looks at ever longer beginnings of the text, as depth mostly is found
// soon and the lexer is slow.
func tooDeep(text []byte, lex func([]byte) hclsyntax.Tokens) (hcl.Range, bool) {
	if !suspicious(text) {
		return hcl.Range{}, false
	}
	for n := firstLook; ; n *= 4 {
		r, deep := tooDeepIn(lex(text[:min(n, len(text))]))
		if deep || n >= len(text) {
			return r, deep
		}
	}
}

const firstLook = 64 << 10 // bytes

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
		if depth+chain > Max {
			return true
		}
	}
	return false
}

// tooDeepIn counts brackets that are open, and operators since the expression
// around them began.
func tooDeepIn(tokens hclsyntax.Tokens) (hcl.Range, bool) {
	d := depths{levels: make([]level, 1, Max+2)}
	for _, t := range tokens {
		d.token(t.Type)
		if len(d.levels)+d.chain > Max {
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
