package compiler_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/lang/diag"
)

// head is what the pipelines of these tests begin with.
const head = `
pipeline "p" {}
resource "git" "app" {
  source = { uri = "u" }
}
resource "mock" "out" {}
`

// good compiles a pipeline that must have no problem.
func good(t testing.TB, text string, vars ...string) *graph.Graph {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pipeline.weir.hcl"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	in, err := config.NewInputs(vars, nil)
	if err != nil {
		t.Fatal(err)
	}
	return load(t, dir, in)
}

func load(t testing.TB, dir string, in config.Inputs) *graph.Graph {
	t.Helper()
	cfg, src, list := lang.Load(dir, in)
	g, more := compiler.Compile(cfg)
	list.Append(more...)
	if len(list) > 0 {
		var text bytes.Buffer
		if err := diag.Text(&text, list, src, false); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("%s", text.String())
	}
	return g
}

// job is the spec of job.a.
func job(t testing.TB, g *graph.Graph) graph.Job {
	t.Helper()
	n, ok := g.Lookup("job.a")
	if !ok {
		t.Fatal("no job.a")
	}
	return n.Spec.(graph.Job)
}

func body[B graph.Body](t testing.TB, s graph.Step) B {
	t.Helper()
	b, ok := s.Body.(B)
	if !ok {
		t.Fatalf("%s is a %T", s.Name, s.Body)
	}
	return b
}

// A step's own settings win over those of the shared task; the environments
// are merged key by key; a command of its own takes the place of both run and
// script.
func TestSharedTask(t *testing.T) {
	j := job(t, good(t, head+`
task "go" {
  image  = "golang"
  inputs = ["app"]
  script = "make"
  env    = { A = "shared", B = "shared" }
  limits {
    cpu    = 0.5
    memory = "512MiB"
  }
}
job "a" {
  get "app" {}
  task "plain" {
    uses = task.go
  }
  task "own" {
    uses   = task.go
    image  = "rust"
    env    = { B = "own", C = build.id }
    script = "cargo"
  }
  task "arguments" {
    uses = task.go
    run  = ["x"]
  }
}`))
	plain, own, arguments := body[graph.Task](t, j.Steps[1]), body[graph.Task](t, j.Steps[2]), body[graph.Task](t, j.Steps[3])
	if plain.Image != "golang" || plain.Script != "make" || plain.Limits != (graph.Limits{CPU: 500, Memory: 512 << 20}) || !slices.Equal(plain.Inputs, []string{"app"}) {
		t.Errorf("plain: %+v", plain)
	}
	want := graph.Map{"A": graph.String("shared"), "B": graph.String("own"), "C": graph.Deferred{Source: "${build.id}", Refs: []string{"build.id"}}}
	if own.Image != "rust" || own.Script != "cargo" || !reflect.DeepEqual(own.Env, want) {
		t.Errorf("own: %+v", own)
	}
	if arguments.Script != "make" || !slices.Equal(arguments.Run, []string{"x"}) {
		t.Errorf("arguments: %+v", arguments)
	}
}

// Defaults are for steps that do something and say nothing themselves.
func TestDefaults(t *testing.T) {
	j := job(t, good(t, `
pipeline "p" {
  defaults {
    timeout = "1h"
    retry {
      attempts = 2
      on       = ["lost", "errored"]
    }
  }
}
job "a" {
  do {
    task "silent" {
      image = "x"
      run   = ["true"]
    }
    task "own" {
      image   = "x"
      run     = ["true"]
      timeout = "90s"
      retry {
        attempts    = 5
        backoff     = "500ms"
        max_backoff = "1m"
      }
    }
  }
}`))
	group := j.Steps[0]
	if group.Timeout != 0 || group.Retry.Attempts != 0 {
		t.Errorf("the group has defaults: %+v", group)
	}
	steps := body[graph.Do](t, group).Steps
	if s := steps[0]; s.Timeout != 3_600_000 || !reflect.DeepEqual(s.Retry, graph.Retry{Attempts: 2, On: []string{"errored", "lost"}}) {
		t.Errorf("silent: %+v", s)
	}
	if s := steps[1]; s.Timeout != 90_000 || !reflect.DeepEqual(s.Retry, graph.Retry{Attempts: 5, Backoff: 500, MaxBackoff: 60_000}) {
		t.Errorf("own: %+v", s)
	}
}

// What a put step may see: all, a list, or what its params point into.
func TestPutInputs(t *testing.T) {
	for inputs, want := range map[string][]string{
		``:                  {"app", "built", "deep"},
		`inputs = "detect"`: {"app", "built", "deep"},
		`inputs = ["app"]`:  {"app"},
		`inputs = []`:       nil,
		`inputs = "all"`:    nil,
		`inputs = [for x in ["built", "app"] : x]`: {"app", "built"},
	} {
		j := job(t, good(t, head+`
job "a" {
  get "app" {}
  task "t" {
    image   = "x"
    run     = ["true"]
    outputs = ["built", "deep", "unused"]
  }
  put "out" {
    `+inputs+`
    params = {
      file  = "built/x.tar"
      list  = [{ any = "./deep/a" }]
      dir   = "app"
      text  = "unused is only a word here"
      other = "elsewhere/unused"
      run   = "built/${build.id}"
    }
  }
}`))
		p := body[graph.Put](t, j.Steps[2])
		if !slices.Equal(p.Inputs, want) || p.AllInputs != strings.Contains(inputs, "all") {
			t.Errorf("%s: %v, all %v", inputs, p.Inputs, p.AllInputs)
		}
	}
}

// A deferred expression closes over exactly the compile-time values it names,
// and evaluating it gives what one would expect.
func TestDeferred(t *testing.T) {
	g := good(t, head+`
variable "env" {
  default = { name = "prod", unused = "x" }
}
locals {
  list = ["a", "b"]
}
job "a" {
  get "app" {}
  put "out" {
    params = {
      plain = "${var.env.name}"
      mixed = "${var.env.name}-${ version.app.ref } ${local.list[1]}" # a comment
      whole = build.number
      deep  = [{ x = upper(version.app["ref"]) }]
    }
  }
}`)
	params := body[graph.Put](t, job(t, g).Steps[1]).Params
	mixed, ok := params["mixed"].(graph.Deferred)
	want := graph.Deferred{
		Source: `${var.env.name}-${version.app.ref} ${local.list[1]}`,
		Closed: graph.Map{"var": graph.Map{"env": graph.Map{"name": graph.String("prod")}}, "local": graph.Map{"list": graph.List{graph.String("a"), graph.String("b")}}},
		Refs:   []string{"version.app.ref"},
	}
	if !ok || !reflect.DeepEqual(mixed, want) {
		t.Errorf("mixed: %#v", params["mixed"])
	}
	got, err := deferred.Map(params, map[string]graph.Value{
		"version": graph.Map{"app": graph.Map{"ref": graph.String("abc")}},
		"build":   graph.Map{"number": graph.Number("7")},
	})
	all := graph.Map{"plain": graph.String("prod"), "mixed": graph.String("prod-abc b"), "whole": graph.Number("7"), "deep": graph.List{graph.Map{"x": graph.String("ABC")}}}
	if err != nil || !reflect.DeepEqual(got, all) {
		t.Errorf("%#v, %v", got, err)
	}
}

// References are values: they go through locals, lists and functions.
func TestReferencesAsValues(t *testing.T) {
	j := job(t, good(t, head+`
locals {
  gates  = [job.b, job.c]
  target = resource.git.app
}
job "a" {
  get "code" {
    resource = local.target
    passed   = concat(local.gates, [])
  }
}
job "b" {
  get "app" {}
}
job "c" {
  put "app" {}
}`))
	got := body[graph.Get](t, j.Steps[0])
	if got.Resource != "resource.git.app" || !slices.Equal(got.Passed, []graph.Address{"job.b", "job.c"}) {
		t.Errorf("%+v", got)
	}
}

func TestResource(t *testing.T) {
	g := good(t, `
pipeline "p" {}
resource_type "slack" {
  image    = "x"
  defaults = { silent = true, url = "default" }
}
resource_type "git" {
  image = "my/git"
}
resource "slack" "team" {
  source = { url = "own" }
  pin    = { ref = 1 }
  tags   = ["b", "a", "b"]
  check {
    every   = "never"
    timeout = "5m"
  }
}
resource "git" "app" {}
resource "time" "daily" {
  source = { interval = "24h" }
  check {
    every = "1h30m"
  }
}`)
	for a, want := range map[graph.Address]graph.Resource{
		"resource.slack.team": {TypeRef: "resource_type.slack", Source: graph.Map{"silent": graph.Bool(true), "url": graph.String("own")},
			Pin: map[string]string{"ref": "1"}, Tags: []string{"a", "b"}, CheckNever: true, CheckTimeout: 300_000},
		"resource.git.app":    {TypeRef: "resource_type.git"}, // a declared type hides the built-in one
		"resource.time.daily": {Type: "time", Source: graph.Map{"interval": graph.String("24h")}, CheckEvery: 5_400_000},
	} {
		n, _ := g.Lookup(a)
		if !reflect.DeepEqual(n.Spec, graph.Spec(want)) {
			t.Errorf("%s: %+v", a, n.Spec)
		}
	}
}

func TestVariables(t *testing.T) {
	text := `
pipeline "p" {}
variable "n" {
  type = number
}
variable "o" {
  type = object({ a = string, b = optional(number, 3) })
}
job "a" {
  max_in_flight = var.n + var.o.b
  description   = var.o.a
  task "t" {
    image = "x"
    run   = ["true"]
  }
}`
	g := good(t, text, "n=4", `o={ a = "text" }`)
	if j := job(t, g); j.MaxInFlight != 7 || j.Description != "text" {
		t.Errorf("%+v", j)
	}
	if other := good(t, text, "n=4", `o={ a = "other" }`); other.Header().Inputs == g.Header().Inputs {
		t.Error("the digest of the inputs does not depend on them")
	}
	if same := good(t, text, "n=1", "n=4", `o={a="text",b=3}`); same.Digest() != g.Digest() {
		t.Error("the graph depends on how the same inputs are written")
	}
}
