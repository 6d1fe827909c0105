package hcl

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

func dirWith(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Steps keep the order of the source, whatever their kinds.
func TestOrderOfSteps(t *testing.T) {
	cfg, _, list := Load(dirWith(t, map[string]string{"a.weir.hcl": `
job "j" {
  task "1" {}
  get "2" {}
  do {
    put "3" {}
    task "4" {}
    get "5" {}
  }
  task "6" {}
  on_failure {
    task "7" {}
  }
  get "8" {}
}`}), config.Inputs{})
	if len(list) > 0 {
		t.Fatal(list)
	}
	var got strings.Builder
	var walk func([]*config.Step)
	walk = func(steps []*config.Step) {
		for _, s := range steps {
			got.WriteString(s.Name.Text)
			if d, ok := s.Body.(*config.Do); ok {
				walk(d.Steps)
			}
		}
	}
	walk(cfg.Jobs[0].Steps)
	if got.String() != "1234568" || len(cfg.Jobs[0].Hooks.OnFailure) != 1 {
		t.Errorf("got %s", got.String())
	}
}

// Files are read in the order of their names, and only those with the suffix.
func TestFiles(t *testing.T) {
	cfg, src, list := Load(dirWith(t, map[string]string{
		"b.weir.hcl": `job "b" {}`, "a.weir.hcl": `job "a" {}`, "c.hcl": "not {", "README.md": "x",
	}), config.Inputs{})
	if len(list) > 0 || len(cfg.Jobs) != 2 || cfg.Jobs[0].Name.Text != "a" || cfg.Jobs[1].Name.Text != "b" {
		t.Fatalf("%v %v", list, cfg.Jobs)
	}
	if src.Text(cfg.Jobs[1].Range.File) == nil {
		t.Error("no source for a range")
	}
}

// What cannot be read is one clear message, and never a Config without a hole.
func TestUnreadable(t *testing.T) {
	file := filepath.Join(dirWith(t, map[string]string{"f.weir.hcl": ""}), "f.weir.hcl")
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "x.weir.hcl"), 0o755); err != nil {
		t.Fatal(err)
	}
	dangling := t.TempDir()
	if err := os.Symlink("/nowhere", filepath.Join(dangling, "x.weir.hcl")); err != nil {
		t.Fatal(err)
	}
	one := func(text string) string { return dirWith(t, map[string]string{"p.weir.hcl": text}) }
	for _, c := range []struct {
		name, dir string
		code      diag.Code
		says      string
	}{
		{"missing", filepath.Join(folder, "nowhere"), diag.Unreadable, "No such file"},
		{"a file", file, diag.Unreadable, "a pipeline is a directory"},
		{"empty", t.TempDir(), diag.NoFiles, ".weir.hcl"},
		{"a folder in place of a file", folder, diag.Unreadable, "not a regular file"},
		{"a dangling link", dangling, diag.Unreadable, "No such file"},
		{"not UTF-8", one("# ok\njob \"\xff\" {}"), diag.NotUTF8, "0xff"},
		{"too large", one(strings.Repeat("#\n", expr.MaxFile/2+1)), diag.TooLarge, "Split it"},
		{"brackets", one("locals {\n x = " + strings.Repeat("[", 100_000) + "\n}"), diag.TooDeep, "500"},
		{"signs", one("locals {\n x = " + strings.Repeat("!", 100_000) + "true\n}"), diag.TooDeep, "500"},
		{"a sum", one("locals {\n x = 1" + strings.Repeat("+1", 100_000) + "\n}"), diag.TooDeep, "500"},
		{"conditions", one("locals {\n x = " + strings.Repeat("true ? 1 : ", 100_000) + "1\n}"), diag.TooDeep, "500"},
		{"indices", one("locals {\n x = a" + strings.Repeat("[b]", 100_000) + "\n}"), diag.TooDeep, "500"},
		{"templates", one("locals {\n x = " + strings.Repeat(`"${`, 100_000) + "\n}"), diag.TooDeep, "500"},
		{"blocks", one(strings.Repeat("do {\n", 100_000)), diag.TooDeep, "500"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, src, list := Load(c.dir, config.Inputs{})
			if cfg != nil && len(cfg.Holes) == 0 || len(list) != 1 || list[0].Code != c.code {
				t.Fatalf("%v, %v", cfg, list)
			}
			var text bytes.Buffer
			if err := diag.Text(&text, list, src, false); err != nil || !strings.Contains(text.String(), c.says) || text.Len() > 2000 {
				t.Errorf("%v:\n%.2000s", err, text.String())
			}
		})
	}
}

// One mistake early in a file does not bury the reader.
func TestManySyntaxErrors(t *testing.T) {
	_, src, list := Load(dirWith(t, map[string]string{"p.weir.hcl": "x = 1" + strings.Repeat("\r", 50_000)}), config.Inputs{})
	var text bytes.Buffer
	if err := diag.Text(&text, list, src, false); err != nil {
		t.Fatal(err)
	}
	if len(list) > maxSyntax+5 || text.Len() > 200_000 || !strings.Contains(text.String(), "more syntax errors") {
		t.Errorf("%d problems, %d bytes", len(list), text.Len())
	}
}

func TestGiven(t *testing.T) {
	dir := dirWith(t, map[string]string{"v.weir.hcl": `
variable "s" { type = string }
variable "n" { type = list(number) }
variable "a" {}`})
	in, err := config.NewInputs([]string{"s=${x}", "n=[1, 2]", "a=[1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg, _, list := Load(dir, in)
	if len(list) > 0 {
		t.Fatal(list)
	}
	for i, want := range []string{"${x}", "", "[1"} { // texts are taken as they are
		v, problems := cfg.Variables[i].Given.Value.Eval(nil)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if want == "" {
			if v.LengthInt() != 2 {
				t.Errorf("%#v", v)
			}
		} else if v.AsString() != want {
			t.Errorf("%#v, want %q", v, want)
		}
	}
}

// What an editor holds counts, whether the disk has another text, or none.
func TestLoadUnsaved(t *testing.T) {
	dir := t.TempDir()
	saved, fresh := filepath.Join(dir, "a.weir.hcl"), filepath.Join(dir, "b.weir.hcl")
	if err := os.WriteFile(saved, []byte(`pipeline "saved" {}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, src, list := Load(dir, config.Inputs{Unsaved: map[string][]byte{
		saved: []byte(`pipeline "typed" {}`), fresh: []byte(`job "new" {}`),
		filepath.Join(dir, "notes.txt"): []byte("}"), filepath.Join(dir, "sub", "c.weir.hcl"): []byte("}"),
	}})
	if len(list) > 0 || cfg.Pipelines[0].Name.Text != "typed" || len(cfg.Jobs) != 1 {
		t.Errorf("%+v, %v", cfg, list)
	}
	if got := cfg.Jobs[0].Name.Range.File; got != fresh || src == nil {
		t.Errorf("the job is in %s", got)
	}
}
