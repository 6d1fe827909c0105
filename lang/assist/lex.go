package assist

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const maxRepairs = 8 // strings in one file that are open at the end of their line

// lex gives the tokens of a text. A string or heredoc that is still being typed
// would swallow what follows: it is cut off where its line ends, and the next
// line is read as if it were closed.
func lex(text []byte, lines *Lines) hclsyntax.Tokens { return lexLines(text, lines, 0, false) }

// lexBefore is lex for the text before a cursor, from a place on: what is open at
// its end is what is being typed, and stays open.
func lexBefore(text []byte, lines *Lines, start int) hclsyntax.Tokens {
	return lexLines(text, lines, start, true)
}

func lexLines(text []byte, lines *Lines, start int, openEnd bool) hclsyntax.Tokens {
	var all hclsyntax.Tokens
	for repairs := 0; ; repairs++ {
		tokens, _ := hclsyntax.LexConfig(text[start:], "", lines.pos(start))
		cut := unclosed(tokens, openEnd)
		if cut < 0 || repairs == maxRepairs {
			return append(all, tokens...)
		}
		line := lines.lineAt(tokens[cut].Range.Start.Byte)
		if line+1 >= len(lines.starts) || lines.starts[line+1] > len(text) {
			return append(all, tokens...)
		}
		next := lines.starts[line+1]
		kept := len(all)
		for _, t := range tokens {
			if t.Range.Start.Byte >= next || t.Type == hclsyntax.TokenQuotedNewline {
				break
			}
			all = append(all, t)
		}
		all = append(closeStrings(all, kept+cut), lineEnd(lines, next))
		start = next
	}
}

// closeStrings adds what would close the string at a token, and all that is
// open inside of it.
func closeStrings(all hclsyntax.Tokens, from int) hclsyntax.Tokens {
	var open []hclsyntax.TokenType
	for _, t := range all[from:] {
		switch {
		case opens(t.Type):
			open = append(open, t.Type)
		case closes(t.Type) && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	at := all[len(all)-1].Range
	at.Start = at.End
	for i := len(open) - 1; i >= 0; i-- {
		all = append(all, hclsyntax.Token{Type: closer(open[i]), Range: at})
	}
	return all
}

func closer(t hclsyntax.TokenType) hclsyntax.TokenType {
	switch t {
	case hclsyntax.TokenOBrace:
		return hclsyntax.TokenCBrace
	case hclsyntax.TokenOBrack:
		return hclsyntax.TokenCBrack
	case hclsyntax.TokenOParen:
		return hclsyntax.TokenCParen
	case hclsyntax.TokenOQuote:
		return hclsyntax.TokenCQuote
	case hclsyntax.TokenOHeredoc:
		return hclsyntax.TokenCHeredoc
	}
	return hclsyntax.TokenTemplateSeqEnd
}

func lineEnd(lines *Lines, next int) hclsyntax.Token {
	return hclsyntax.Token{Type: hclsyntax.TokenNewline, Bytes: []byte("\n"), Range: hcl.Range{Start: lines.pos(next - 1), End: lines.pos(next)}}
}

// unclosed is the token that opens the first string or heredoc that does not
// end where it should, or -1.
func unclosed(tokens hclsyntax.Tokens, openEnd bool) int {
	var open []int // strings, heredocs and what is interpolated in them
	outermost := func() int {
		for _, i := range open {
			if t := tokens[i].Type; t == hclsyntax.TokenOQuote || t == hclsyntax.TokenOHeredoc {
				return i
			}
		}
		return -1
	}
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenQuotedNewline:
			if at := outermost(); at >= 0 {
				return at
			}
		case hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			open = append(open, i)
		case hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
	}
	if openEnd {
		return -1
	}
	return outermost()
}

// opens and closes say what a token does to the nesting of a value.
func opens(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
		hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		return true
	}
	return false
}

func closes(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
		hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		return true
	}
	return false
}
