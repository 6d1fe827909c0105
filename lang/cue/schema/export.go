package schema

import (
	"bytes"
	"encoding/json"
	"fmt"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/encoding/jsonschema"
	"cuelang.org/go/encoding/openapi"
)

// JSONSchema is the schema as JSON Schema, draft 2020-12: for editors that know
// YAML and JSON.
func JSONSchema() ([]byte, error) {
	v, err := compiled()
	if err != nil {
		return nil, err
	}
	x, err := jsonschema.Generate(v.LookupPath(cue.ParsePath("#Pipeline")), nil)
	if err != nil {
		return nil, fmt.Errorf("write the schema as JSON Schema: %w", err)
	}
	return indented(cuecontext.New().BuildExpr(x))
}

// OpenAPI is the schema as the components of an OpenAPI document.
func OpenAPI() ([]byte, error) {
	v, err := compiled()
	if err != nil {
		return nil, err
	}
	f, err := openapi.Generate(v, &openapi.Config{Info: map[string]string{"title": "Weir pipelines", "version": "v0"}})
	if err != nil {
		return nil, fmt.Errorf("write the schema as OpenAPI: %w", err)
	}
	return indented(cuecontext.New().BuildFile(f))
}

// compiled is the schema without embedded definitions: in other languages a
// closed object cannot embed another one.
func compiled() (cue.Value, error) {
	file, err := parser.ParseFile("schema.cue", source, parser.ParseComments)
	if err != nil {
		return cue.Value{}, fmt.Errorf("read the schema: %w", err)
	}
	flatten(file)
	v := cuecontext.New().BuildFile(file)
	if err := v.Err(); err != nil {
		return v, fmt.Errorf("read the schema: %w", err)
	}
	return v, nil
}

// flatten puts the fields of embedded definitions in their place.
func flatten(file *ast.File) {
	all := map[string]*ast.StructLit{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.Field); ok {
			name, _, _ := ast.LabelName(f.Label)
			all[name], _ = f.Value.(*ast.StructLit)
		}
	}
	for _, s := range all {
		if s != nil {
			s.Elts = inlined(s.Elts, all)
		}
	}
}

func inlined(decls []ast.Decl, all map[string]*ast.StructLit) []ast.Decl {
	var out []ast.Decl
	for _, d := range decls {
		if e, ok := d.(*ast.EmbedDecl); ok {
			if id, ok := e.Expr.(*ast.Ident); ok && all[id.Name] != nil {
				out = append(out, inlined(all[id.Name].Elts, all)...)
				continue
			}
		}
		out = append(out, d)
	}
	return out
}

func indented(v cue.Value) ([]byte, error) {
	text, err := v.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
