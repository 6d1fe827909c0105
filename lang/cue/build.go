package cue

import (
	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"
)

// build gives the value of the files; without an instance there is none. Names
// that do not exist would keep CUE from looking at anything else: they are
// reported, and then stand for anything.
func (e *evaluation) build() (cue.Value, *build.Instance) {
	inst := e.instance()
	if inst == nil {
		return cue.Value{}, nil
	}
	v := cuecontext.New().BuildInstance(inst)
	for range maxRounds {
		unknown := unresolved(v.Err())
		if len(unknown) == 0 {
			return v, inst
		}
		for _, x := range unknown {
			e.problems.Append(e.one(x))
		}
		e.patch(unknown)
		if inst = e.instance(); inst == nil {
			return cue.Value{}, nil
		}
		v = cuecontext.New().BuildInstance(inst)
	}
	return v, inst
}

const maxRounds = 10 // CUE does not always name all unknown names at once

func unresolved(err error) []errors.Error {
	var out []errors.Error
	for _, x := range errors.Errors(err) {
		if format, _ := x.Msg(); format == "reference %q not found" {
			out = append(out, x)
		}
	}
	return out
}

func (e *evaluation) patch(errs []errors.Error) {
	e.patched = true
	unknown := map[token.Pos]bool{}
	for _, x := range errs {
		unknown[x.Position()] = true
	}
	for _, f := range e.files {
		ast.Walk(f.ast, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && unknown[id.Pos()] {
				id.Name, id.Node = "_", nil
			}
			return true
		}, nil)
	}
}

// instance puts the files together and finds what they import.
func (e *evaluation) instance() *build.Instance {
	imports := newImporter(e)
	inst := imports.ctx.NewInstance(e.dir, nil)
	name := ""
	for _, f := range e.files {
		if !isData(f.name) {
			name = f.ast.PackageName()
		}
	}
	inst.PkgName = name
	for _, f := range e.files {
		if isData(f.name) && name != "" && f.ast.PackageName() == "" {
			f.ast.Decls = append([]ast.Decl{&ast.Package{Name: ast.NewIdent(name)}}, f.ast.Decls...)
		}
		if err := inst.AddSyntax(f.ast); err != nil {
			e.problems.Append(e.explain(err)...)
			return nil
		}
	}
	if err := inst.Complete(); err != nil {
		e.problems.Append(e.explain(err)...)
		return nil
	}
	return inst
}
