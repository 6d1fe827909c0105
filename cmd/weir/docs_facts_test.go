package main

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/lang/function"
	"github.com/weirci/weir/state"
)

// What stands in tables and in the middle of sentences is true, too.

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(repo, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func targets(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):.*##`).FindAllStringSubmatch(read(t, "Makefile"), -1) {
		out[m[1]] = true
	}
	return out
}

// span is code inside of a line.
var span = regexp.MustCompile("`([^`\n]+)`")

// Each `make x` in a sentence is a target, each `weir x --flag` a command with that flag.
func TestCommandsInSentences(t *testing.T) {
	help := map[string]string{}
	for _, doc := range documents(t) {
		b, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range span.FindAllStringSubmatch(string(b), -1) {
			words := strings.Fields(m[1])
			switch {
			case len(words) > 1 && words[0] == "make" && !targets(t)[words[1]]:
				t.Errorf("%s: `%s`: no such target", doc, m[1])
			case len(words) > 1 && words[0] == "weir" && words[1] != "{": // that is a block
				known(t, doc, m[1], words[1:], help)
			}
		}
	}
}

func known(t *testing.T, doc, text string, words []string, help map[string]string) {
	t.Helper()
	path := words[:1]
	if len(words) > 1 && regexp.MustCompile(`^[a-z-]+$`).MatchString(words[1]) && (words[0] == "token" || words[0] == "worker-key" || words[0] == "target" || words[0] == "migrate") {
		path = words[:2]
	}
	name := strings.Join(path, " ")
	if _, asked := help[name]; !asked {
		out, _ := exec.Command(filepath.Join(bin, "weir"), append(slices.Clone(path), "--help")...).CombinedOutput()
		help[name] = string(out)
	}
	if !strings.Contains(help[name], "\n  weir "+name) {
		t.Errorf("%s: `%s`: there is no command %q", doc, text, name)
	}
	for _, w := range words {
		if strings.HasPrefix(w, "--") && !regexp.MustCompile(regexp.QuoteMeta(w)+`\b`).MatchString(help[name]) {
			t.Errorf("%s: `%s`: there is no flag %s", doc, text, w)
		}
	}
}

func TestLinks(t *testing.T) {
	for _, doc := range documents(t) {
		b, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`).FindAllStringSubmatch(string(b), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), m[1])); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", doc, m[1])
			}
		}
	}
}

var row = regexp.MustCompile("(?m)^\\| (build|step|run|worker) \\| `(\\w+)` \\| (.*) \\|$")

// The table of states has every state of the schema and exactly the moves of the code.
func TestDocumentedStates(t *testing.T) {
	said := map[string]map[string]string{"build": {}, "step": {}, "run": {}, "worker": {}}
	for _, m := range row.FindAllStringSubmatch(read(t, "docs/concepts.md"), -1) {
		said[m[1]][m[2]] = m[3]
	}
	schema := read(t, "state/postgres/migrations/00001_init.sql")
	for what, moves := range said {
		body := regexp.MustCompile(`(?s)CREATE TABLE ` + what + `s \((.*?)\n\);`).FindStringSubmatch(schema)
		states := regexp.MustCompile(`'(\w+)'`).FindAllStringSubmatch(regexp.MustCompile(`CHECK \(status IN \((.*?)\)\)`).FindString(body[1]), -1)
		if len(states) != len(moves) || len(states) < 5 {
			t.Errorf("%s: %d states in the document, %d in the schema", what, len(moves), len(states))
		}
		for _, from := range states {
			listed, ok := moves[from[1]]
			if !ok {
				t.Errorf("%s %s is not in the document", what, from[1])
			}
			for _, to := range states {
				if got := strings.Contains(listed, "`"+to[1]+"`"); got != legal(what, from[1], to[1]) {
					t.Errorf("%s: %s to %s: the document says %v", what, from[1], to[1], got)
				}
			}
		}
	}
}

// legal asks the code.
func legal(what, from, to string) bool {
	switch what {
	case "build":
		return state.BuildStatus(from).Move(state.BuildStatus(to)) == nil
	case "step":
		return state.StepStatus(from).Move(state.StepStatus(to)) == nil
	case "run":
		return state.RunStatus(from).Move(state.RunStatus(to)) == nil
	}
	return state.WorkerStatus(from).Move(state.WorkerStatus(to)) == nil
}

// The table of environment variables has those that the code reads, and no others.
func TestDocumentedVariables(t *testing.T) {
	code := map[string]bool{}
	for _, dir := range []string{"cmd/internal", "lang", "server", "state", "worker"} {
		eachSource(t, dir, func(text string) {
			for _, m := range regexp.MustCompile(`"(WEIR_[A-Z_]+)"`).FindAllStringSubmatch(text, -1) {
				code[m[1]] = true
			}
		})
	}
	delete(code, "WEIR_BENCH_FSYNC") // of the benchmark's own program
	delete(code, "WEIR_LONG")        // of tests
	doc := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(WEIR_[A-Z_]+)").FindAllStringSubmatch(read(t, "docs/operating.md"), -1) {
		doc[m[1]] = true
	}
	same(t, "environment variables", doc, code)
}

// The language reference has every argument and block that files may hold, every
// function, and every code.
func TestDocumentedLanguage(t *testing.T) {
	text := read(t, "docs/language.md")
	eachSource(t, "lang/hcl", func(source string) {
		for _, m := range regexp.MustCompile(`(?m)^\t\t\{"(\w+)", func\(`).FindAllStringSubmatch(source, -1) {
			if !strings.Contains(text, "| `"+m[1]+"` |") {
				t.Errorf("the argument %s is not in docs/language.md", m[1])
			}
		}
		for _, m := range regexp.MustCompile(`\tcase "(\w+)":`).FindAllStringSubmatch(source, -1) {
			if !strings.Contains(text, "`"+m[1]) {
				t.Errorf("the block %s is not in docs/language.md", m[1])
			}
		}
	})
	functions := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^### ([a-z0-9]+)$").FindAllStringSubmatch(read(t, "docs/functions.md"), -1) {
		functions[m[1]] = true
	}
	same(t, "functions", functions, set(function.Names()))
}

func set(names []string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

func same(t *testing.T, what string, documented, real map[string]bool) {
	t.Helper()
	d, r := slices.Sorted(maps.Keys(documented)), slices.Sorted(maps.Keys(real))
	if !slices.Equal(d, r) {
		t.Errorf("%s:\n documented %q\n      there %q", what, d, r)
	}
}

// eachSource gives the text of each Go file below a folder, tests aside.
func eachSource(t *testing.T, dir string, do func(text string)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(filepath.Join(repo, dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		n++
		do(string(b))
		return err
	})
	if err != nil || n == 0 {
		t.Fatalf("sources in %s: %d, %v", dir, n, err)
	}
}
