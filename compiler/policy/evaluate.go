package policy

import (
	"fmt"
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	cuejson "cuelang.org/go/encoding/json"

	"github.com/weirci/weir/compiler/graph"
)

// Evaluate evaluates policies here and now, with no limit. input is JSON as Input
// gives it.
func Evaluate(policies []Policy, input []byte) Verdict {
	data, err := cuejson.Extract("input", input)
	if err != nil {
		return Verdict{Faults: []Fault{{Policy: "input", Message: err.Error()}}}
	}
	var v Verdict
	var parsed []*evaluation
	for _, p := range policies {
		if e := parse(p); len(e.faults) > 0 {
			v.add(e)
		} else {
			parsed = append(parsed, e)
		}
	}
	// The input is by far the largest part, so all policies share one. A name in
	// one of them that is not there makes all fail together: then each is tried
	// by itself.
	if !together(data, parsed...) && len(parsed) > 1 {
		for i, e := range parsed {
			parsed[i] = parse(e.policy)
			together(data, parsed[i])
		}
	}
	for _, e := range parsed {
		v.add(e)
	}
	return v
}

func (v *Verdict) add(e *evaluation) {
	v.Findings = append(v.Findings, e.findings...)
	v.Faults = append(v.Faults, e.faults...)
}

// evaluation is one policy while it is evaluated.
type evaluation struct {
	policy   Policy
	file     *ast.File
	findings []Finding
	faults   []Fault
}

func parse(p Policy) *evaluation {
	e := &evaluation{policy: p}
	file, err := parser.ParseFile(p.Name, p.Text)
	if err != nil {
		e.fault(err)
		return e
	}
	e.file = enclose(file, p.Name)
	return e
}

// enclose puts what a policy says into a struct of its own, under its name, in
// the package that has the input beside it.
func enclose(file *ast.File, name string) *ast.File {
	own := &ast.StructLit{}
	out := &ast.File{Filename: name, Decls: []ast.Decl{&ast.Package{Name: ast.NewIdent(packageName)}}}
	for _, d := range file.Decls {
		switch d.(type) {
		case *ast.Package:
		case *ast.ImportDecl:
			out.Decls = append(out.Decls, d)
		default:
			own.Elts = append(own.Elts, d)
		}
	}
	out.Decls = append(out.Decls, &ast.Field{Label: ast.NewString(name), Value: own})
	return out
}

const packageName = "policy"

// together evaluates policies over one input; false: they do not build, which
// is a fault of each.
func together(input ast.Expr, all ...*evaluation) bool {
	inst := build.NewContext().NewInstance(packageName, nil)
	files := []*ast.File{{Decls: []ast.Decl{&ast.Package{Name: ast.NewIdent(packageName)}, &ast.Field{Label: ast.NewIdent("input"), Value: input}}}}
	for _, e := range all {
		files = append(files, e.file)
	}
	for _, f := range files {
		if err := inst.AddSyntax(f); err != nil {
			return failed(err, all)
		}
	}
	if err := inst.Complete(); err != nil {
		return failed(err, all)
	}
	v := cuecontext.New().BuildInstance(inst)
	if v.LookupPath(cue.ParsePath("input")).Err() != nil {
		return failed(v.Err(), all)
	}
	for _, e := range all {
		e.read(v.LookupPath(cue.MakePath(cue.Str(e.policy.Name))))
	}
	return true
}

func failed(err error, all []*evaluation) bool {
	for _, e := range all {
		e.fault(err)
	}
	return false
}

func (e *evaluation) read(v cue.Value) {
	if v.LookupPath(cue.ParsePath("input")).Exists() {
		e.faults = append(e.faults, Fault{Policy: e.policy.Name, Message: "it has a field input of its own, which hides the pipeline"})
		return
	}
	deny := e.list(v, "deny", true)
	if warn := e.list(v, "warn", false); !warn && !deny && len(e.faults) == 0 {
		e.faults = append(e.faults, Fault{Policy: e.policy.Name, Message: "it has neither a list deny nor a list warn"})
	}
}

// list reads deny or warn; false: it is not there.
func (e *evaluation) list(v cue.Value, name string, deny bool) bool {
	list := v.LookupPath(cue.ParsePath(name))
	if !list.Exists() {
		return false
	}
	it, err := list.List()
	if err != nil {
		e.fault(err)
		return true
	}
	for it.Next() {
		e.finding(it.Value(), name, deny)
	}
	return true
}

// entry is what an entry of deny or warn may be, besides a string.
type entry struct {
	Msg     string `json:"msg"`
	Address string `json:"address"`
}

func (e *evaluation) finding(v cue.Value, name string, deny bool) {
	if err := v.Validate(cue.Concrete(true)); err != nil {
		e.fault(err)
		return
	}
	var one entry
	if s, err := v.String(); err == nil {
		one.Msg = s
	} else if err := v.Decode(&one); err != nil {
		e.fault(err)
		return
	}
	if one.Msg == "" {
		e.faults = append(e.faults, at(Fault{Policy: e.policy.Name,
			Message: fmt.Sprintf("an entry of %s is neither a text nor an object with msg and perhaps address", name)}, v.Pos().Line(), v.Pos().Column(), v.Pos().Offset()))
		return
	}
	e.findings = append(e.findings, Finding{Policy: e.policy.Name, Deny: deny, Message: one.Msg, Address: graph.Address(one.Address)})
}

const maxFaults = 20 // of one policy

func (e *evaluation) fault(err error) {
	for _, one := range errors.Errors(err) {
		format, args := one.Msg()
		f := Fault{Policy: e.policy.Name, Message: fmt.Sprintf(format, args...)}
		for _, p := range append([]position{one.Position()}, positions(one)...) {
			if p.Filename() == e.policy.Name {
				f = at(f, p.Line(), p.Column(), p.Offset())
				break
			}
		}
		if len(e.faults) < maxFaults && !slices.Contains(e.faults, f) {
			e.faults = append(e.faults, f)
		}
	}
}

// position is a place in a file, as CUE has it.
type position interface {
	Filename() string
	Line() int
	Column() int
	Offset() int
}

func positions(e errors.Error) []position {
	var out []position
	for _, p := range e.InputPositions() {
		out = append(out, p)
	}
	return out
}

func at(f Fault, line, column, offset int) Fault {
	f.Line, f.Column, f.Byte = line, column, offset
	return f
}
