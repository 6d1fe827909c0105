package compiler_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
)

var digests = regexp.MustCompile(`(?m)  spec [0-9a-f]+  exec [0-9a-f]+$`)

// TestStructure: each archive is a pipeline of modules and repeated blocks, and
// as its last file, want, the graph that it becomes.
func TestStructure(t *testing.T) {
	files, err := filepath.Glob("testdata/modules/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txtar"), func(t *testing.T) { structure(t, f) })
	}
}

func structure(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir, want := t.TempDir(), -1
	for i, f := range a.Files {
		if f.Name == "want" {
			want = i
			continue
		}
		write(t, dir, f.Name, string(f.Data))
	}
	g := load(t, dir, config.Inputs{})
	_, text, _ := strings.Cut(g.Text(), "\n\n")
	golden(t, file, a, want, []byte(digests.ReplaceAllString(text, "")))
	if back, err := graph.Decode(g.Encode()); err != nil || back.Digest() != g.Digest() {
		t.Errorf("the bytes do not give the graph back: %v", err)
	}
}

// What a node was called before is meta: it changes no digest.
func TestMoved(t *testing.T) {
	text := "pipeline \"p\" {}\nresource \"mock\" \"a\" {}\njob \"unit\" {\n  for_each = toset([\"x\"])\n  get \"a\" {}\n}\n"
	plain := good(t, text)
	moved := good(t, text+`
moved {
  from = job.first
  to   = job.second
}
moved {
  from = job.second
  to   = job.unit
}
removed {
  from = job.gone
}`)
	n, _ := moved.Lookup(`job.unit["x"]`)
	if want := []string{`job.second["x"]`, `job.first["x"]`}; !slices.Equal(n.Meta.Moved, want) {
		t.Errorf("moved %q", n.Meta.Moved)
	}
	if p, _ := moved.Lookup(graph.PipelineAddress); !slices.Equal(p.Meta.Removed, []string{"job.gone"}) {
		t.Errorf("removed %q", p.Meta.Removed)
	}
	if plain.Digest() != moved.Digest() {
		t.Error("the digest is another one")
	}
}
