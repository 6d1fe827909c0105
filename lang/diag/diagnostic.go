package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity says whether the work can go on.
type Severity int

// The severities. The zero value is Error.
const (
	Error Severity = iota
	Warning
)

// String is the word people read.
func (s Severity) String() string {
	if s == Warning {
		return "Warning"
	}
	return "Error"
}

// Diagnostic is one problem.
type Diagnostic struct {
	Severity Severity
	Code     Code
	Summary  string // a few words, no final stop
	Detail   string // whole sentences: what, why, what to do
	Range    Range
	Related  []Related
	Fix      *Fix
}

// Related is another place that the problem has to do with.
type Related struct {
	Message string
	Range   Range
}

// Fix says what would help. With a Range it is an edit: the range becomes Text.
type Fix struct {
	Help  string // after "help: "
	Range Range
	Text  string
}

// List is the problems of a run. The zero value is empty and ready.
type List []Diagnostic

// Append adds problems.
func (l *List) Append(d ...Diagnostic) { *l = append(*l, d...) }

// Errorf adds an error with a formatted detail.
func (l *List) Errorf(code Code, at Range, summary, format string, args ...any) {
	l.Append(Diagnostic{Code: code, Summary: summary, Detail: fmt.Sprintf(format, args...), Range: at})
}

// HasErrors reports whether any of the problems is an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sort orders by file and position, then by code and text, and drops exact
// repetitions, so that a list reads the same however it was gathered.
func (l *List) Sort() {
	slices.SortStableFunc(*l, compare)
	*l = slices.CompactFunc(*l, func(a, b Diagnostic) bool { return compare(a, b) == 0 })
}

func compare(a, b Diagnostic) int {
	return cmp.Or(
		strings.Compare(a.Range.File, b.Range.File),
		cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte),
		cmp.Compare(a.Range.End.Byte, b.Range.End.Byte),
		strings.Compare(string(a.Code), string(b.Code)),
		strings.Compare(a.Summary, b.Summary),
		strings.Compare(a.Detail, b.Detail),
	)
}
