package reason

import "time"

// Why is one thing that waits, and why.
type Why struct {
	Subject string // what waits: an address, a build, a step
	Path    string // of the step; "": it is none
	Reason  string // CamelCase, for programs
	Message string // for people, with the facts
	Unblock string // what would change it
	Since   time.Time
	Tables  []Table
}

// Table is what a decision was between, and on what conditions.
type Table struct {
	Title       string
	Candidates  string // what the rows are: version, worker
	Constraints []string
	Rows        []Row
}

// Row is one candidate.
type Row struct {
	Name     string
	Verdicts []Verdict // one for each constraint
	Chosen   bool
}

// Verdict is what one constraint says of one candidate.
type Verdict struct {
	OK   bool
	Fact string // why: "#14 failed"
}

// Fits says that no constraint is against the candidate.
func (r Row) Fits() bool {
	for _, v := range r.Verdicts {
		if !v.OK {
			return false
		}
	}
	return true
}

// New makes a Why. What would change it comes from the table; arguments such as
// {job} in it are filled in by names, given as pairs.
func New(about About, subject, name, message string, names ...string) Why {
	return Why{Subject: subject, Reason: name, Message: message, Unblock: fill(Of(about, name).Unblock, names)}
}
