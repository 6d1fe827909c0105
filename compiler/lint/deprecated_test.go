package lint

import (
	"slices"
	"strings"
	"testing"
)

// An entry of the table is all that a deprecation takes.
func TestDeprecated(t *testing.T) {
	in := read(t, pipeline(`user = "x"`, `retry { attempts = 2 }`))
	table := []deprecation{
		{"task", "user", "Write run_as."},
		{"retry", "attempts", "Write times."},
		{"job", "user", "No job has this."},
	}
	found := run(in, []Rule{deprecated(table)})
	if got := codes(found); !slices.Equal(got, []string{"W4015:13", "W4015:14"}) {
		t.Fatalf("got %v", got)
	}
	if want := "user in task will be gone in a later version. Write run_as."; !strings.Contains(found[0].Detail, want) {
		t.Errorf("got %q", found[0].Detail)
	}
}
