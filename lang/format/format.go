package format

import (
	"path/filepath"
	"strings"

	"cuelang.org/go/cue/ast"
	cueerrors "cuelang.org/go/cue/errors"
	cueformat "cuelang.org/go/cue/format"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// Known reports whether a file's name is one of those that are formatted.
func Known(name string) bool {
	base := filepath.Base(name)
	return isCUE(base) || strings.HasSuffix(base, ".weir.hcl") || strings.HasSuffix(base, ".weirvars") || base == "weir.lock.hcl"
}

func isCUE(name string) bool { return strings.HasSuffix(name, ".cue") }

// Source is the text of a file in its one form. The name says the notation.
func Source(name string, text []byte) ([]byte, diag.List) {
	if isCUE(name) {
		return cue(name, text)
	}
	return hclText(name, text)
}

func hclText(name string, text []byte) ([]byte, diag.List) {
	if list := expr.Guard(name, text); list.HasErrors() {
		return nil, list
	}
	if _, diags := hclsyntax.ParseConfig(text, name, hcl.InitialPos); diags.HasErrors() {
		return nil, expr.Problems(diags, diag.Syntax)
	}
	return hclwrite.Format(text), nil
}

func cue(name string, text []byte) ([]byte, diag.List) {
	if list := soundCUE(name, text); list.HasErrors() {
		return nil, list
	}
	file, err := parser.ParseFile(name, text, parser.ParseComments)
	if err != nil {
		return nil, syntax(name, text, err)
	}
	if len(file.Decls) == 0 && len(ast.Comments(file)) == 0 {
		return text, nil // nothing to format
	}
	out, err := cueformat.Node(file)
	if err != nil {
		return nil, syntax(name, text, err)
	}
	return out, nil
}

// syntax is CUE's errors as diagnostics.
func syntax(name string, text []byte, err error) diag.List {
	var list diag.List
	for _, e := range cueerrors.Errors(err) {
		format, args := e.Msg()
		list.Errorf(diag.Syntax, rangeAt(name, text, e.Position()), "Syntax error", format+".", args...)
	}
	if len(list) == 0 {
		list.Errorf(diag.Syntax, diag.Range{File: name}, "Syntax error", "%s.", err)
	}
	list.Sort()
	return list
}

func rangeAt(name string, text []byte, p token.Pos) diag.Range {
	if !p.IsValid() {
		return diag.Range{File: name}
	}
	at := diag.Pos{Line: p.Line(), Column: p.Column(), Byte: min(p.Offset(), len(text))}
	end := at
	if end.Byte < len(text) && text[end.Byte] != '\n' {
		end.Byte, end.Column = end.Byte+1, end.Column+1
	}
	return diag.Range{File: name, Start: at, End: end}
}
