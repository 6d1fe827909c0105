package cue

import (
	"path/filepath"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/weirci/weir/lang/cue/schema"
	"github.com/weirci/weir/lang/diag"
)

// vet does what `cue vet` does: the files, unified with the schema as other
// tools see it, closed and with all types, are concrete and without errors.
func vet(tb testing.TB, dir string) error {
	tb.Helper()
	ctx := build.NewContext(build.Loader(strict))
	inst := ctx.NewInstance(dir, nil)
	for _, name := range Files(dir) {
		f, err := parser.ParseFile(name, nil, parser.ParseComments)
		if err != nil {
			tb.Fatal(err)
		}
		if err := inst.AddSyntax(f); err != nil {
			tb.Fatal(err)
		}
	}
	if err := inst.Complete(); err != nil {
		tb.Fatal(err)
	}
	c := cuecontext.New()
	def := c.CompileBytes(schema.Source()).LookupPath(cue.ParsePath("#Pipeline"))
	v := def.Unify(c.BuildInstance(inst))
	for it, _ := v.LookupPath(cue.ParsePath("vars")).Fields(); it != nil && it.Next(); {
		if d, _ := it.Value().Default(); !d.IsConcrete() {
			v = v.FillPath(cue.MakePath(cue.Str("vars"), it.Selector()), "given")
		}
	}
	return v.Validate(cue.Concrete(true))
}

// strict gives the schema's import a definition that lets everything pass: the
// schema itself is unified once, from outside.
func strict(pos token.Pos, path string) *build.Instance {
	if path != schema.ImportPath {
		return nil
	}
	inst := build.NewContext().NewInstance(path, nil)
	inst.ImportPath, inst.PkgName = path, "schema"
	f := &ast.File{Decls: []ast.Decl{&ast.Package{Name: ast.NewIdent("schema")},
		&ast.Field{Label: ast.NewIdent("#Pipeline"), Value: ast.NewIdent("_")}}}
	if err := inst.AddSyntax(f); err != nil {
		inst.Err = err
		return inst
	}
	_ = inst.Complete()
	return inst
}

// What Weir takes, other tools take by the schema.
func TestExamplesSatisfyTheSchema(t *testing.T) {
	dirs, err := filepath.Glob("../../examples/*/cue")
	if err != nil || len(dirs) < 4 {
		t.Fatalf("%v, %v", dirs, err)
	}
	for _, dir := range dirs {
		if err := vet(t, dir); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// What the schema that other tools see does not allow, the walk does not
// either, and it says so of everything, once.
func TestWalkIsAsStrict(t *testing.T) {
	for _, c := range []struct {
		text  string
		codes []diag.Code
	}{
		{`nme: "x"`, []diag.Code{diag.MissingField, diag.UnknownField}},
		{`name: "x", resources: a: {type: "git", sorce: {}, check: evry: "1m"}`, []diag.Code{diag.UnknownField, diag.UnknownField}},
		{`name: "x", jobs: a: {steps: [{get: "x", when: 1, image: "y"}], retention: 3}`, []diag.Code{diag.UnknownField, diag.WrongType}},
		{`name: "x", jobs: a: "b"`, []diag.Code{diag.WrongType}},
		{`name: "x", jobs: a: steps: {get: "x"}`, []diag.Code{diag.WrongType}},
		{`name: "x", moved: [{form: "job.a", to: "job.b"}]`, []diag.Code{diag.MissingField, diag.UnknownField}},
		{`name: "x", secret_sources: v: config: 'bytes'`, []diag.Code{diag.MissingField, diag.WrongType}},
	} {
		dir := dirWith(t, map[string]string{"p.cue": c.text})
		if vet(t, dir) == nil {
			t.Errorf("%s: the schema takes it", c.text)
		}
		if got := codesOf(load(t, dir)); !equalSets(got, c.codes) {
			t.Errorf("%s: %v, want %v", c.text, got, c.codes)
		}
	}
}
