package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Whys prints why things wait: each with its reason, what would change it, and
// what the decision was between.
func Whys(w io.Writer, term Terminal, now time.Time, all []*weirv1.Why) error {
	for i, why := range all {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := writeWhy(w, term, now, why); err != nil {
			return err
		}
	}
	return nil
}

func writeWhy(w io.Writer, term Terminal, now time.Time, why *weirv1.Why) error {
	var b strings.Builder
	title := oneLine(why.Subject)
	if why.Path != "" {
		title += " (" + why.Path + ")"
	}
	fmt.Fprintf(&b, "%s: %s\n", term.Paint(Bold, title), term.Paint(Yellow, why.Reason))
	fmt.Fprintf(&b, "  %s\n", oneLine(why.Message))
	if why.Since != nil {
		fmt.Fprintf(&b, "  since:  %s\n", Ago(now, why.Since))
	}
	fmt.Fprintf(&b, "  helps:  %s\n", oneLine(why.Unblock))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	for _, t := range why.Tables {
		fmt.Fprintf(w, "\n  %s\n", term.Paint(Bold, oneLine(t.Title)))
		if err := whyTable(t).Write(indent{w, "  "}, term); err != nil {
			return err
		}
	}
	return nil
}

// whyTable has a row for each candidate and a column for each constraint.
func whyTable(t *weirv1.WhyTable) Table {
	out := Table{Header: append([]string{t.Candidates}, t.Constraints...), Empty: "there is no " + t.Candidates}
	for _, r := range t.Rows {
		name := Text(r.Name)
		if r.Chosen {
			name = Cell{Text: r.Name + " (taken)", Style: Green}
		}
		row := []Cell{name}
		for _, v := range r.Verdicts {
			row = append(row, verdict(v))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func verdict(v *weirv1.WhyVerdict) Cell {
	if v.Ok {
		return Cell{Text: v.Fact, Style: Green}
	}
	if v.Fact == "no" {
		return Cell{Text: "no", Style: Red}
	}
	return Cell{Text: "no: " + v.Fact, Style: Red}
}

// indent puts blanks before each line.
type indent struct {
	w      io.Writer
	blanks string
}

func (i indent) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		if _, err := io.WriteString(i.w, i.blanks+line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Steps is the table of a build's steps.
func Steps(now time.Time, all []*weirv1.Step) Table {
	t := Table{Header: []string{"path", "step", "status", "attempt", "took", "why"}, Empty: "it has no steps yet: it has not started"}
	for _, s := range all {
		why := s.Message
		if why == "" {
			why = condition(s.Waiting)
		}
		t.Rows = append(t.Rows, []Cell{Text(s.Path), Text(strings.TrimSpace(s.Kind + " " + s.Name)), Status(s.Status), number(int64(s.Attempt)),
			Text(Took(now, s.StartedAt, s.EndedAt)), {Text: why, Style: Gray}})
	}
	return t
}
