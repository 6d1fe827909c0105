package reason_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/weirci/weir/reconciler/reason"
)

// given are the reasons that a decider's sources give: the second field of a Hold
// of a build, the first of other Holds and Failures, a Wait's constants.
func given(t *testing.T, dir string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, e := range reasonsOf(n) {
				if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					text, _ := strconv.Unquote(lit.Value)
					out[text] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// reasonsOf are the expressions that are a reason in a node.
func reasonsOf(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.CompositeLit:
		id, ok := n.Type.(*ast.Ident)
		at, known := map[string]int{"Failure": 0, "why": 0, "Hold": len(n.Elts) - 2}[name(id, ok)]
		if known && at < len(n.Elts) && at >= 0 {
			return []ast.Expr{value(n.Elts[at])}
		}
	case *ast.CallExpr:
		called := ""
		switch f := n.Fun.(type) {
		case *ast.SelectorExpr:
			called = f.Sel.Name
		case *ast.Ident:
			called = f.Name
		}
		if (called == "hold" || called == "says") && len(n.Args) == 2 {
			return n.Args[:1]
		}
	case *ast.ValueSpec:
		if id, ok := n.Type.(*ast.Ident); ok && id.Name == "Reason" {
			return n.Values
		}
	}
	return nil
}

func name(id *ast.Ident, ok bool) string {
	if !ok {
		return ""
	}
	return id.Name
}

func value(e ast.Expr) ast.Expr {
	if kv, ok := e.(*ast.KeyValueExpr); ok {
		return kv.Value
	}
	return e
}

// Every reason that a decider gives has a row that says what it means and what
// would change it; and every row is of a reason that is given.
func TestNoReasonIsUnknown(t *testing.T) {
	deciders := []struct {
		dir   string
		about reason.About
		least int
	}{
		{"../schedule", reason.Job, 11},
		{"../build", reason.Step, 6},
		{"../place", reason.Run, 6},
		{"../check", reason.Check, 4},
	}
	used := map[string]bool{}
	for _, d := range deciders {
		names := given(t, d.dir)
		if len(names) < d.least {
			t.Errorf("%s: only %d reasons were found in its sources: the test looks in the wrong place", d.dir, len(names))
		}
		for name := range names {
			used[name] = true
			if text := reason.Of(d.about, name); text.Unblock == "" {
				t.Errorf("%s gives %s: the table of reasons does not have it", d.dir, name)
			}
		}
	}
	for _, own := range []string{reason.Due, reason.Failing, reason.Deleted, reason.Ended, reason.Aborting, reason.NextCheck, reason.CheckFailed, reason.Assigned, reason.Program, reason.Stalled} {
		used[own] = true
	}
	for _, text := range reason.All() {
		if !used[text.Name] {
			t.Errorf("%s is in the table, and nobody gives it", text.Name)
		}
		if text.Means == "" || text.Unblock == "" || !strings.HasSuffix(text.Means, ".") {
			t.Errorf("%s: it must say what it means, and what would change it", text.Name)
		}
	}
}

func TestNamesAreFilledIn(t *testing.T) {
	got := reason.New(reason.Job, "job.a", "Manual", "m", "pipeline", "shop", "job", "a").Unblock
	if want := "`weir trigger shop/a`; or `trigger = true` in one of its gets"; got != want {
		t.Errorf("%s", got)
	}
}

// A row of its own comes before that of any kind of thing.
func TestTheOwnRowComesFirst(t *testing.T) {
	if reason.Of(reason.Check, "Paused").About != reason.Check || reason.Of(reason.Job, "Paused").About != reason.Any || reason.Of(reason.Job, "Nonsense").Means != "" {
		t.Error("the wrong row")
	}
}
