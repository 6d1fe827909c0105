package schedule_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/reconciler/schedule"
	"github.com/weirci/weir/state"
)

func ver(n int64) schedule.Version {
	return schedule.Version{ID: n, Order: n, Version: map[string]string{"ref": fmt.Sprintf("v%d", n)}}
}

// lines are a table as text, a row a line.
func lines(t reason.Table) []string {
	out := []string{strings.Join(append([]string{t.Candidates}, t.Constraints...), " | ")}
	for _, r := range t.Rows {
		cells := []string{r.Name}
		if r.Chosen {
			cells[0] += "*"
		}
		for _, v := range r.Verdicts {
			cells = append(cells, fmt.Sprintf("%t %s", v.OK, v.Fact))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out
}

// Each version that there is, newest first, with what is against it: that a job
// had it and failed, is at it or never had it; a pin; that it is nothing new. The
// one that is taken is marked.
func TestWeigh(t *testing.T) {
	const unit, lint = graph.Address("job.unit"), graph.Address("job.lint")
	in := schedule.Input{Name: "app", Resource: "resource.git.app", ResourceID: "r", Trigger: true, Passed: []graph.Address{unit, lint}, Disabled: 1, Versions: []schedule.Version{ver(1)}}
	s := schedule.State{Inputs: []schedule.Input{in}}
	tried := []schedule.Tried{
		{unit, "r", 3, 14, state.BuildFailed}, {lint, "r", 3, 9, state.BuildAborted},
		{unit, "r", 2, 13, state.BuildSucceeded}, {lint, "r", 2, 8, state.BuildRunning},
		{unit, "r", 1, 12, state.BuildSucceeded}, {lint, "r", 1, 7, state.BuildSucceeded},
		{"job.own", "r", 1, 3, state.BuildSucceeded},
	}
	tables := schedule.Weigh(s, schedule.Facts{
		Own: "job.own", Newest: [][]schedule.Version{{ver(4), ver(3), ver(2)}}, Tried: tried, Disabled: []map[int64]bool{{4: true}},
	})
	want := []string{
		"version | enabled | passed job.unit | passed job.lint | new to the job",
		"ref=v4 | false no | false no build had it | false no build had it | true yes",
		"ref=v3 | true yes | false #14 failed | false #9 aborted | true yes",
		"ref=v2 | true yes | true #13 succeeded | false #8 is running | true yes",
		"ref=v1* | true yes | true #12 succeeded | true #7 succeeded | false #3 had it",
	}
	if got := lines(tables[0]); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("\n%s", strings.Join(got, "\n"))
	}
	if got := schedule.Missing(s, tables); got != "resource.git.app ref=v3 has not passed job.unit: #14 failed" {
		t.Error(got)
	}
}

// What a pin excludes is not what is missing; and of many versions only the newest
// are shown, and the one that is taken.
func TestWeighPinned(t *testing.T) {
	in := schedule.Input{Name: "app", Resource: "resource.git.app", ResourceID: "r", Pin: map[string]string{"ref": "v2"}, Version: map[string]string{"ref": "v2"}}
	var known []schedule.Version
	for n := range int64(9) {
		known = append(known, ver(n+1))
	}
	in.Versions = known
	s := schedule.State{Inputs: []schedule.Input{in}}
	tables := schedule.Weigh(s, schedule.Facts{Own: "job.own"})
	got := lines(tables[0])
	if got[0] != "version | pinned to ref=v2 | get wants ref=v2" || len(got) != 8 || got[1] != "ref=v9 | false no | false no" || got[7] != "ref=v2* | true yes | true yes" {
		t.Errorf("\n%s", strings.Join(got, "\n"))
	}
	if got := schedule.Missing(s, tables); got != "" {
		t.Error(got)
	}
}
