package compiler_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/langtest"
)

// What a sensitive variable holds is nowhere in the bytes of the graph.
func TestSensitiveStaysOut(t *testing.T) {
	g := good(t, head+`
variable "token" {
  sensitive = true
  validation {
    condition     = length(var.token) > 3
    error_message = "Too short."
  }
}
job "a" {
  get "app" {}
}`, "token=hunter2")
	if bytes.Contains(g.Encode(), []byte("hunter2")) {
		t.Error("it is in the graph")
	}
}

// The graph does not depend on how blocks are spread over files, nor on their
// order, nor on comments and spacing.
func TestOrderDoesNotMatter(t *testing.T) {
	blocks := []string{head, `locals { x = "y" }`, "job \"a\" {\n get \"app\" {\n passed = [job.b]\n }\n}",
		"# comment\njob \"b\" {\n  get \"app\"   {}\n  put \"out\" {\n   params = { t = \"${local.x}${build.id}\" }\n }\n}", "variable \"v\" {\n default = 1\n}"}
	want := good(t, strings.Join(blocks, "\n")).Digest()
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		files := map[string]string{}
		for _, b := range rapid.Permutation(blocks).Draw(rt, "order") {
			name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "file") + ".weir.hcl"
			files[name] += "\n" + b + "\n"
		}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(files[name]), 0o644); err != nil {
				rt.Fatal(err)
			}
		}
		if load(t, dir, config.Inputs{}).Digest() != want {
			rt.Fatalf("another graph from %v", files)
		}
	})
}

// A large pipeline compiles, whole and the same each time.
func TestLarge(t *testing.T) {
	dir := t.TempDir()
	if err := langtest.Write(dir, langtest.Size{Jobs: 300, Steps: 9, Files: 7}); err != nil {
		t.Fatal(err)
	}
	g := load(t, dir, config.Inputs{})
	if n := len(g.Nodes()); n != 300+30+1 {
		t.Errorf("%d nodes", n)
	}
	for i := range 3 {
		if again := load(t, dir, config.Inputs{}); again.Digest() != g.Digest() {
			t.Fatalf("compilation %d differs", i)
		}
	}
	n, _ := g.Lookup(graph.JobAddress("job_17"))
	if passed := n.Spec.(graph.Job).Steps[0].Body.(graph.Get).Passed; fmt.Sprint(passed) != "[job.job_16]" {
		t.Errorf("passed %v", passed)
	}
}

// Compile needs no Config and panics on none.
func TestCompileNothing(t *testing.T) {
	if g, list := compiler.Compile(nil); g != nil || len(list) > 0 {
		t.Errorf("%v, %v", g, list)
	}
	if g, list := compiler.Compile(&config.Config{}); g != nil || !list.HasErrors() {
		t.Errorf("%v, %v", g, list)
	}
}
