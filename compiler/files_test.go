package compiler_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
)

func writeAll(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const readsFiles = `
pipeline "p" {}
resource "git" "app" {
  source = { uri = "u" }
}
locals {
  names = ["a", "b"]
}
job "a" {
  get "app" {}
  task "t" {
    image  = "x"
    script = file("build.sh")
    env = {
      MIXED  = "${file("notes/${local.names[0]}.txt")} of ${version.app.ref}"
      LOOP   = join(",", [for n in ["a", "b"] : file("notes/${n}.txt")])
      SHARED = templatefile("greet.tmpl", { name = "x" })
      ALL    = "${length(fileset("notes", "*"))} ${build.id}"
      SET    = "${join(" ", fileset("notes", "*"))} ${build.id}"
    }
  }
}
module "m" {
  source = "./sub"
}
`

const readsFilesBelow = `
job "b" {
  task "t" {
    image  = "x"
    script = "${file("own.txt")} ${file("../build.sh")}"
  }
}
`

// What files hold enters the graph: also in expressions that a run computes,
// which reads no files.
func TestFilesEnterTheGraph(t *testing.T) {
	files := map[string]string{"pipeline.weir.hcl": readsFiles, "build.sh": "make \"all\"\n", "notes/a.txt": "A ${x}", "notes/b.txt": "B",
		"greet.tmpl": "Hello ${name}", "sub/job.weir.hcl": readsFilesBelow, "sub/own.txt": "own"}
	g := load(t, writeAll(t, files), config.Inputs{})
	task := body[graph.Task](t, job(t, g).Steps[1])
	if task.Script != "make \"all\"\n" {
		t.Errorf("script: %q", task.Script)
	}
	for key, want := range map[string]graph.Value{
		"LOOP": graph.String("A ${x},B"), "SHARED": graph.String("Hello x"),
		"MIXED": graph.Deferred{Source: `${"A $${x}"} of ${version.app.ref}`}, "ALL": graph.Deferred{Source: `${length(toset(["a.txt", "b.txt"]))} ${build.id}`},
		"SET": graph.Deferred{Source: `${join(" ", toset(["a.txt", "b.txt"]))} ${build.id}`},
	} {
		got := task.Env[key]
		if d, ok := got.(graph.Deferred); ok {
			got = graph.Deferred{Source: d.Source}
		}
		if g, w := show(got), show(want); g != w {
			t.Errorf("%s: %s, want %s", key, g, w)
		}
	}
	n, ok := g.Lookup("module.m.job.b")
	if !ok || body[graph.Task](t, n.Spec.(graph.Job).Steps[0]).Script != "own make \"all\"\n" {
		t.Errorf("module: %+v", n.Spec)
	}
	files["notes/a.txt"] = "changed"
	if other := load(t, writeAll(t, files), config.Inputs{}); other.Digest() == g.Digest() {
		t.Error("another file, but the same digest")
	}
	files["notes/a.txt"] = "A ${x}"
	if other := load(t, writeAll(t, files), config.Inputs{}); other.Digest() != g.Digest() {
		t.Error("the same files elsewhere, but another digest")
	}
}

func show(v graph.Value) string {
	switch v := v.(type) {
	case graph.Deferred:
		return "deferred " + v.Source
	case graph.String:
		return "text " + string(v)
	}
	return "something else"
}

// Which file is read has to be known in time.
func TestFilesOfARun(t *testing.T) {
	for script, want := range map[string]string{
		`file(version.app.ref)`: "cannot depend on what only a run knows",
		`[for n in ["pipeline.weir.hcl"] : "${file(n)} ${build.id}"][0]`: "cannot depend on n",
		`"${file("none.txt")} ${build.id}"`:                              "there is no file none.txt",
		`file("../secret")`:                                              "outside",
	} {
		text := "pipeline \"p\" {}\nresource \"git\" \"app\" {\n  source = { uri = \"u\" }\n}\njob \"a\" {\n  get \"app\" {}\n  task \"t\" {\n    image = \"x\"\n    run = [\"x\"]\n    env = { X = " + script + " }\n  }\n}\n"
		cfg, _, list := lang.Load(writeAll(t, map[string]string{"pipeline.weir.hcl": text}), config.Inputs{})
		_, more := compiler.Compile(cfg)
		list.Append(more...)
		if len(list) != 1 || !strings.Contains(list[0].Detail, want) || list[0].Range.Start.Line != 10 {
			t.Errorf("%s: %+v", script, list)
		}
	}
}
