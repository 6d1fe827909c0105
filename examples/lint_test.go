package examples

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/lint"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/worker/resource/types"
)

// Lint finds no error in what others learn from. Warnings there are: examples
// name images by tags, as people read them, and the demo checks every two seconds.
func TestExamplesAreLinted(t *testing.T) {
	files, err := filepath.Glob("*/pipeline.weir.hcl")
	if err != nil || len(files) < 3 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	schemas := map[string]lint.Schema{}
	for name, s := range types.Schemas() {
		schemas[name] = lint.Schema{Source: s.Source, Get: s.Get, Put: s.Put}
	}
	for _, f := range files {
		dir := filepath.Dir(f)
		t.Run(dir, func(t *testing.T) {
			in, err := config.NewInputs(given[dir], nil)
			if err != nil {
				t.Fatal(err)
			}
			cfg, src, _ := lang.Load(dir, in)
			g, origins, _ := compiler.Trace(cfg)
			settings, _ := compiler.ReadSettings(cfg)
			found := lint.Run(lint.Input{Config: cfg, Graph: g, Origins: origins, Sources: src, Levels: settings.Lint, Schemas: schemas})
			if !found.HasErrors() {
				return
			}
			var text bytes.Buffer
			if err := diag.Text(&text, found, src, false); err != nil {
				t.Fatal(err)
			}
			t.Errorf("%s", text.String())
		})
	}
}
