package gc

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/state"
)

const day = 24 * time.Hour

func TestRuleOf(t *testing.T) {
	def := Rule{Builds: 100, Days: 30}
	for _, c := range []struct {
		name      string
		job       Rule
		team      *Rule
		most      Rule
		want      Rule
		keepsAll  bool
		installed Rule
	}{
		{name: "nobody says anything", installed: def, want: def},
		{name: "the job says", job: Rule{Builds: 3}, team: &Rule{Days: 7}, installed: def, want: Rule{Builds: 3}},
		{name: "the team says", team: &Rule{Days: 7}, installed: def, want: Rule{Days: 7}},
		{name: "the job says only what it succeeds in", job: Rule{Succeeded: 2}, team: &Rule{Days: 7, Succeeded: 9}, installed: def, want: Rule{Days: 7, Succeeded: 2}},
		{name: "a team may keep all", team: &Rule{}, installed: def, keepsAll: true},
		{name: "not more than most", job: Rule{Builds: 500, Days: 5, Succeeded: 200}, most: Rule{Builds: 50, Days: 90}, installed: def, want: Rule{Builds: 50, Days: 5, Succeeded: 50}},
		{name: "all is more than most", most: Rule{Days: 90}, want: Rule{Days: 90}},
		{name: "without anything all is kept", keepsAll: true},
	} {
		got := Retention{Default: c.installed, Most: c.most}.RuleOf(c.job, c.team)
		if got != c.want || got.All() != c.keepsAll {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestKeeps(t *testing.T) {
	rule, cuts := Rule{Builds: 3, Days: 7, Succeeded: 1}, Cuts{Newest: 8, Succeeded: 4}
	for _, c := range []struct {
		build Build
		want  string
	}{
		{Build{Number: 8, Status: state.BuildFailed, Ended: ago(30 * day)}, "builds"},
		{Build{Number: 7, Status: state.BuildFailed, Ended: ago(7 * day)}, "days"},
		{Build{Number: 4, Status: state.BuildSucceeded, Ended: ago(30 * day)}, "minimum_succeeded"},
		{Build{Number: 4, Status: state.BuildFailed, Ended: ago(30 * day)}, ""},
		{Build{Number: 3, Status: state.BuildSucceeded, Ended: ago(7*day + 1)}, ""},
	} {
		if got := rule.Keeps(c.build, cuts, now); got != c.want {
			t.Errorf("%+v: kept by %q", c.build, got)
		}
	}
}

// What the words of the language say, told by counting: a build is over when none
// of builds, days and minimum_succeeded is about it.
func TestOverIsWhatNoLimitKeeps(t *testing.T) {
	statuses := []state.BuildStatus{state.BuildSucceeded, state.BuildFailed, state.BuildErrored, state.BuildAborted, state.BuildRunning}
	rapid.Check(t, func(t *rapid.T) {
		rule := Rule{rapid.IntRange(0, 5).Draw(t, "builds"), rapid.IntRange(0, 5).Draw(t, "days"), rapid.IntRange(0, 5).Draw(t, "succeeded")}
		builds := make([]Build, rapid.IntRange(0, 20).Draw(t, "n"))
		for i := range builds {
			builds[i] = Build{
				ID: fmt.Sprint(i), Number: int64(i + 1), Status: rapid.SampledFrom(statuses).Draw(t, "status"),
				Ended: ago(time.Duration(rapid.IntRange(0, 10*24).Draw(t, "age")) * time.Hour),
			}
		}
		got := Over(rule, cutsOf(rule, builds), builds, now)
		slices.SortFunc(builds, func(a, b Build) int { return -cmp.Compare(a.Number, b.Number) })
		succeeded := 0
		for place, b := range builds {
			ok := b.Status == state.BuildSucceeded
			kept := rule.All() || !b.Status.Terminal() || place < rule.Builds ||
				rule.Days > 0 && now.Sub(b.Ended) <= time.Duration(rule.Days)*day || ok && succeeded < rule.Succeeded
			if kept == slices.Contains(got, b.ID) {
				t.Fatalf("build %d of %d: kept %v, yet over %v", b.Number, len(builds), kept, got)
			}
			if ok {
				succeeded++
			}
		}
	})
}

func cutsOf(r Rule, builds []Build) (c Cuts) {
	nth := func(n int, of func(Build) bool) int64 {
		for _, b := range slices.Backward(builds) {
			if of(b) {
				if n--; n == 0 {
					return b.Number
				}
			}
		}
		return 0
	}
	return Cuts{nth(r.Builds, func(Build) bool { return true }), nth(r.Succeeded, func(b Build) bool { return b.Status == state.BuildSucceeded })}
}
