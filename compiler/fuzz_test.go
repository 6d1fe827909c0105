package compiler_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/reconciler/runnable"
)

// FuzzCompile: no text makes the compiler panic; what it says can be shown; and
// a graph that it makes reads back from its bytes, can be drawn as text, and can
// be asked whether it runs.
func FuzzCompile(f *testing.F) {
	for _, pattern := range []string{"../examples/*/*.weir.hcl", "testdata/*/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			if filepath.Ext(name) != ".txtar" {
				f.Add(text)
				continue
			}
			var all []byte
			for _, in := range txtar.Parse(text).Files {
				if filepath.Ext(in.Name) == ".hcl" {
					all = append(all, in.Data...)
				}
			}
			f.Add(all)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "pipeline.weir.hcl"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, src, list := lang.Load(dir, config.Inputs{})
		g, problems := compiler.Compile(cfg)
		list.Append(problems...)
		list.Sort()
		var out bytes.Buffer
		if err := diag.Text(&out, list, src, false); err != nil {
			t.Fatal(err)
		}
		if g == nil {
			if cfg != nil && !list.HasErrors() {
				t.Fatal("no graph and no error")
			}
			return
		}
		runnable.Unsupported(g)
		if back, err := graph.Decode(g.Encode()); err != nil || back.Digest() != g.Digest() || back.Text() != g.Text() {
			t.Fatalf("decoding gives another graph: %v", err)
		}
	})
}
