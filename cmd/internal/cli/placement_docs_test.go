package cli

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/weirci/weir/cmd/internal/wire"
)

var updateDocs = flag.Bool("update-docs", false, "write the table of strategies in the documents")

// The page for operators has the table of all strategies.
func TestDocumentedStrategies(t *testing.T) {
	const page = "../../../docs/operating.md"
	was, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	between := regexp.MustCompile(`(?s)(<!-- strategies -->\n).*(<!-- end of strategies -->)`)
	table := "| strategy | goes by |\n|---|---|\n"
	for _, s := range wire.Strategies() {
		if s.Takes != "" {
			s.Name += "=N"
		}
		table += fmt.Sprintf("| `%s` | %s |\n", s.Name, s.Does)
	}
	now := between.ReplaceAllString(string(was), "${1}"+strings.ReplaceAll(table, "$", "$$")+"${2}")
	if *updateDocs {
		if err := os.WriteFile(page, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if now != string(was) {
		t.Errorf("%s has another table of strategies than the code: go test ./cmd/internal/cli -run Strategies -update-docs", page)
	}
}

// What a worker is told of its size.
func TestWorkerSize(t *testing.T) {
	for _, c := range []struct {
		cores       float64
		memory      string
		cpu, bytes  int64
		complaining string
	}{
		{0, "", 0, 0, ""}, {1.5, "2GiB", 1500, 2 << 30, ""}, {-1, "none", -1000, -1, ""}, {0, "much", 0, 0, `--memory is "much"`},
	} {
		o := workerOptions{cores: c.cores, memory: c.memory}
		err := o.size()
		if c.complaining != "" {
			if err == nil || !strings.Contains(err.Error(), c.complaining) {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		if err != nil || o.CPU != c.cpu || o.Memory != c.bytes {
			t.Errorf("%+v: cpu %d, memory %d, %v", c, o.CPU, o.Memory, err)
		}
	}
	if err := (&workerOptions{WorkerConfig: wire.WorkerConfig{MaxTasks: -1}}).size(); err == nil {
		t.Error("fewer tasks than none")
	}
}

// A chain that nobody understands is said to be one before a server starts.
func TestPlacementFlags(t *testing.T) {
	for flags, want := range map[placementFlags]string{
		{builds: "nearest"}:                    `--placement: "nearest" is no strategy; there are volume-locality,`,
		{builds: "spread", checks: "spread=2"}: "--placement-checks: spread takes no number",
	} {
		if _, err := flags.chains(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", flags, err)
		}
	}
	if _, err := (&placementFlags{builds: wire.DefaultPlacement()}).chains(); err != nil {
		t.Error(err)
	}
}
