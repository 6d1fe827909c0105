package cue

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

func dirWith(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t *testing.T, dir string) diag.List {
	t.Helper()
	_, _, list := Load(dir, config.Inputs{})
	return list
}

func codesOf(l diag.List) []diag.Code {
	var codes []diag.Code
	for _, d := range l {
		codes = append(codes, d.Code)
	}
	return codes
}

func equalSets(a, b []diag.Code) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func good(t *testing.T, dir string, vars ...string) *config.Config {
	t.Helper()
	in, err := config.NewInputs(vars, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg, src, list := Load(dir, in)
	if len(list) > 0 || cfg == nil {
		var text bytes.Buffer
		if err := diag.Text(&text, list, src, false); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("%s", text.String())
	}
	return cfg
}

func word(t *testing.T, e config.Expr) string {
	t.Helper()
	v, ok := e.Literal()
	if !ok {
		t.Fatalf("%s is no literal", e.Template())
	}
	return v.AsString()
}

// Files of the package, data, definitions, comprehensions and packages of the
// module around come together; what the cue command keeps for itself does not.
func TestPackages(t *testing.T) {
	dir := dirWith(t, map[string]string{
		"cue.mod/module.cue":                       `module: "example.com/ci@v0", language: version: "v0.16.0"`,
		"images/images.cue":                        `package images` + "\n" + `go: "golang:1.26"`,
		"cue.mod/pkg/other.example/lib/lib.cue":    `package lib` + "\n" + `#Job: {description: string | *"made", steps: [...]}`,
		"ci/a.cue":                                 "package ci\nimport (\n\"example.com/ci/images\"\n\"other.example/lib\"\n)\nname: \"x\"\n_services: [\"api\", \"web\"]\nfor s in _services {jobs: (s): lib.#Job & {steps: [{task: \"t\", image: images.go}]}}",
		"ci/b.weir.json":                           `{"team": "payments"}`,
		"ci/c.weir.yaml":                           "description: from yaml\n",
		"ci/b_test.cue":                            `package ci` + "\n" + `name: "y"`,
		"ci/d_tool.cue":                            "package ci\nimport \"tool/exec\"\ncommand: x: exec.Run",
		"ci/README.md":                             "x",
		"cue.mod/pkg/other.example/lib/x_test.cue": "package lib\n#Job: 3",
	})
	cfg := good(t, filepath.Join(dir, "ci"))
	if len(cfg.Jobs) != 2 || cfg.Jobs[1].Name.Text != "web" || word(t, cfg.Jobs[0].Description) != "made" {
		t.Errorf("%+v", cfg.Jobs)
	}
	if p := cfg.Pipelines[0]; word(t, p.Team) != "payments" || word(t, p.Description) != "from yaml" {
		t.Errorf("%+v", p)
	}
	if image := cfg.Jobs[0].Steps[0].Body.(*config.Task).Image; word(t, image) != "golang:1.26" {
		t.Errorf("%+v", image)
	}
}

// Text that only looks deep is none of the guard's business.
func TestGuardLetsPass(t *testing.T) {
	for name, text := range map[string]string{
		"a comment":   "// " + strings.Repeat("-(", 5000),
		"a string":    `x: "` + strings.Repeat("(:-", 5000) + `"`,
		"a script":    "x: \"\"\"\n" + strings.Repeat("((- \"* ??\n", 5000) + "\"\"\"",
		"raw":         "x: #\"" + strings.Repeat(`"\((-`, 5000) + `"#`,
		"interpolate": `x: "` + strings.Repeat(`\(a + 1)`, 5000) + `"`,
		"a long list": "x: [" + strings.Repeat(`-1, "\(a)", `, 5000) + "]",
		"many fields": strings.Repeat("a: b: -1 + 1\n", 5000),
	} {
		if l := guard("f", []byte(text)); len(l) > 0 {
			t.Errorf("%s: %v", name, l[0].Summary)
		}
	}
}

// Values from outside go into tags and into vars, by the type that CUE knows.
func TestValues(t *testing.T) {
	text := `
name: "x"
vars: {branch: *"main" | string, count: *1 | int, flags: *["a"] | [...string], token: string @sensitive()}
description: "\(vars.branch) \(_n) \(_s)"
_n: *2 | int @tag(n,type=int)
_s: *"s" | string @tag(s)
`
	dir := dirWith(t, map[string]string{"p.cue": text})
	for _, c := range []struct {
		vars []string
		want string
	}{
		{nil, "main 2 s"},
		{[]string{"branch=dev", "n=7", "s=${x}", `flags=["b"]`, "count=3", "token=t"}, "dev 7 ${x}"},
		{[]string{"branch=5"}, "5 2 s"},
	} {
		cfg := good(t, dir, c.vars...)
		if v, problems := cfg.Pipelines[0].Description.Eval(nil); c.want == "dev 7 ${x}" {
			if len(problems) == 0 {
				t.Errorf("%s: a template in a value is evaluated to %#v", c.want, v)
			}
		} else if v.AsString() != c.want {
			t.Errorf("%v: %#v, want %s", c.vars, v, c.want)
		}
		if len(cfg.Variables) != 6 {
			t.Errorf("%d variables", len(cfg.Variables))
		}
	}
	for _, v := range []string{"branch", "n=x", "nn=1", "count=a"} {
		in, err := config.NewInputs([]string{v + "=1"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _, list := Load(dir, in)
		if (v == "branch") != (len(list) == 0) && v == "nn=1" {
			t.Errorf("%s: %v", v, list)
		}
	}
}

// What cannot be read is a clear message, soon, and never a Config.
func TestUnreadable(t *testing.T) {
	deep := strings.Repeat
	for name, c := range map[string]struct {
		text string
		code diag.Code
	}{
		"not UTF-8": {"name: \"\xff\"", diag.NotUTF8},
		"too large": {deep("//\n", expr.MaxFile/3+1), diag.TooLarge},
		"lists":     {"x: " + deep("[", 100_000), diag.TooDeep},
		"structs":   {deep("{", 100_000), diag.TooDeep},
		"paths":     {deep("a: ", 100_000) + "1", diag.TooDeep},
		"signs":     {"x: " + deep("!", 100_000) + "true", diag.TooDeep},
		"a sum":     {"x: 1" + deep("+1", 100_000), diag.TooDeep},
		"strings":   {"x: " + deep(`"\(`, 100_000), diag.TooDeep},
		"selectors": {"x: a" + deep(".b", 100_000), diag.TooDeep},
		"within":    {"x: \"\\(" + deep("(", 100_000), diag.TooDeep},
		"raw":       {"x: #\"\"\"\n\\#(" + deep("(", 100_000), diag.TooDeep},
		"calls":     {"x: a" + deep("(1)", 100_000), diag.TooDeep},
		"a cycle":   {"name: \"x\"\n_x: {a: _x}", diag.Cycle},
		"nothing":   {"name: \"x\" \"y\"", diag.Syntax},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			cfg, _, list := Load(dirWith(t, map[string]string{"p.cue": c.text}), config.Inputs{})
			if len(list) == 0 || list[0].Code != c.code || cfg != nil && c.code != diag.Cycle {
				t.Errorf("%v", list)
			}
			if took := time.Since(begin); took > 2*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}
