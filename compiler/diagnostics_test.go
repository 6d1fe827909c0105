package compiler_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

var update = flag.Bool("update", false, "write the golden files")

// TestDiagnostics: each archive is a pipeline with problems, the arguments
// (--var name=value and WEIR_VAR_name=value, one a line) if there are any, and
// as its last file, want, exactly what is said about it.
func TestDiagnostics(t *testing.T) {
	files, err := filepath.Glob("testdata/diagnostics/*.txtar")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d archives, %v", len(files), err)
	}
	seen := map[diag.Code]bool{}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) {
			for _, d := range diagnosed(t, f) {
				seen[d.Code] = true
			}
		})
	}
	// What has no archive is tested where it can be provoked.
	elsewhere := map[diag.Code]bool{diag.TooExpensive: true, diag.Unreadable: true, diag.NoFiles: true, diag.NotUTF8: true, diag.TooDeep: true, diag.TooLarge: true, diag.CannotCompile: true, diag.WrongVersion: true,
		diag.ModuleNotLocked: true, diag.ModuleMissing: true, diag.ModuleChanged: true, diag.BadLock: true, diag.CannotFetch: true, diag.NoSuchVersion: true, diag.UnsafeModule: true}
	for _, c := range diag.Codes() {
		if !seen[c] && !elsewhere[c] && !c.Lint() {
			t.Errorf("no archive provokes %s", c)
		}
	}
}

func diagnosed(t *testing.T, file string) diag.List {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var in config.Inputs
	want := -1
	for i, f := range a.Files {
		switch f.Name {
		case "args":
			in = inputs(t, string(f.Data))
		case "want":
			want = i
		default:
			write(t, dir, f.Name, string(f.Data))
		}
	}
	t.Chdir(dir)
	g, src, list := compile(in)
	if g != nil {
		t.Errorf("it compiles")
	}
	var got bytes.Buffer
	if err := diag.Text(&got, list, src, false); err != nil {
		t.Fatal(err)
	}
	golden(t, file, a, want, got.Bytes())
	return list
}

func golden(t *testing.T, file string, a *txtar.Archive, want int, got []byte) {
	if want < 0 {
		a.Files = append(a.Files, txtar.File{Name: "want"})
		want = len(a.Files) - 1
	}
	if bytes.Equal(a.Files[want].Data, got) {
		return
	}
	if !*update {
		t.Errorf("got:\n%s\nwant:\n%s", got, a.Files[want].Data)
		return
	}
	a.Files[want].Data = got
	if err := os.WriteFile(filepath.Join(testDir, file), txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// testDir is this package's directory, before any test changes it.
var testDir, _ = os.Getwd()

// compile compiles the pipeline in the current directory.
func compile(in config.Inputs) (*graph.Graph, *diag.Sources, diag.List) {
	cfg, src, list := lang.Load(".", in)
	g, problems := compiler.Compile(cfg)
	list.Append(problems...)
	list.Sort()
	if list.HasErrors() {
		return nil, src, list
	}
	return g, src, list
}

func inputs(t *testing.T, args string) config.Inputs {
	t.Helper()
	var vars, env []string
	for line := range strings.Lines(args) {
		line = strings.TrimSuffix(line, "\n")
		if v, ok := strings.CutPrefix(line, "--var "); ok {
			vars = append(vars, v)
		} else {
			env = append(env, line)
		}
	}
	in, err := config.NewInputs(vars, env)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
