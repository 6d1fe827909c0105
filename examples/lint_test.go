package examples

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/lint"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/worker/resource/types"
)

// TestLint: lint finds nothing in an example, in neither notation. Where it
// would, a comment says why that is meant.
func TestLint(t *testing.T) {
	for _, example := range dirs(t) {
		for _, dir := range []string{example, filepath.Join(example, "cue")} {
			t.Run(dir, func(t *testing.T) { linted(t, dir, example) })
		}
	}
}

func linted(t *testing.T, dir, example string) {
	cfg, src, list := lang.Load(dir, inputs(t, example))
	g, origins, problems := compiler.Trace(cfg)
	list.Append(problems...)
	settings, problems := compiler.ReadSettings(cfg)
	list.Append(problems...)
	schemas := map[string]lint.Schema{}
	for name, s := range types.Schemas() {
		schemas[name] = lint.Schema{Source: s.Source, Get: s.Get, Put: s.Put}
	}
	list.Append(lint.Run(lint.Input{Config: cfg, Graph: g, Origins: origins, Sources: src, Levels: settings.Lint, Schemas: schemas})...)
	if len(list) == 0 {
		return
	}
	var text bytes.Buffer
	if err := diag.Text(&text, list, src, false); err != nil {
		t.Fatal(err)
	}
	t.Errorf("%s", text.String())
}

// TestReadme: each example has its line in the table, and each line its example.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	all := dirs(t)
	for _, dir := range all {
		if !strings.Contains(string(text), fmt.Sprintf("\n| [%s](%s) |", dir, dir)) {
			t.Errorf("README.md has no line for %s", dir)
		}
	}
	if lines := strings.Count(string(text), "\n| ["); lines != len(all) {
		t.Errorf("README.md has %d lines for %d examples", lines, len(all))
	}
}

// dirs are the directories of the examples, sorted.
func dirs(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*/pipeline.weir.hcl")
	if err != nil || len(files) < 3 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	for i, f := range files {
		files[i] = filepath.Dir(f)
	}
	return files
}
