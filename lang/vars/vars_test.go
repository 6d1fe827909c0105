package vars_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

var update = flag.Bool("update", false, "write the golden files")

// testDir is this package's directory, before any test changes it.
var testDir, _ = os.Getwd()

// TestValues: each archive is a pipeline whose description shows a value, with
// files of values. args has --var, --var-file and WEIR_VAR_*, one a line. want is
// the description, and what is said.
func TestValues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d archives, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) { values(t, f) })
	}
}

func values(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir, want := t.TempDir(), -1
	var in config.Inputs
	for i, f := range a.Files {
		switch f.Name {
		case "args":
			in = arguments(t, string(f.Data))
		case "want":
			want = i
		default:
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Chdir(dir)
	got := outcome(t, in)
	if bytes.Contains(got, []byte("hunter2")) {
		t.Errorf("a secret is printed:\n%s", got)
	}
	if want < 0 {
		t.Fatal("the archive has no file want")
	}
	if bytes.Equal(got, a.Files[want].Data) {
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

// outcome is what the pipeline says of itself, and what is said about it.
func outcome(t *testing.T, in config.Inputs) []byte {
	cfg, src, list := lang.Load(".", in)
	g, more := compiler.Compile(cfg)
	list.Append(more...)
	list.Sort()
	var out bytes.Buffer
	if g != nil && !list.HasErrors() {
		out.WriteString(g.Pipeline().Description + "\n")
	}
	if err := diag.Text(&out, list, src, false); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func arguments(t *testing.T, args string) config.Inputs {
	in := config.Inputs{Env: map[string]string{}}
	for line := range strings.Lines(args) {
		line = strings.TrimSuffix(line, "\n")
		if v, ok := strings.CutPrefix(line, "--var-file "); ok {
			in.Vars = append(in.Vars, config.Assignment{File: v})
			continue
		}
		var more config.Inputs
		var err error
		if v, ok := strings.CutPrefix(line, "--var "); ok {
			more, err = config.NewInputs([]string{v}, nil)
		} else {
			more, err = config.NewInputs(nil, []string{line})
		}
		if err != nil {
			t.Fatal(err)
		}
		in.Vars = append(in.Vars, more.Vars...)
		for k, v := range more.Env {
			in.Env[k] = v
		}
	}
	return in
}
