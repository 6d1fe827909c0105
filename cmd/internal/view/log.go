package view

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Log prints a build as it happens. The stream that it is fed may break and
// another begin (a connection was lost): Seen says what the next one may leave
// out, and what comes again is not printed again. One goroutine uses it.
type Log struct {
	out   io.Writer
	term  Terminal
	width int // of the step names
	times bool

	build   string              // status printed last
	waiting string              // reason printed last
	steps   map[string]stepSeen // by path
	printed map[attempt]int64   // number of the last line printed
}

type stepSeen struct {
	attempt int32
	status  string
	waiting string
}

// before says that the step has been seen further on: a stream that begins again
// may tell old things.
func (s stepSeen) before(seen stepSeen) bool {
	if s.attempt != seen.attempt {
		return s.attempt < seen.attempt
	}
	return s.rank() < seen.rank()
}

// rank is how far a step is within an attempt; ready after one is before the next.
func (s stepSeen) rank() int {
	switch {
	case terminal(s.status):
		return 3
	case s.status == "ready" && s.attempt > 0:
		return 2
	case s.status == "running":
		return 1
	}
	return 0
}

// attempt is where lines are in order: steps of a parallel block are not, among
// each other.
type attempt struct {
	path string
	n    int32
}

// NewLog makes a printer. The steps, as far as they are known, only say how wide
// the column of names is.
func NewLog(out io.Writer, term Terminal, steps []*weirv1.Step) *Log {
	l := &Log{out: out, term: term, steps: map[string]stepSeen{}, printed: map[attempt]int64{}}
	for _, s := range steps {
		l.width = max(l.width, utf8.RuneCountInString(s.Name))
	}
	return l
}

// ShowTimes puts before each line when it was written, by the worker's clock in UTC.
func (l *Log) ShowTimes() { l.times = true }

// Seen is what was printed already, for the next stream.
func (l *Log) Seen() []*weirv1.SeenLines {
	var seen []*weirv1.SeenLines
	for at, n := range l.printed {
		seen = append(seen, &weirv1.SeenLines{StepPath: at.path, Attempt: at.n, Number: n})
	}
	slices.SortFunc(seen, func(a, b *weirv1.SeenLines) int {
		return cmp.Or(cmp.Compare(a.StepPath, b.StepPath), cmp.Compare(a.Attempt, b.Attempt))
	})
	return seen
}

// Event prints what one event has of news. It returns the build where the event
// was its end.
func (l *Log) Event(e *weirv1.WatchResponse) (*weirv1.Build, error) {
	switch e := e.GetEvent().(type) {
	case *weirv1.WatchResponse_Build:
		return ended(e.Build), l.onBuild(e.Build)
	case *weirv1.WatchResponse_Step:
		return nil, l.onStep(e.Step)
	case *weirv1.WatchResponse_Line:
		return nil, l.onLine(e.Line)
	}
	return nil, nil
}

// Track takes note of an event without printing it, and says whether it is news.
func (l *Log) Track(e *weirv1.WatchResponse) (end *weirv1.Build, isNew bool) {
	var b strings.Builder
	silent := *l
	silent.out = &b
	end, _ = silent.Event(e)
	l.build, l.waiting = silent.build, silent.waiting
	return end, b.Len() > 0 || e.GetLine() == nil
}

func ended(b *weirv1.Build) *weirv1.Build {
	if b.GetEndedAt() == nil {
		return nil
	}
	return b
}

func (l *Log) onBuild(b *weirv1.Build) error {
	if w := condition(b.Waiting); w != "" && w != l.waiting && b.Status == "pending" {
		l.waiting = w
		if err := l.printf("%s%s waits: %s\n", l.at(nil), l.headline(b), w); err != nil {
			return err
		}
	}
	if b.Status == l.build || b.Status == "pending" {
		return nil
	}
	l.build = b.Status
	text := l.headline(b) + " " + l.term.Paint(StatusStyle(b.Status), b.Status)
	if b.EndedAt != nil {
		if took := Took(time.Time{}, b.StartedAt, b.EndedAt); took != "" {
			text += " in " + took
		}
		if b.Message != "" {
			text += ": " + b.Message
		}
		switch b.Fault {
		case "system":
			text += " (a fault of the system: trigger it again)"
		case "policy":
			text += " (a rule or a person said no)"
		}
	}
	return l.printf("%s%s\n", l.at(cmp.Or(b.EndedAt, b.StartedAt)), text)
}

func (l *Log) headline(b *weirv1.Build) string {
	return l.term.Paint(Bold, "==> "+b.Pipeline+"/"+BuildName(b))
}

// onStep prints a change of a step's state. Steps that only wait, or were never
// needed, are not worth a line.
func (l *Log) onStep(s *weirv1.Step) error {
	seen := l.steps[s.Path]
	now := stepSeen{attempt: s.Attempt, status: s.Status, waiting: condition(s.Waiting)}
	if now == seen || now.before(seen) {
		return nil
	}
	l.steps[s.Path] = now
	switch {
	case terminal(s.Status) && s.Status != "skipped":
		return l.note(s.EndedAt, s, l.stepEnd(s))
	case now.waiting != "" && now.waiting != seen.waiting:
		return l.note(nil, s, "waits: "+now.waiting)
	case s.Status == "running" && seen.status != "running" && runs(s.Kind):
		return l.note(s.StartedAt, s, s.Kind+again(s.Attempt)+" "+l.term.Paint(StatusStyle(s.Status), "running"))
	}
	return nil
}

func (l *Log) stepEnd(s *weirv1.Step) string {
	text := s.Kind + again(s.Attempt) + " " + l.term.Paint(StatusStyle(s.Status), s.Status)
	if took := Took(time.Time{}, s.StartedAt, s.EndedAt); took != "" {
		text += " in " + took
	}
	if s.Message != "" {
		text += ": " + s.Message
	}
	return text
}

func again(attempt int32) string {
	if attempt < 2 {
		return ""
	}
	return fmt.Sprintf(" (attempt %d)", attempt)
}

// runs tells steps that run something from those that only hold others.
func runs(kind string) bool {
	return kind == "get" || kind == "put" || kind == "task" || kind == "load" || kind == "set_pipeline"
}

func terminal(status string) bool {
	switch status {
	case "succeeded", "failed", "errored", "aborted", "skipped":
		return true
	}
	return false
}

func (l *Log) note(at *timestamppb.Timestamp, s *weirv1.Step, text string) error {
	return l.printf("%s%s %s %s\n", l.at(at), l.prefix(s.Path, s.Name), l.term.Paint(Dim, ">"), text)
}

func (l *Log) onLine(line *weirv1.LogLine) error {
	key := attempt{line.StepPath, line.Attempt}
	if line.Number <= l.printed[key] {
		return nil
	}
	l.printed[key] = line.Number
	sign := l.term.Paint(Dim, "|")
	if line.Stream == "stderr" {
		sign = l.term.Paint(Red, "!")
	}
	return l.printf("%s%s %s %s\n", l.at(line.At), l.prefix(line.StepPath, line.StepName), sign, logText(line.Text))
}

// timeForm is as wide for every time, and sorts as text.
const timeForm = "2006-01-02T15:04:05.000Z"

// at is the column of times, blank where there is none.
func (l *Log) at(t *timestamppb.Timestamp) string {
	switch {
	case !l.times:
		return ""
	case t == nil:
		return strings.Repeat(" ", len(timeForm)+1)
	}
	return l.term.Paint(Dim, t.AsTime().Format(timeForm)) + " "
}

// logText keeps a program's colours, and drops the carriage returns with which
// progress bars overwrite themselves: what was last on the line is what counts.
func logText(text []byte) string {
	s := strings.TrimRight(strings.ToValidUTF8(string(text), "\uFFFD"), "\r")
	if i := strings.LastIndexByte(s, '\r'); i >= 0 {
		s = s[i+1:]
	}
	return s
}

// prefixStyles tell steps that run at once apart.
var prefixStyles = [...]Style{Cyan, Purple, Blue, Yellow, Green}

func (l *Log) prefix(path, name string) string {
	if name == "" {
		name = path
	}
	l.width = max(l.width, utf8.RuneCountInString(name))
	sum := uint32(0) // wraps around: paths are as long as steps are deep
	for _, r := range path {
		sum = sum*31 + uint32(r)
	}
	pad := strings.Repeat(" ", l.width-utf8.RuneCountInString(name))
	return l.term.Paint(prefixStyles[sum%uint32(len(prefixStyles))], pad+name)
}

func (l *Log) printf(format string, args ...any) error {
	_, err := fmt.Fprintf(l.out, format, args...)
	return err
}
