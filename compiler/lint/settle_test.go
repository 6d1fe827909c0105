package lint

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang/diag"
)

const pinned = `"docker.io/library/golang:1.26@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"`

// pipeline is one in which nothing is found, with lines put into its task.
func pipeline(extra ...string) map[string]string {
	return map[string]string{"pipeline.weir.hcl": `pipeline "p" {
  defaults { timeout = "1h" }
}
resource "git" "app" {
  source = { uri = "https://git.example.com/app.git" }
}
job "unit" {
  get "app" { trigger = true }
  task "test" {
    image  = ` + pinned + `
    inputs = ["app"]
    run    = ["make"]
` + strings.Join(extra, "\n") + `
  }
}
`}
}

func codes(l diag.List) []string {
	var out []string
	for _, d := range l {
		out = append(out, fmt.Sprintf("%s:%d", d.Code, d.Range.Start.Line))
	}
	return out
}

// A comment silences its own line, or, where it stands alone, the next line
// that is no comment; it names what and why, and must be of use.
func TestIgnore(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  []string
	}{
		"nothing to silence":   {nil, nil},
		"found":                {[]string{`privileged = true`}, []string{"W4011:13"}},
		"same line":            {[]string{`privileged = true # weir:ignore W4011 it must`}, nil},
		"line above":           {[]string{`# weir:ignore W4011 it must`, `privileged = true`}, nil},
		"two comments above":   {[]string{`# weir:ignore W4011 it must`, `# and more about it`, `privileged = true`}, nil},
		"slashes":              {[]string{`// weir:ignore W4011 it must`, `privileged = true`}, nil},
		"a list":               {[]string{`privileged = true # weir:ignore W4010,W4011 it must`}, nil},
		"not the line before":  {[]string{`privileged = true`, `# weir:ignore W4011 too late`, `user = "x"`}, []string{"W4011:13", "W4091:14"}},
		"another code":         {[]string{`privileged = true # weir:ignore W4010 it must`}, []string{"W4011:13", "W4091:13"}},
		"no reason":            {[]string{`privileged = true # weir:ignore W4011`}, []string{"W4090:13"}},
		"no code":              {[]string{`user = "x" # weir:ignore`}, []string{"W4090:13"}},
		"an error's code":      {[]string{`user = "x" # weir:ignore W1001 please`}, []string{"W4090:13"}},
		"a code that is none":  {[]string{`user = "x" # weir:ignore W4999 please`}, []string{"W4090:13"}},
		"the words in a text":  {[]string{`env = { A = "weir:ignore W4011 x" }`}, nil},
		"trailing is not next": {[]string{`user = "x" # weir:ignore W4011 no`, `privileged = true`}, []string{"W4091:13", "W4011:14"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := read(t, pipeline(c.lines...))
			if got := codes(Run(in)); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// The weir block weighs; what is off is not found, and a comment about it is no
// fault either.
func TestLevels(t *testing.T) {
	files := pipeline(`privileged = true`)
	for level, want := range map[compiler.Level]diag.List{
		compiler.LevelError:   {{Code: diag.PrivilegedTask, Severity: diag.Error}},
		compiler.LevelWarning: {{Code: diag.PrivilegedTask, Severity: diag.Warning}},
		compiler.LevelOff:     nil,
	} {
		files["settings.weir.hcl"] = fmt.Sprintf("weir {\n  lint {\n    W4011 = %q\n  }\n}\n", level)
		got := Run(read(t, files))
		if len(got) != len(want) || len(got) > 0 && (got[0].Code != want[0].Code || got[0].Severity != want[0].Severity) {
			t.Errorf("%s: got %v", level, got)
		}
	}
	files = pipeline(`# weir:ignore W4011 it must`, `privileged = true`)
	files["settings.weir.hcl"] = "weir {\n  lint { W4011 = \"off\" }\n}\n"
	if got := Run(read(t, files)); len(got) > 0 {
		t.Errorf("got %v", codes(got))
	}
}

// A rule that cannot be judged finds nothing, and a comment about it is no fault.
func TestWithoutServerTagsAreUnknown(t *testing.T) {
	in := read(t, pipeline(`# weir:ignore W4019 the machines come tomorrow`, `tags = ["none"]`))
	if got := Run(in); len(got) > 0 {
		t.Errorf("silenced, but: %v", codes(got))
	}
	in.Workers = nil
	if got := Run(in); len(got) > 0 {
		t.Errorf("without a server: %v", codes(got))
	}
	in = read(t, pipeline(`tags = ["arm64", "ssd"]`)) // each on some worker, both on none
	if got := codes(Run(in)); !slices.Equal(got, []string{"W4019:13"}) {
		t.Errorf("got %v", got)
	}
}

// What is written once is told of once, where it is written.
func TestFindingsPointAtTheDefinition(t *testing.T) {
	files := pipeline(`privileged = true`)
	files["a.weir.hcl"] = `locals {
  image = "docker.io/library/alpine:3"
  base  = local.image
}
task "lint" {
  image = local.base
  run   = ["lint"]
}
job "one" {
  get "app" { trigger = true }
  task "a" { uses = task.lint }
  task "b" { uses = task.lint }
}
job "two" {
  get "app" { trigger = true }
  task "c" {
    image  = local.image
    inputs = ["app"]
    run    = ["x"]
  }
}
`
	found := Run(read(t, files))
	if got := codes(found); !slices.Equal(got, []string{"W4001:2", "W4008:10", "W4011:13"}) && !slices.Equal(got, []string{"W4001:2", "W4011:13"}) {
		t.Errorf("got %v", got)
	}
}

// What is in a module is told of once, with one of the ways there.
func TestModules(t *testing.T) {
	files := pipeline()
	files["modules.weir.hcl"] = `module "service" {
  source   = "./service"
  for_each = toset(["api", "web"])
  name     = each.key
}
`
	files["service/module.weir.hcl"] = `variable "name" { type = string }
variable "old" { default = "" }
locals {
  url = "https://git.example.com/${var.name}.git"
}
resource "git" "repo" {
  source = { uri = local.url }
}
task "go" {
  image      = ` + pinned + `
  inputs     = ["repo"]
  run        = ["go", "test"]
  privileged = true
}
job "unit" {
  get "repo" { trigger = true }
  task "test" { uses = task.go }
}
`
	found := Run(read(t, files))
	if got := codes(found); !slices.Equal(got, []string{"W4005:2", "W4011:13"}) {
		t.Fatalf("got %v", got)
	}
	for _, d := range found {
		if len(d.Within) != 1 || d.Within[0].Module != `module.service["api"]` {
			t.Errorf("%s: within %v", d.Code, d.Within)
		}
	}
}
