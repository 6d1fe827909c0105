package gc

import (
	"math"
	"time"

	"github.com/weirci/weir/state"
)

// Rule says which ended builds of a job are kept whole: with steps, runs and logs.
// Each of its limits keeps what it is about, and what any of them keeps stays.
// Without Builds and Days it keeps all.
type Rule struct {
	Builds    int // the newest so many
	Days      int // those that ended so many days ago at most
	Succeeded int // the newest so many that succeeded, however old
}

// All says that the rule keeps every build.
func (r Rule) All() bool { return r.Builds == 0 && r.Days == 0 }

// Within is the rule under maxima: what it would keep beyond them it does not.
// A maximum of zero is none; of the two maxima each that is there holds.
func (r Rule) Within(most Rule) Rule {
	if most.All() {
		return r
	}
	if r.All() {
		return Rule{Builds: most.Builds, Days: most.Days, Succeeded: lesser(r.Succeeded, most.Builds)}
	}
	return Rule{Builds: lesser(r.Builds, most.Builds), Days: lesser(r.Days, most.Days), Succeeded: lesser(r.Succeeded, most.Builds)}
}

func lesser(n, most int) int {
	if most > 0 && n > most {
		return most
	}
	return n
}

// Retention is what holds for all jobs of an installation.
type Retention struct {
	Default Rule          // for jobs and teams that say nothing
	Most    Rule          // what jobs and teams may ask for
	History time.Duration // how long a build's row, inputs and outputs stay; 0: for ever
}

// The least that is kept of a job's rows, whatever History says.
const (
	LeastHistory   = 1000
	LeastSucceeded = 200
)

// DefaultRetention is what a server uses that is not told otherwise.
func DefaultRetention() Retention {
	return Retention{Default: Rule{Builds: 100, Days: 30}, History: 365 * 24 * time.Hour}
}

// RuleOf is the rule for a job: its own, or its team's, or the installation's. One
// that only says how many that succeeded has the rest from the next.
func (r Retention) RuleOf(job Rule, team *Rule) Rule {
	next := r.Default
	if team != nil {
		next = *team
	}
	if job.All() {
		job.Builds, job.Days = next.Builds, next.Days
		if job.Succeeded == 0 {
			job.Succeeded = next.Succeeded
		}
	}
	return job.Within(r.Most)
}

// Cuts are where a job's numbers lie: the number of the oldest of the newest so
// many builds that a rule keeps, and likewise of those that succeeded. 0: there
// are not so many, all are kept; math.MaxInt64: none is.
type Cuts struct{ Newest, Succeeded int64 }

// Build is one that has ended.
type Build struct {
	ID     string
	Number int64
	Status state.BuildStatus
	Ended  time.Time
}

// Keeps says which limit of the rule keeps a build; "": none does.
func (r Rule) Keeps(b Build, c Cuts, now time.Time) string {
	switch {
	case r.All():
		return "no limit"
	case r.Builds > 0 && b.Number >= c.Newest:
		return "builds"
	case r.Days > 0 && !b.Ended.Before(r.Before(now)):
		return "days"
	case r.Succeeded > 0 && b.Status == state.BuildSucceeded && b.Number >= c.Succeeded:
		return "minimum_succeeded"
	}
	return ""
}

// Before is when a build must have ended for its age not to keep it.
func (r Rule) Before(now time.Time) time.Time {
	return now.Add(-time.Duration(r.Days) * 24 * time.Hour)
}

// Over says which builds no limit of a rule keeps any more: of those that are
// whole, steps, runs and logs are to go; of those that were reaped, the rest.
func Over(r Rule, c Cuts, builds []Build, now time.Time) []string {
	var out []string
	for _, b := range builds {
		if b.Status.Terminal() && r.Keeps(b, c, now) == "" {
			out = append(out, b.ID)
		}
	}
	return out
}

// HistoryRule is the rule for the rows of builds that were reaped; false: they stay.
func (r Retention) HistoryRule() (Rule, bool) {
	if r.History <= 0 {
		return Rule{}, false
	}
	days := int(math.Ceil(r.History.Hours() / 24))
	return Rule{Builds: LeastHistory, Days: days, Succeeded: LeastSucceeded}, true
}
