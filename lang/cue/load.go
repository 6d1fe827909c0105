package cue

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/encoding/json"
	"cuelang.org/go/encoding/yaml"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/textfile"
	"github.com/weirci/weir/lang/vars"
)

// Load reads the files of a directory that this notation has. The Config is
// nil where they could not be read or evaluated as a whole.
func Load(dir string, in config.Inputs) (*config.Config, *diag.Sources, diag.List) {
	src := &diag.Sources{}
	e := &evaluation{dir: dir, in: in, texts: texts{}, src: &diag.Sources{}}
	names := Files(dir)
	if in.Only != "" {
		names = []string{filepath.Join(dir, in.Only)}
	}
	for _, name := range names {
		text, problem := textfile.Read(name)
		e.problems.Append(problem...)
		e.problems.Append(guard(name, text)...)
		e.files = append(e.files, &file{name: name, text: text})
		src.Add(name, text)
		e.add(name, text)
	}
	if len(e.problems) > 0 {
		e.problems.Sort()
		return nil, src, e.problems
	}
	out := withinBudget(dir, e.run)
	if out.src != nil { // of an evaluation that is left behind nothing is looked at
		src = out.src
	}
	out.problems.Sort()
	return out.config, src, out.problems
}

type file struct {
	name string
	text []byte
	ast  *ast.File
}

// result is what an evaluation comes to.
type result struct {
	config   *config.Config
	src      *diag.Sources
	problems diag.List
}

// evaluation is the way from texts to a config. One goroutine owns it.
type evaluation struct {
	dir       string
	in        config.Inputs
	files     []*file
	texts     texts
	src       *diag.Sources
	tags      []*tag
	variables map[string]*config.Variable
	order     []*config.Variable // as they are declared
	patched   bool               // names that do not exist were taken out
	problems  diag.List
}

func (e *evaluation) run() result {
	cfg := e.config()
	return result{config: cfg, src: e.src, problems: e.problems}
}

// add makes a text known to ranges.
func (e *evaluation) add(name string, text []byte) {
	e.src.Add(name, text)
	e.texts.add(name, text)
}

func (e *evaluation) config() *config.Config {
	e.parse()
	if len(e.problems) > 0 || !e.onePackage() {
		return nil
	}
	e.findTags()
	e.declared()
	problems := vars.Attach(e.dir, e.order, e.in, e.src)
	e.inject()
	v, inst := e.build()
	if inst == nil {
		e.problems.Append(problems...)
		return nil
	}
	if e.typed(v) {
		problems = vars.Attach(e.dir, e.order, e.in, e.src)
	}
	e.problems.Append(problems...)
	return e.read(e.fill(v), inst)
}

// read walks the value. What CUE finds wrong is added to what the walk finds.
func (e *evaluation) read(v cue.Value, inst *build.Instance) *config.Config {
	r := &reader{texts: e.texts, variables: e.variables, patched: e.patched}
	r.config.Variables = e.order
	r.pipeline(v)
	r.tagValues(v, inst, e.tags)
	if err := v.Err(); err != nil || r.failed {
		r.problems.Append(e.explain(v.Validate(cue.All()))...)
	}
	e.problems.Append(r.problems...)
	if r.hole {
		return nil
	}
	r.config.Variables = slices.DeleteFunc(r.config.Variables, func(v *config.Variable) bool {
		return slices.ContainsFunc(r.config.Holes, func(h config.Hole) bool { return h.Kind == "variable" && h.Labels[0].Text == v.Name.Text })
	})
	return &r.config
}

// reader walks the value of a pipeline.
type reader struct {
	texts         texts
	config        config.Config
	problems      diag.List
	pending       diag.List                   // said if what they are about becomes a hole
	variables     map[string]*config.Variable // declared
	resourceTypes map[string][]string         // of the resources, by name
	failed        bool                        // CUE found errors
	patched       bool                        // names that do not exist are anything now
	hole          bool                        // something is missing that compiling would stumble over
}

// parse reads the files' syntax, all at once.
func (e *evaluation) parse() {
	lists := make([]diag.List, len(e.files))
	var wg sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, f := range e.files {
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			lists[i] = e.parseFile(f)
		})
	}
	wg.Wait()
	for _, l := range lists {
		e.problems.Append(l...)
	}
}

func (e *evaluation) parseFile(f *file) (problems diag.List) {
	defer recovered(f.name, &problems)
	var err error
	switch {
	case strings.HasSuffix(f.name, ".cue"):
		f.ast, err = parser.ParseFile(f.name, f.text, parser.ParseComments)
	case strings.HasSuffix(f.name, ".json"):
		var x ast.Expr
		if x, err = json.Extract(f.name, f.text); err == nil {
			f.ast = &ast.File{Filename: f.name, Decls: []ast.Decl{&ast.EmbedDecl{Expr: x}}}
		}
	default:
		f.ast, err = yaml.Extract(f.name, f.text)
	}
	return few(e.syntaxProblems(err))
}

// onePackage holds the files to one package; data has none of its own.
func (e *evaluation) onePackage() bool {
	var first *file
	for _, f := range e.files {
		if isData(f.name) {
			continue
		}
		if first == nil {
			first = f
		} else if f.ast.PackageName() != first.ast.PackageName() {
			e.problems.Append(diag.Diagnostic{Code: diag.Conflict, Range: e.packageClause(f), Summary: "Two packages in one directory",
				Detail:  "The files of a pipeline are one package: " + packageOf(first) + " and " + packageOf(f) + " are two.",
				Related: []diag.Related{{Message: "the first package", Range: e.packageClause(first)}}})
			return false
		}
	}
	return true
}

func packageOf(f *file) string {
	if name := f.ast.PackageName(); name != "" {
		return name
	}
	return "no package"
}

func (e *evaluation) packageClause(f *file) diag.Range {
	for _, d := range f.ast.Decls {
		if p, ok := d.(*ast.Package); ok {
			return e.texts.node(p.Name)
		}
	}
	return diag.Range{File: f.name}
}

const maxSyntax = 100 // syntax errors of one file that are reported

func few(l diag.List) diag.List {
	if len(l) <= maxSyntax {
		return l
	}
	more, at := len(l)-maxSyntax, l[maxSyntax].Range
	l = slices.Clip(l[:maxSyntax])
	l.Errorf(diag.Syntax, at, "More syntax errors", "From here on %d more syntax errors of this file are left out.", more)
	return l
}
