package reason_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/weirci/weir/reconciler/reason"
)

var update = flag.Bool("update", false, "write the table of reasons in the documents")

const page = "../../docs/concepts.md"

var between = regexp.MustCompile(`(?s)(<!-- reasons -->\n).*(<!-- end of reasons -->)`)

// The page about concepts has the table of all reasons.
func TestDocumentedReasons(t *testing.T) {
	was, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !between.Match(was) {
		t.Fatalf("%s has no place for the reasons", page)
	}
	now := between.ReplaceAllString(string(was), "${1}"+strings.ReplaceAll(table(), "$", "$$")+"${2}")
	if *update {
		if err := os.WriteFile(page, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if now != string(was) {
		t.Errorf("%s has another table of reasons than the code: go test ./reconciler/reason -update", page)
	}
}

func table() string {
	var b strings.Builder
	b.WriteString("| Reason | Of | What it means | What would change it |\n|---|---|---|---|\n")
	for _, t := range reason.All() {
		of := string(t.About)
		if t.About == reason.Any {
			of = "all"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", t.Name, of, t.Means, regexp.MustCompile(`\{(\w+)\}`).ReplaceAllStringFunc(t.Unblock, func(name string) string { return strings.ToUpper(strings.Trim(name, "{}")) }))
	}
	return b.String()
}
