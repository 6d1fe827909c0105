package assist

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang/config"
	hcllang "github.com/weirci/weir/lang/hcl"
)

// source is what a location covers, with its file's base name.
func source(d *Dir, l Location) string {
	text := d.File(l.Path).Text
	line, _ := d.File(l.Path).Lines.Position(l.Start)
	return strings.TrimSpace(strings.Split(string(text), "\n")[line])
}

func TestDefinition(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a variable":                       {"locals {\n x = var.bra¦nch\n}", `variable "branch" {`},
		"a local":                          {"locals {\n x = local.g¦o\n}", `go    = "docker.io/library/golang:1.26"`},
		"in a template":                    {"locals {\n x = \"${local.g¦o}!\"\n}", `go    = "docker.io/library/golang:1.26"`},
		"in quotes and brackets":           {"locals {\n x = var[\"bran¦ch\"]\n}", `variable "branch" {`},
		"a resource by its step's label":   {"job \"x\" {\n get \"a¦pp\" {}\n}", `resource "git" "app" {`},
		"a resource by reference":          {"job \"x\" {\n get \"y\" {\n resource = resource.git.a¦pp\n}}", `resource "git" "app" {`},
		"its type":                         {"resource \"sla¦ck\" \"y\" {}", `resource_type "slack" {`},
		"its type in a reference":          {"locals {\n x = resource.sl¦ack.team\n}", `resource_type "slack" {`},
		"a shared task":                    {"job \"x\" {\n task \"y\" {\n uses = task.g¦o\n}}", `task "go" {`},
		"a job":                            {"group \"g\" {\n jobs = [job.uni¦t]\n}", `job "unit" {`},
		"a job in an assertion":            {"check \"c\" {\n assert {\n condition = length(jobs.un¦it.passed) > 0\n}}", `job "unit" {`},
		"a get by its version":             {"job \"x\" {\n get \"y\" {\n}\n task \"t\" {\n env = { A = version.¦y.ref }\n}}", `get "y" {`},
		"not the get of another job":       {"job \"x\" {\n task \"t\" {\n env = { A = version.a¦pp.ref }\n}}", ""},
		"an artifact by its name":          {"job \"x\" {\n task \"a\" {\n outputs = [\"out\"]\n}\n task \"t\" {\n inputs = [\"o¦ut\"]\n}}", `outputs = ["out"]`},
		"a name that an expression binds":  {"locals {\n x = [for job in [1] : job.un¦it]\n}", ""},
		"a name that a dynamic one binds":  {"job \"x\" {\n dynamic \"task\" {\n content {\n dir = task.g¦o\n}}}", ""},
		"what is not there":                {"locals {\n x = var.no¦ne\n}", ""},
		"nothing":                          {"locals {\n x = 1 ¦ \n}", ""},
		"where the rest cannot be read":    {"job \"x\" {\n task \"y\" {\n uses = task.g¦o\n run = [\"a\n", `task "go" {`},
		"a param":                          {"job \"x\" {\n param \"p\" {\n}\n task \"t\" {\n env = { A = params.¦p }\n}}", `param "p" {`},
		"an across":                        {"job \"x\" {\n task \"t\" {\n across \"v\" {\n}\n env = { A = across.¦v }\n}}", `across "v" {`},
		"a secret source":                  {"secret_source \"vault\" \"main\" {\n}\nlocals {\n x = secret.ma¦in.token\n}", `secret_source "vault" "main" {`},
		"a label of a block is itself one": {"variable \"x¦y\" {\n}", `variable "xy" {`},
	} {
		t.Run(name, func(t *testing.T) {
			d, path, offset := given(t, c.text, shop)
			var got []string
			for _, l := range d.Definition(path, offset) {
				got = append(got, source(d, l))
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a local":              {"locals {\n x = local.g¦o\n y = \"${local.go}\"\n}", []string{"x = local.go", `y = "${local.go}"`, "image = local.go"}},
		"a resource":           {"job \"x\" {\n get \"a¦pp\" {}\n}", []string{`get "app" {}`, `get "app" { trigger = true }`}},
		"one in both ways":     {"job \"x\" {\n get \"y\" {\n resource = resource.git.a¦pp\n}}", []string{"resource = resource.git.app", `get "app" { trigger = true }`}},
		"the names of one job": {"job \"x\" {\n get \"app\" {}\n task \"t\" {\n inputs = [\"app\"]\n dir = version.a¦pp.ref\n}\n}", []string{`inputs = ["app"]`, "dir = version.app.ref"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, path, offset := given(t, c.text, shop)
			var got []string
			for _, l := range d.References(path, offset, false) {
				got = append(got, source(d, l))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q", got)
			}
			if more := d.References(path, offset, true); len(more) != len(got)+1 {
				t.Errorf("with the definition there are %d", len(more))
			}
		})
	}
}

func TestHover(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a block":               {"jo¦b \"x\" {}", []string{`**job "NAME"**`, "Steps in order"}},
		"an argument":           {"job \"x\" {\n get \"app\" {\n tri¦gger = true\n}}", []string{"**trigger** — true or false", "starts a build"}},
		"words":                 {"job \"x\" {\n get \"app\" {\n ver¦sion = \"every\"\n}}", []string{"`\"latest\"`, `\"every\"`"}},
		"check in a resource":   {"resource \"git\" \"x\" {\n ch¦eck {}\n}", []string{"looked at for new versions"}},
		"check beside the jobs": {"check \"x\" {\n}\nresource \"git\" \"x\" {\n check {\n ev¦ery = \"1m\"\n}\n}", []string{"How often", "`\"never\"`"}},
		"a variable":            {"locals {\n x = var.bra¦nch\n}", []string{"the branch to build", "```hcl\nvariable \"branch\" {", `default     = "main"`}},
		"a resource":            {"job \"x\" {\n get \"a¦pp\" {}\n}", []string{"```hcl\nresource \"git\" \"app\" {", "git.example.com"}},
		"a function":            {"locals {\n x = jo¦in(\",\", [])\n}", []string{"join(", "- `separator` (string): ", "```hcl\njoin("}},
		"a root":                {"job \"x\" {\n task \"t\" {\n env = { N = bui¦ld.number }\n}}", []string{"The build, in the run."}},
		"nothing":               {"job \"x\" { ¦ }", nil},
		"an unknown argument":   {"job \"x\" {\n no¦pe = 1\n}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			d, path, offset := given(t, c.text, shop)
			h, ok := d.Hover(path, offset)
			if ok != (c.want != nil) {
				t.Fatalf("hover: %v, %q", ok, h.About)
			}
			for _, w := range c.want {
				if !strings.Contains(h.About, w) {
					t.Errorf("%q is not in\n%s", w, h.About)
				}
			}
			if ok && !h.Holds(offset) {
				t.Errorf("it is about %v", h.Span)
			}
		})
	}
}

// What a long definition is shown by ends, and is not indented.
func TestHoverIsShort(t *testing.T) {
	d, path, offset := given(t, "locals {\n    x = [\n"+strings.Repeat("      1,\n", 50)+"    ]\n  y = local.¦x\n}")
	h, _ := d.Hover(path, offset)
	if n := strings.Count(h.About, "\n"); n > maxExcerpt+2 || !strings.HasPrefix(h.About, "```hcl\nx = [\n  1,") {
		t.Errorf("%d lines:\n%s", n, h.About)
	}
}

// module is a pipeline that calls a module in the directory beside it.
func module(t *testing.T, text string) (d *Dir, path string, offset int) {
	t.Helper()
	inside := NewDir("/p/modules/service", []*File{Parse("/p/modules/service/m.weir.hcl", []byte(`
variable "repo" {
  type        = string
  description = "where the service is"
}
output "job" { value = job.unit }
`))}, nil)
	offset = strings.Index(text, cursorMark)
	path = "/p/a.weir.hcl"
	file := Parse(path, []byte(strings.Replace(text, cursorMark, "", 1)))
	return NewDir("/p", []*File{file}, func(path string) *Dir {
		if path != inside.Path {
			return nil
		}
		return inside
	}), path, offset
}

func TestModules(t *testing.T) {
	for name, c := range map[string]struct {
		text, define string
		line         int
		hover        string
		complete     []string
	}{
		"its source":   {text: "module \"s\" {\n source = \"./modules/ser¦vice\"\n}", define: "m.weir.hcl", line: 0},
		"an argument":  {text: "module \"s\" {\n source = \"./modules/service\"\n re¦po = 1\n}", define: "m.weir.hcl", line: 1, hover: "where the service is", complete: []string{"repo"}},
		"a new one":    {text: "module \"s\" {\n source = \"./modules/service\"\n ¦\n}", complete: []string{"repo"}},
		"an output":    {text: "module \"s\" {\n source = \"./modules/service\"\n}\nlocals {\n x = module.s[\"a\"].jo¦b\n}", define: "m.weir.hcl", line: 5, hover: "output \"job\"", complete: []string{"job"}},
		"the call":     {text: "module \"s\" {\n source = \"./modules/service\"\n}\nlocals {\n x = module.¦s\n}", define: "a.weir.hcl", line: 0, complete: []string{"s"}},
		"one far away": {text: "module \"s\" {\n source = \"git::https://exa¦mple.com/x\"\n}"},
		"one missing":  {text: "module \"s\" {\n source = \"./modules/no¦ne\"\n}"},
	} {
		t.Run(name, func(t *testing.T) {
			d, path, offset := module(t, c.text)
			found := d.Definition(path, offset)
			if len(found) > 1 || (len(found) == 1) != (c.define != "") {
				t.Fatalf("definition: %v", found)
			}
			if len(found) == 1 {
				where := d.File(found[0].Path)
				if where == nil {
					where = d.beside("/p/modules/service").File(found[0].Path)
				}
				if line, _ := where.Lines.Position(found[0].Start); line != c.line || !strings.HasSuffix(found[0].Path, c.define) {
					t.Errorf("definition: %v, line %d", found, line)
				}
			}
			if h, _ := d.Hover(path, offset); !strings.Contains(h.About, c.hover) {
				t.Errorf("hover: %q", h.About)
			}
			got := labels(d.Complete(path, offset))
			for _, want := range c.complete {
				if !slices.Contains(got, want) {
					t.Errorf("%q is not proposed: %q", want, got)
				}
			}
		})
	}
}

// The words of roots.go are those that the compiler knows, and the grammar of
// VS Code as well.
func TestRootsAreTheLanguages(t *testing.T) {
	text := `pipeline "p" {}
resource "mock" "app" {}
job "x" {
  get "app" {}
  task "t" {
    image = "docker.io/library/busybox:1.37"
    run   = ["true"]
    env   = {
`
	for _, f := range roots["build"].fields {
		text += "      " + f + " = build." + f + "\n"
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.weir.hcl"), []byte(text+"    }\n  }\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, _, list := hcllang.Load(dir, config.Inputs{})
	_, more := compiler.Compile(cfg)
	if list = append(list, more...); len(list) > 0 {
		t.Errorf("%+v", list)
	}
	grammar, err := os.ReadFile("../../editors/vscode/syntaxes/weir.tmLanguage.json")
	if err != nil {
		t.Fatal(err)
	}
	for name := range roots {
		if !strings.Contains(string(grammar), "|"+name+"|") && !strings.Contains(string(grammar), "("+name+"|") && !strings.Contains(string(grammar), "|"+name+")") {
			t.Errorf("the grammar does not know %s", name)
		}
	}
}

// The types that are built in are those that the compiler knows.
func TestBuiltinTypes(t *testing.T) {
	if want := slices.Sorted(slices.Values(compiler.BuiltinTypes())); !slices.Equal(BuiltinTypes(), want) {
		t.Errorf("there are %q", want)
	}
}
