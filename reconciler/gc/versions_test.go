package gc

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhatKeepsAVersion(t *testing.T) {
	old := ago(400 * day)
	scope := Scope{Rule: VersionRule{Newest: 3, Days: 30}, Newest: 8, Latest: []int64{7}, Pins: []map[string]string{{"ref": "a"}, {"ref": "b", "branch": "main"}}}
	for _, c := range []struct {
		version Version
		want    string
	}{
		{Version{ID: 1, Order: 8, Seen: old}, "newest"},
		{Version{ID: 2, Order: 7, Seen: ago(30 * day)}, "days"},
		{Version{ID: 3, Order: 7, Seen: ago(30*day + 1)}, ""},
		{Version{ID: 7, Order: 7, Seen: old}, "latest"},
		{Version{ID: 4, Seen: old, OfBuild: true}, "build"},
		{Version{ID: 4, Seen: old, Passed: true}, "passed"},
		{Version{ID: 4, Seen: old, Due: true}, "every"},
		{Version{ID: 4, Seen: old, Disabled: true}, "disabled"},
		{Version{ID: 4, Seen: old, Fields: map[string]string{"ref": "a", "more": "x"}}, "pin"},
		{Version{ID: 4, Seen: old, Fields: map[string]string{"ref": "b"}}, ""},
	} {
		if got := scope.Keeps(c.version, now); got != c.want {
			t.Errorf("%+v is kept by %q, not %q", c.version, got, c.want)
		}
	}
	found := VersionRule{Newest: 1}
	if got := (Scope{Rule: found, Newest: 9}).Keeps(Version{Seen: ago(2 * day)}, now); got != "days" {
		t.Errorf("what checks may still answer is kept by %q", got)
	}
}

// The rule that keeps wins, and nothing that somebody speaks of is ever collected.
func TestNothingReferencedIsCollected(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := VersionRule{rapid.IntRange(0, 4).Draw(t, "newest"), rapid.IntRange(0, 8).Draw(t, "days")}
		versions := make([]Version, rapid.IntRange(0, 12).Draw(t, "versions"))
		flag := func(name string) bool { return rapid.IntRange(0, 5).Draw(t, name) == 0 }
		for i := range versions {
			versions[i] = Version{
				ID: int64(i + 1), Order: int64(i + 1), Seen: ago(time.Duration(rapid.IntRange(0, 12*24).Draw(t, "seen")) * time.Hour),
				Fields:  map[string]string{"ref": rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "ref")},
				OfBuild: flag("of a build"), Passed: flag("passed"), Disabled: flag("disabled"), Due: flag("due"),
			}
		}
		s := Scope{Rule: rule, Pins: []map[string]string{{"ref": "b"}}}
		if n := len(versions) - rule.Newest; n >= 0 && len(versions) > 0 {
			s.Newest = int64(n + 1)
		}
		over := OverVersions(s, versions, now)
		for place, v := range slices.Backward(versions) {
			newer := len(versions) - 1 - place
			referenced := v.OfBuild || v.Passed || v.Disabled || v.Due || v.Fields["ref"] == "b"
			ruled := rule.All() || newer < rule.Newest || now.Sub(v.Seen) <= time.Duration(rule.Days)*day || now.Sub(v.Seen) <= StillFound
			if kept := referenced || ruled; kept == slices.Contains(over, v.ID) {
				t.Fatalf("%+v (%d newer) under %+v: kept %v, yet over %v", v, newer, rule, kept, over)
			}
		}
	})
}

func TestRevisionsThatGo(t *testing.T) {
	u := Upkeep{Revisions: 3}
	var all []Revision
	for n := range int64(10) {
		all = append(all, Revision{Pipeline: "p", Number: n + 1, Newest: 10, Needed: n == 4})
	}
	var got []int64
	for _, r := range u.OverRevisions(all) {
		got = append(got, r.Number)
	}
	if !slices.Equal(got, []int64{1, 2, 3, 4, 6, 7}) {
		t.Errorf("%v go", got)
	}
	if got := (Upkeep{}).OverRevisions(all[9:]); len(got) != 0 {
		t.Errorf("the one that the pipeline is at goes: %v", got)
	}
}

func TestWhatIsIdle(t *testing.T) {
	u := Upkeep{Scopes: time.Hour, Archived: day}
	all := []Idle{{"a", ago(2 * day), false}, {"b", ago(time.Hour), false}, {"c", ago(time.Minute), false}, {"d", ago(2 * day), true}}
	if got := u.OverScopes(all, now); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("scopes %v go", got)
	}
	if got := u.OverArchives(all, now); !slices.Equal(got, []string{"a"}) {
		t.Errorf("pipelines %v go", got)
	}
	if got := (Upkeep{}).OverArchives(all, now); got != nil {
		t.Errorf("archived pipelines go that are kept for ever: %v", got)
	}
}
