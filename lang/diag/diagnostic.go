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
	Values   []Value // what the names in the range stood for
	Within   []Call  // the modules that the range is in, the innermost first
	Related  []Related
	Fix      *Fix
	Again    int // how many other instances of the module have it too
}

// Value is what a name stood for when the problem came up.
type Value struct {
	Name string `json:"name"` // var.branch
	Text string `json:"text"` // "Main", 7, of type list of string
}

// Sensitive is the Text of a value that must not be shown.
const Sensitive = "(sensitive)"

// Call is one instance of a module, and where it is called; or one of the
// blocks that for_each or count made of one.
type Call struct {
	Module string `json:"module"` // module.service["web"], job.unit["api"]
	Range  Range  `json:"range"`
}

// verb says what happens at the range.
func (c Call) verb() string {
	if strings.HasPrefix(c.Module, "module.") && !strings.Contains(c.Module, ".job.") && !strings.Contains(c.Module, ".resource.") {
		return "called"
	}
	return "repeated"
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

// Count is the number of errors and of warnings.
func (l List) Count() (errors, warnings int) {
	for _, d := range l {
		if d.Severity == Error {
			errors++
		} else {
			warnings++
		}
	}
	return errors, warnings
}

// First are the first problems of a sorted list, errors before warnings where
// there are more than n, and how many were left out.
func (l List) First(n int) (first List, left int) {
	if len(l) <= n {
		return l, 0
	}
	for _, severity := range []Severity{Error, Warning} {
		for _, d := range l {
			if d.Severity == severity && len(first) < n {
				first = append(first, d)
			}
		}
	}
	return first, len(l) - n
}

// ErrorsLast is the list with its warnings before its errors: what matters most
// is to stand last on a screen.
func (l List) ErrorsLast() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b Diagnostic) int { return cmp.Compare(b.Severity, a.Severity) })
	return out
}

// Sort orders by file and position, then by code and text, so that a list
// reads the same however it was gathered. Exact repetitions are dropped; of
// one problem in several instances of a module the first stays and counts the
// others.
func (l *List) Sort() {
	slices.SortStableFunc(*l, func(a, b Diagnostic) int {
		return cmp.Or(compare(a, b), strings.Compare(within(a), within(b)))
	})
	out, instance := (*l)[:0], ""
	for _, d := range *l {
		switch last := len(out) - 1; {
		case last < 0 || compare(out[last], d) != 0:
			out = append(out, d)
		case within(d) != instance:
			out[last].Again += 1 + d.Again
		}
		instance = within(d)
	}
	clear((*l)[len(out):])
	*l = out
}

// compare looks at everything but the instance of the module.
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

// within names the instance of the module that a problem is in; "" is none.
func within(d Diagnostic) string {
	names := make([]string, len(d.Within))
	for i, c := range d.Within {
		names[i] = c.Module + " " + c.Range.String()
	}
	return strings.Join(names, "\n")
}
