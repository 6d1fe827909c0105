package lint

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// known is what these tests know beside a pipeline.
func known(in Input) Input {
	in.Workers = []Tags{{"arm64"}, {"linux", "ssd"}}
	in.Schemas = map[string]Schema{"git": {
		Source: Keys{"uri": "string", "branch": "string", "private_key": "string", "paths": "list"},
		Get:    Keys{"depth": "number"},
		Put:    Keys{"repository": "string", "force": "bool"},
	}}
	return in
}

// read compiles the files of a pipeline, which must be right.
func read(t testing.TB, files map[string]string) Input {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cfg, src, list := lang.Load(dir, config.Inputs{})
	g, origins, more := compiler.Trace(cfg)
	list.Append(more...)
	if list.HasErrors() {
		t.Fatal(shown(t, list, src))
	}
	settings, _ := compiler.ReadSettings(cfg)
	return known(Input{Config: cfg, Graph: g, Origins: origins, Sources: src, Levels: settings.Lint})
}

func shown(t testing.TB, list diag.List, src *diag.Sources) string {
	t.Helper()
	var b bytes.Buffer
	if err := diag.Text(&b, list, src, false); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// examples are the archive of a rule: a bad pipeline and a good one.
func examples(t testing.TB, code diag.Code) (bad, good map[string]string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", string(code)+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	bad, good = map[string]string{}, map[string]string{}
	for _, f := range txtar.Parse(b).Files {
		if name, ok := strings.CutPrefix(f.Name, "bad/"); ok {
			bad[name] = string(f.Data)
		} else if name, ok := strings.CutPrefix(f.Name, "good/"); ok {
			good[name] = string(f.Data)
		} else {
			t.Fatalf("%s: %s is neither bad nor good", code, f.Name)
		}
	}
	return bad, good
}

// Each rule finds what its bad example has and nothing else, at a place in its
// files, and nothing in its good one.
func TestRules(t *testing.T) {
	for _, r := range Rules() {
		t.Run(string(r.Code), func(t *testing.T) {
			if r.Code == diag.Deprecated {
				t.Skip("nothing is deprecated yet: see TestDeprecated")
			}
			bad, good := examples(t, r.Code)
			in := read(t, bad)
			found := Run(in)
			if len(found) == 0 {
				t.Fatal("nothing is found in the bad example")
			}
			for _, d := range found {
				if d.Code != r.Code || d.Severity != r.Severity || d.Summary == "" || d.Detail == "" || in.Sources.Text(d.Range.File) == nil || d.Range.Start.Line == 0 {
					t.Errorf("in the bad example:\n%s", shown(t, diag.List{d}, in.Sources))
				}
			}
			in = read(t, good)
			if found := Run(in); len(found) > 0 {
				t.Errorf("in the good example:\n%s", shown(t, found, in.Sources))
			}
		})
	}
}

// The codes are those of diag, each once, and every rule has its words.
func TestRulesAreComplete(t *testing.T) {
	seen := map[diag.Code]bool{}
	for _, r := range Rules() {
		if seen[r.Code] {
			t.Errorf("%s is there twice", r.Code)
		}
		seen[r.Code] = true
		for what, text := range map[string]string{"why": r.Why, "fix": r.Fix} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %s: %q is no sentence", r.Code, what, text)
			}
		}
		if r.Summary == "" || strings.HasSuffix(r.Summary, ".") {
			t.Errorf("%s: summary %q", r.Code, r.Summary)
		}
	}
	for _, c := range diag.Codes() {
		policy := c == diag.PolicyDenied || c == diag.PolicyWarned || c == diag.PolicyBroken
		if c.Lint() && !policy && !seen[c] {
			t.Errorf("%s has no rule", c)
		}
	}
}
