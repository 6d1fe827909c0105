package gc

import (
	"slices"
	"time"
)

// VersionRule says which versions of a scope are kept: what either limit is about
// stays. Without both all are kept.
type VersionRule struct {
	Newest int // so many, in their order
	Days   int // those that were found, fetched or made so many days ago at most
}

// All says that the rule keeps every version.
func (r VersionRule) All() bool { return r.Newest == 0 && r.Days == 0 }

// StillFound is how long ago a version may have been seen that checks may be
// answering still: were it deleted, it would be found again, as something new.
const StillFound = 3 * 24 * time.Hour

// Before is when a version must have been seen for its age not to keep it.
func (r VersionRule) Before(now time.Time) time.Time {
	return now.Add(-max(StillFound, time.Duration(r.Days)*24*time.Hour))
}

// Version is one of a scope's, and who speaks of it.
type Version struct {
	ID, Order int64
	Fields    map[string]string
	Seen      time.Time
	OfBuild   bool // a build that is kept took it in or put it out, or a worker has it
	Passed    bool // it passed a job: jobs after that one may begin with it
	Disabled  bool // somebody said so, and would have to say it again
	Due       bool // a job that takes every version has not had it yet
}

// Scope is what holds for all versions of a scope.
type Scope struct {
	Rule   VersionRule
	Newest int64               // the place of the oldest that the count keeps; 0: there are not so many
	Latest []int64             // the ids of what its resources have as their latest
	Pins   []map[string]string // of its resources and their gets, in code and by hand
}

// Keeps says what keeps a version; "": nothing does.
func (s Scope) Keeps(v Version, now time.Time) string {
	switch {
	case s.Rule.All():
		return "no limit"
	case v.Order >= s.Newest:
		return "newest"
	case !v.Seen.Before(s.Rule.Before(now)):
		return "days"
	case slices.Contains(s.Latest, v.ID):
		return "latest"
	case v.OfBuild:
		return "build"
	case v.Passed:
		return "passed"
	case v.Due:
		return "every"
	case v.Disabled:
		return "disabled"
	case slices.ContainsFunc(s.Pins, v.has):
		return "pin"
	}
	return ""
}

// has says that a version has what a pin names.
func (v Version) has(pin map[string]string) bool {
	for k, want := range pin {
		if got, ok := v.Fields[k]; !ok || got != want {
			return false
		}
	}
	return true
}

// OverVersions are the ids of what nothing keeps any more.
func OverVersions(s Scope, versions []Version, now time.Time) []int64 {
	var out []int64
	for _, v := range versions {
		if s.Keeps(v, now) == "" {
			out = append(out, v.ID)
		}
	}
	return out
}
