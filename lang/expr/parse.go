package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// Parse reads an expression that stands by itself. file is what ranges call it.
func Parse(file string, text []byte) (config.Expr, diag.List) {
	if list := Guard(file, text); list.HasErrors() {
		return nil, list
	}
	node, diags := hclsyntax.ParseExpression(text, file, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, Problems(diags, diag.Syntax)
	}
	return Of(node), nil
}

// Open reports whether a text goes on: brackets, templates or a heredoc are open.
func Open(text []byte) bool {
	tokens, _ := hclsyntax.LexExpression(text, "", hcl.InitialPos)
	open := 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl, hclsyntax.TokenOHeredoc:
			open++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd, hclsyntax.TokenCHeredoc:
			open--
		}
	}
	return open > 0
}
