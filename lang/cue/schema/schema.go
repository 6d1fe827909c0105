package schema

import (
	_ "embed"
	"fmt"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
)

// ImportPath is how pipelines import the schema.
const ImportPath = "weir.dev/schema@v0"

//go:embed schema.cue
var source []byte

// Source is the schema's text.
func Source() []byte { return source }

// Open is the schema as pipelines get it when Weir reads them: every
// definition is there and none constrains anything. What it says is checked by
// Weir's own walk, which sees each field's own place, goes on after a mistake,
// and needs no time for definitions that do not apply.
func Open() (*ast.File, error) {
	file, err := parser.ParseFile("schema.cue", source)
	if err != nil {
		return nil, fmt.Errorf("parse the schema: %w", err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.Field); ok {
			f.Value = opened(f.Value)
		}
	}
	return file, nil
}

func opened(e ast.Expr) ast.Expr {
	if _, ok := e.(*ast.StructLit); ok {
		return ast.NewStruct(&ast.Ellipsis{})
	}
	return ast.NewIdent("_")
}
