package lint

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/weirci/weir/lang/diag"
)

var update = flag.Bool("update", false, "write the texts that are made of the rules")

// What weir explain says of a rule is the rule's own words and its examples.
func TestExplained(t *testing.T) {
	for _, r := range Rules() {
		a := &txtar.Archive{Comment: []byte(comments(r))}
		if r.Code != diag.Deprecated { // nothing is yet
			b, err := os.ReadFile(filepath.Join("testdata", string(r.Code)+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			a.Files = txtar.Parse(b).Files
		}
		golden(t, filepath.Join("../../lang/diag/explain/texts", string(r.Code)+".txtar"), txtar.Format(a))
	}
}

func comments(r Rule) string {
	meaning, _ := r.Code.Meaning()
	return fmt.Sprintf("# %s\n%s\n\n## Why\n%s\n\n## What to do\n%s\n", r.Summary, meaning, r.Why, r.Fix)
}

// The page about lint has the table of all rules.
func TestDocumented(t *testing.T) {
	const page, from, to = "../../docs/lint.md", "<!-- rules: written by `make golden` -->\n", "<!-- end of rules -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), from)
	_, tail, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("%s: no lines %s and %s", page, from, to)
	}
	var b strings.Builder
	b.WriteString(head + from + "\n| code | finds | why it matters | what to do |\n|---|---|---|---|\n")
	for _, r := range Rules() {
		meaning, _ := r.Code.Meaning()
		if r.Severity == diag.Error {
			meaning += " An error."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.Code, meaning, r.Why, r.Fix)
	}
	golden(t, page, []byte(b.String()+"\n"+to+tail))
}

func golden(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the rules say: run make golden", file)
	}
}
