package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/weirci/weir/"

// arrows says which packages of this module each package may import. A name
// ending in /... stands for the folder and all below it. The most specific row
// counts. What is not in the table may import nothing of the module.
var arrows = []struct {
	from string
	to   string
}{
	{"lang/diag", ""},
	{"lang/diag/explain", "lang/diag"},
	{"lang/config", "lang/diag"},
	{"lang/nesting", ""},
	{"lang/function", "lang/nesting"},
	{"lang/budget", "lang/function"},
	{"lang/deferred", "compiler/graph lang/function lang/budget lang/nesting"},
	{"lang/textfile", "lang/diag lang/expr"},
	{"lang/expr", "lang/diag lang/config lang/budget lang/function lang/nesting"},
	{"lang/vars", "lang/diag lang/config lang/expr"},
	{"lang/cue", "lang/diag lang/config lang/expr lang/textfile lang/function lang/vars lang/cue/..."},
	{"lang/cue/schema", ""},
	{"lang/param", "compiler/graph lang/nesting"},
	{"lang/format", "lang/diag lang/expr"},
	{"lang/docs", "lang/config lang/expr"},
	{"lang/hcl/...", "lang/diag lang/config lang/expr lang/textfile lang/vars lang/function lang/hcl/..."},
	{"lang/module/...", "lang/diag lang/config lang/module/..."},
	{"lang/assist", "lang/expr lang/format lang/function lang/hcl"},
	{"lang", "lang/..."},
	{"compiler/graph", ""},
	{"compiler/graph/draw", "compiler/graph"},
	{"compiler", "lang/config lang/diag lang/budget lang/function lang/deferred compiler/graph"},
	{"compiler/policy", "compiler/graph lang/diag"},
	{"compiler/lint", "compiler compiler/graph lang/config lang/diag"},
	{"planner", "compiler/graph"},
	{"planner/planfile", "planner compiler/graph"},
	{"state", "compiler/graph"},
	{"state/embedded", ""},
	{"state/logpack", ""},
	{"state/blob", ""},
	{"state/blob/...", "state/blob"},
	{"state/postgres", "state compiler/graph api/weir/v1 state/blob state/logpack state/postgres/internal/db state/postgres/migrations worker/logfile"},
	{"state/postgres/migrations", ""},
	{"state/postgres/pgtest", "state/..."},
	{"state/statetest", "state/... compiler/graph"},
	{"reconciler", "reconciler/... state compiler/graph api/weir/v1"},
	{"reconciler/...", "state compiler/graph api/weir/v1"},
	{"reconciler/runnable", "compiler/graph"},
	{"reconciler/reason", ""},
	{"reconciler/notify", "state compiler/graph"},
	{"reconciler/doctor", "reconciler/schedule state compiler/graph"},
	{"reconciler/schedule", "reconciler/reason state compiler/graph"},
	{"reconciler/place", "reconciler/reason state compiler/graph"},
	{"reconciler/build", "reconciler/protocol state compiler/graph api/weir/v1"},
	{"reconciler/check", "reconciler/protocol state compiler/graph api/weir/v1"},
	{"reconciler/sim", "reconciler/... state compiler/graph api/weir/v1"},
	{"worker", ""},
	{"worker/logfile", ""},
	{"worker/shim/...", "worker worker/logfile worker/redact worker/seccomp worker/shim/..."},
	{"worker/agent", "worker worker/logfile worker/redact api/..."},
	{"worker/resource/...", "worker/resource/..."},
	{"worker/containerd", "worker worker/shim worker/rundir worker/builtin worker/image worker/volume worker/network worker/logfile worker/seccomp"},
	{"worker/process", "worker worker/shim worker/rundir worker/builtin worker/image worker/volume worker/logfile"},
	{"worker/rundir", "worker worker/shim"},
	{"worker/workertest/...", "worker/..."},
	{"worker/taskfile", "worker/load"},
	{"worker/...", "worker worker/volume worker/image"},
	{"api/...", "api/..."},
	{"server/...", "reconciler/doctor reconciler/reason reconciler/runnable lang/param server/... planner/... state state/postgres compiler/graph compiler/policy api/... worker/logfile"},
	{"cmd/internal/view", "planner/... compiler/graph lang/config lang/diag lang/module/... api/... worker/logfile"},
	{"server/webhook", "state compiler/graph"},
	{"server/notify", "server/secret reconciler/notify reconciler/protocol state compiler/graph worker/redact"},
	{"server/secret", "reconciler/protocol state compiler/graph api/weir/v1 worker/redact"},
	{"cmd/internal/wire/...", "..."},
	{"cmd/internal/cli", "cmd/internal/... reconciler/runnable lang/... compiler/... planner/... state state/postgres server server/secret api/... worker/resource/... worker/shim"},
	{"cmd/internal/...", "..."},
	{"cmd/weir-init", "worker/shim"},
	{"cmd/weir", "cmd/internal/cli cmd/internal/compilestep cmd/internal/wire worker/shim worker/load worker/taskfile worker/resource/... compiler/policy"},
}

// clocks may be read, and dice thrown, only here: where the real world is wired
// in, in programs of their own that run inside containers, and in suites for tests.
var clocks = []string{"cmd/...", "worker/shim/...", "worker/resource/...", "worker/workertest/...", "state/statetest"}

var banned = map[string][]string{
	"time":         {"Now", "Since", "Until"},
	"math/rand":    {"*"},
	"math/rand/v2": {"*"},
}

func TestArrowsRunDownward(t *testing.T) {
	each(t, func(pkg, file string, f *ast.File, _ *token.FileSet) {
		for _, spec := range f.Imports {
			imported, ours := strings.CutPrefix(unquote(spec.Path), module)
			if ours && !allowed(pkg, imported) {
				t.Errorf("%s: %s must not import %s", file, pkg, imported)
			}
		}
	})
}

func TestClocksAndDiceAreWiredIn(t *testing.T) {
	each(t, func(pkg, file string, f *ast.File, fset *token.FileSet) {
		if slices.ContainsFunc(clocks, func(p string) bool { return matches(p, pkg) }) {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if name := bannedCall(f, n); name != "" {
				t.Errorf("%s: %s is read here: take it as a parameter", fset.Position(n.Pos()), name)
			}
			return true
		})
	})
}

func TestNothingHappensAtInitialisation(t *testing.T) {
	each(t, func(_, _ string, f *ast.File, fset *token.FileSet) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init()", fset.Position(fn.Pos()))
			}
		}
	})
}

// The table itself must mean something: each row matches a package that exists.
func TestTheTableHasNoDeadRows(t *testing.T) {
	seen := map[string]bool{}
	each(t, func(pkg, _ string, _ *ast.File, _ *token.FileSet) { seen[row(pkg)] = true })
	for _, a := range arrows {
		if !seen[a.from] && !strings.Contains(a.from, "...") {
			t.Errorf("no package is %s", a.from)
		}
	}
}

// each calls f for every Go file of the module that is no test and not generated.
func each(t *testing.T, f func(pkg, file string, ast *ast.File, fset *token.FileSet)) {
	t.Helper()
	root, n := "../../..", 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		if d.IsDir() {
			if skipDir(rel, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, p, nil, parser.ParseComments)
		if err != nil || ast.IsGenerated(file) {
			return err
		}
		n++
		f(path.Dir(filepath.ToSlash(rel)), rel, file, fset)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 10 {
		t.Fatalf("only %d files were read: the test looks in the wrong place", n)
	}
}

func skipDir(rel, name string) bool {
	return rel != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "tools" || name == "bin" || name == "examples" || name == "scripts")
}

// row finds the most specific row for a package.
func row(pkg string) string {
	best := ""
	for _, a := range arrows {
		if matches(a.from, pkg) && specificity(a.from) > specificity(best) {
			best = a.from
		}
	}
	return best
}

// specificity ranks an exact name above the folder that it is in.
func specificity(pattern string) int {
	if base, dots := strings.CutSuffix(pattern, "..."); dots {
		return 2 * len(base)
	}
	return 2*len(pattern) + 3
}

func allowed(pkg, imported string) bool {
	for _, a := range arrows {
		if a.from != row(pkg) {
			continue
		}
		return slices.ContainsFunc(strings.Fields(a.to), func(p string) bool { return matches(p, imported) })
	}
	return false
}

func matches(pattern, pkg string) bool {
	base, dots := strings.CutSuffix(pattern, "...")
	if !dots {
		return pattern == pkg
	}
	return base == "" || pkg+"/" == base || strings.HasPrefix(pkg, base)
}

// bannedCall names the clock or dice that a node reads, or is "".
func bannedCall(f *ast.File, n ast.Node) string {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok || id.Obj != nil {
		return ""
	}
	for _, spec := range f.Imports {
		p := unquote(spec.Path)
		name := strings.TrimSuffix(path.Base(p), "/v2")
		if p == "math/rand/v2" {
			name = "rand"
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if names := banned[p]; name == id.Name && (slices.Contains(names, sel.Sel.Name) || slices.Contains(names, "*")) {
			return p + "." + sel.Sel.Name
		}
	}
	return ""
}

func unquote(lit *ast.BasicLit) string {
	s, _ := strconv.Unquote(lit.Value)
	return s
}
