package format

import (
	"unicode/utf8"

	"cuelang.org/go/cue/scanner"
	"cuelang.org/go/cue/token"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// maxChain is how many signs an expression of CUE may have. The parser counts
// brackets by itself, but not these, and the formatter recurses over them.
const maxChain = 10_000

// soundCUE is whether the parser and the formatter can be trusted with a text.
func soundCUE(name string, text []byte) (list diag.List) {
	switch {
	case len(text) > expr.MaxFile:
		list.Errorf(diag.TooLarge, diag.Range{File: name}, "File too large",
			"The file has %d bytes; a pipeline file may have up to %d. Split it.", len(text), expr.MaxFile)
		return list
	case !utf8.Valid(text):
		list.Errorf(diag.NotUTF8, diag.Range{File: name}, "Not valid UTF-8", "Pipeline files are UTF-8 text.")
		return list
	}
	var s scanner.Scanner
	s.Init(token.NewFile(name, -1, len(text)), text, nil, 0)
	for chain := 0; ; chain++ {
		pos, tok, _ := s.Scan()
		switch {
		case tok == token.EOF:
			return nil
		case tok == token.COMMA:
			chain = 0
		case chain > 2*maxChain:
			list.Errorf(diag.TooDeep, rangeAt(name, text, pos), "Expression too long", "An expression may have up to %d signs.", maxChain)
			return list
		}
	}
}
