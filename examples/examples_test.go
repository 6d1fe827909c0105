// Package examples holds pipelines to learn from. Each compiles to the graph
// that stands beside it.
package examples

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

var update = flag.Bool("update", false, "write the golden files")

// given are the values of variables that have no default.
var given = map[string][]string{
	"demo": {"git=/srv/git", "image=oci:/srv/images/busybox"},
}

func TestExamples(t *testing.T) {
	files, err := filepath.Glob("*/pipeline.weir.hcl")
	if err != nil || len(files) < 3 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	for _, f := range files {
		dir := filepath.Dir(f)
		t.Run(dir, func(t *testing.T) { example(t, dir) })
	}
}

func example(t *testing.T, dir string) {
	g := compile(t, dir)
	golden := filepath.Join(dir, "graph.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(g.Text()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if g.Text() != string(want) {
		t.Errorf("%s: the graph changed (-update accepts it):\n%s", golden, g.Text())
	}
	if again := compile(t, dir); !bytes.Equal(again.Encode(), g.Encode()) {
		t.Errorf("%s: two compilations differ", dir)
	}
	if back, err := graph.Decode(g.Encode()); err != nil || back.Digest() != g.Digest() {
		t.Errorf("%s: the bytes do not give the graph back: %v", dir, err)
	}
}

func compile(t *testing.T, dir string) *graph.Graph {
	t.Helper()
	return compileDir(t, dir, dir)
}

// compileDir compiles a directory with the values given to an example.
func compileDir(t *testing.T, dir, example string) *graph.Graph {
	t.Helper()
	cfg, src, list := lang.Load(dir, inputs(t, example))
	g, problems := compiler.Compile(cfg)
	list.Append(problems...)
	if len(list) > 0 {
		var text bytes.Buffer
		if err := diag.Text(&text, list, src, false); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("%s", text.String())
	}
	return g
}

func inputs(t *testing.T, example string) config.Inputs {
	t.Helper()
	in, err := config.NewInputs(given[example], nil)
	if err != nil {
		t.Fatal(err)
	}
	return in
}
