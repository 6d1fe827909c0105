package explain_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/diag/explain"
)

var update = flag.Bool("update", false, "write the table of codes in the documents")

// withoutExample are codes that no pipeline can be written for, faults of Weir
// itself, what a test would wait too long for, and what only a server or a cache
// can do wrong.
var withoutExample = []diag.Code{diag.CannotCompile, diag.TooExpensive, diag.ModuleChanged, diag.CannotFetch, diag.NoSuchVersion, diag.UnsafeModule}

// Every code has its text, the wrong example gives that code and nothing else,
// and the right one gives nothing at all.
func TestEveryCodeIsExplained(t *testing.T) {
	for _, code := range diag.Codes() {
		t.Run(string(code), func(t *testing.T) {
			text, ok := explain.Lookup(string(code))
			if !ok {
				t.Fatalf("no texts/%s.txtar", code)
			}
			if text.Title == "" || text.Meaning == "" || text.Why == "" || text.Fix == "" {
				t.Errorf("a section is missing: %+v", text)
			}
			if slices.Contains(withoutExample, code) || code.Lint() { // the examples of lint are tested with its rules
				return
			}
			bad, said := found(t, text.Bad)
			if !slices.Equal(bad, []diag.Code{code}) {
				t.Errorf("the wrong example gives %v:\n%s", bad, said)
			}
			if good, said := found(t, text.Good); len(good) > 0 {
				t.Errorf("the right example gives %v:\n%s", good, said)
			}
		})
	}
}

// No text is left of a code that is gone.
func TestNoTextWithoutCode(t *testing.T) {
	files, err := filepath.Glob("texts/*.txtar")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d texts, %v", len(files), err)
	}
	for _, f := range files {
		if code := strings.TrimSuffix(filepath.Base(f), ".txtar"); !slices.Contains(diag.Codes(), diag.Code(code)) {
			t.Errorf("there is no code %s", code)
		}
	}
}

func TestLookup(t *testing.T) {
	lower, ok := explain.Lookup("w1003")
	if upper, _ := explain.Lookup("W1003"); !ok || lower.Title != upper.Title || lower.Code != diag.UnknownResource {
		t.Errorf("%+v", lower)
	}
	if _, ok := explain.Lookup("W9999"); ok {
		t.Error("a text for a code that is none")
	}
	if rule, ok := explain.Rule(diag.UnknownResource); !ok || !strings.Contains(rule.Markdown, "## What to do") {
		t.Errorf("%+v", rule)
	}
}

// The page about problems has the table of all codes.
func TestDocument(t *testing.T) {
	const page, mark = "../../../docs/diagnostics.md", "<!-- written by `make golden` -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(text), mark)
	if !ok {
		t.Fatalf("%s: no line %s", page, mark)
	}
	want := head + mark + "\n| code | meaning |\n|---|---|\n"
	for _, c := range diag.Codes() {
		meaning, _ := c.Meaning()
		want += "| `" + string(c) + "` | " + meaning + " |\n"
	}
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Errorf("%s has not the codes that there are: run make golden", page)
	}
}

// found compiles an example and gives the codes that came up, each once.
func found(t *testing.T, files []explain.File) ([]diag.Code, string) {
	t.Helper()
	if len(files) == 0 {
		t.Fatal("there is no example")
	}
	dir := t.TempDir()
	var in config.Inputs
	for _, f := range files {
		if f.Name == explain.Args {
			in = inputs(t, f.Text)
			continue
		}
		write(t, dir, f)
	}
	cfg, src, list := lang.Load(dir, in)
	_, more := compiler.Compile(cfg)
	settings, _ := compiler.ReadSettings(cfg)
	more.Append(settings.Refuses("1.0.0")...)
	list.Append(more...)
	var codes []diag.Code
	for _, d := range list {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	var said bytes.Buffer
	if err := diag.Text(&said, list, src, false); err != nil {
		t.Fatal(err)
	}
	return slices.Compact(codes), said.String()
}

func inputs(t *testing.T, text string) config.Inputs {
	t.Helper()
	var vars []string
	for line := range strings.Lines(text) {
		v, ok := strings.CutPrefix(strings.TrimSpace(line), "--var ")
		if !ok {
			t.Fatalf("%q is no argument", line)
		}
		vars = append(vars, v)
	}
	in, err := config.NewInputs(vars, nil)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

var repeated = regexp.MustCompile(`^(.*) \((\d+) times\)$`)

func write(t *testing.T, dir string, f explain.File) {
	t.Helper()
	if m := repeated.FindStringSubmatch(f.Name); m != nil {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			t.Fatal(err)
		}
		f = explain.File{Name: m[1], Text: strings.Repeat(f.Text, n)}
	}
	name := filepath.Join(dir, f.Name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(f.Text), 0o644); err != nil {
		t.Fatal(err)
	}
}
