package cue

import (
	"os"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
	"cuelang.org/go/mod/modfile"

	"github.com/weirci/weir/lang/cue/schema"

	"github.com/weirci/weir/lang/textfile"
)

// importer finds what files import: packages of the CUE module around them,
// those vendored below its cue.mod, and the schema. Nothing is fetched.
type importer struct {
	*evaluation
	ctx     *build.Context
	root    string // of the module; "" if there is none
	module  string // its path, without the major version
	loading map[string]bool
}

func newImporter(e *evaluation) *importer {
	i := &importer{evaluation: e, loading: map[string]bool{}}
	i.ctx = build.NewContext(build.Loader(i.load))
	i.root, i.module = moduleAround(e.dir)
	return i
}

// moduleAround finds the CUE module that a directory is in.
func moduleAround(dir string) (root, path string) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", ""
	}
	for {
		name := filepath.Join(dir, "cue.mod", "module.cue")
		if text, err := os.ReadFile(name); err == nil {
			if m, err := modfile.ParseNonStrict(text, name); err == nil {
				path = ast.ParseImportPath(m.Module).Path
			}
			return dir, path
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", ""
		}
		dir = up
	}
}

// load is called for each import; nil stands for CUE's own packages.
func (i *importer) load(pos token.Pos, path string) *build.Instance {
	p := ast.ParseImportPath(path)
	if first, _, _ := strings.Cut(p.Path, "/"); !strings.Contains(first, ".") {
		return nil
	}
	inst := i.ctx.NewInstance(path, nil)
	inst.ImportPath, inst.PkgName = path, p.Qualifier
	if i.loading[path] {
		inst.Err = errors.Newf(pos, "import cycle: package %q imports itself", path)
		return inst
	}
	i.loading[path] = true
	defer delete(i.loading, path)
	if p.Path+"@v0" == schema.ImportPath && (p.Version == "" || p.Version == "v0") {
		inst.PkgName = "schema"
		inst.Err = openSchema(inst)
	} else {
		inst.Err = i.directory(inst, pos, p)
	}
	if inst.Err == nil {
		inst.Err = promoted(inst.Complete(), "cannot import")
	}
	return inst
}

func openSchema(inst *build.Instance) errors.Error {
	f, err := schema.Open()
	if err != nil {
		return promoted(err, "the schema")
	}
	return promoted(inst.AddSyntax(f), "the schema")
}

// promoted keeps what is no error nil.
func promoted(err error, doing string) errors.Error {
	if err == nil {
		return nil
	}
	return errors.Promote(err, doing)
}

// directory reads the files of a package.
func (i *importer) directory(inst *build.Instance, pos token.Pos, p ast.ImportPath) errors.Error {
	for _, dir := range i.candidates(p.Path) {
		names, _ := filepath.Glob(filepath.Join(dir, "*.cue"))
		for _, name := range names {
			if !isOurs(filepath.Base(name)) {
				continue
			}
			if err := i.packageFile(inst, name, p.Qualifier); err != nil {
				return err
			}
		}
		if len(inst.Files) > 0 {
			return nil
		}
	}
	if i.root == "" {
		return errors.Newf(pos, "cannot find package %q: there is no CUE module here (cue.mod/module.cue)", p.Path)
	}
	return errors.Newf(pos, "cannot find package %q in the module %s nor below its cue.mod: nothing is fetched while a pipeline is compiled", p.Path, i.module)
}

func (i *importer) candidates(path string) []string {
	if i.root == "" {
		return nil
	}
	var dirs []string
	if rest, ok := strings.CutPrefix(path, i.module); ok && i.module != "" && (rest == "" || rest[0] == '/') {
		dirs = append(dirs, filepath.Join(i.root, filepath.FromSlash(rest)))
	}
	for _, vendor := range []string{"pkg", "usr", "gen"} {
		dirs = append(dirs, filepath.Join(i.root, "cue.mod", vendor, filepath.FromSlash(path)))
	}
	return dirs
}

func (i *importer) packageFile(inst *build.Instance, name, pkg string) errors.Error {
	text, problems := textfile.Read(name)
	if len(problems) == 0 {
		problems = guard(name, text)
	}
	if len(problems) > 0 {
		i.problems.Append(problems...)
		return errors.Newf(token.NoPos, "cannot read %s", name)
	}
	i.add(name, text)
	f, err := parser.ParseFile(name, text)
	if err != nil {
		return promoted(err, name)
	}
	if f.PackageName() != pkg {
		return nil
	}
	return promoted(inst.AddSyntax(f), name)
}
