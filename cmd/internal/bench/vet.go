package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/weirci/weir/lang/config"
	twin "github.com/weirci/weir/lang/cue"
	"github.com/weirci/weir/lang/cue/schema"
	"github.com/weirci/weir/lang/hcl"
	"github.com/weirci/weir/lang/langtest"
)

// vetFlag makes this program what `cue vet` is with the published schema.
const vetFlag = "vet-only"

// cueTwins times `weir validate` on the CUE twins of large pipelines beside the
// CUE API, which vets the same files against the schema.
func cueTwins(ctx context.Context, s *system, t *table) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var took [2]used
	for i, jobs := range []int{1000, 10_000} {
		dir, err := generated(s.dir, fmt.Sprintf("cue%d", jobs), func(dir string) error { return writeTwin(dir, jobs) })
		if err != nil {
			return err
		}
		vet, weir, err := s.byTurns(ctx, []string{self, vetFlag, dir}, []string{s.weir, "validate", dir})
		if err != nil {
			return err
		}
		took[i] = weir
		t.row(fmt.Sprintf("cue vet, %d jobs, our schema", jobs), vet.String(), "", "")
		t.row("weir validate, the same", weir.String(), ratio(weir.wall, vet.wall), "≤ 1.5 ×")
	}
	t.row("CUE, 10,000 jobs beside 1,000", "", ratio(took[1].wall, took[0].wall), "≤ 12 ×")
	return nil
}

// writeTwin writes a pipeline of so many jobs in CUE.
func writeTwin(dir string, jobs int) error {
	in := filepath.Join(dir, "hcl")
	if err := os.MkdirAll(in, 0o755); err != nil {
		return err
	}
	if err := langtest.Write(in, langtest.Size{Jobs: jobs, Steps: 5, Files: 10}); err != nil {
		return err
	}
	cfg, _, list := hcl.Load(in, config.Inputs{})
	if cfg == nil || list.HasErrors() {
		return fmt.Errorf("read %s: %v", in, list)
	}
	text, err := twin.Write(cfg)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "pipeline.cue"), text, 0o644)
}

// vetOnly unifies the files of a directory with the schema, closed and with all
// types, and asks whether all is concrete and without errors.
func vetOnly(dir string) error {
	inst := build.NewContext(build.Loader(anything)).NewInstance(dir, nil)
	for _, name := range twin.Files(dir) {
		f, err := parser.ParseFile(name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		if err := inst.AddSyntax(f); err != nil {
			return err
		}
	}
	if err := inst.Complete(); err != nil {
		return err
	}
	c := cuecontext.New()
	v := c.CompileBytes(schema.Source()).LookupPath(cue.ParsePath("#Pipeline")).Unify(c.BuildInstance(inst))
	return v.Validate(cue.Concrete(true))
}

// anything gives the import of the schema a definition that lets everything
// pass: the schema is unified once, from outside.
func anything(_ token.Pos, path string) *build.Instance {
	inst := build.NewContext().NewInstance(path, nil)
	inst.ImportPath, inst.PkgName = path, "schema"
	f := &ast.File{Decls: []ast.Decl{&ast.Package{Name: ast.NewIdent("schema")},
		&ast.Field{Label: ast.NewIdent("#Pipeline"), Value: ast.NewIdent("_")}}}
	if inst.Err = inst.AddSyntax(f); inst.Err == nil {
		_ = inst.Complete() // says in Err what it returns
	}
	return inst
}
