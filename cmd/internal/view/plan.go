package view

import (
	"fmt"
	"io"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
)

// PlanDetail is how much of a plan is shown.
type PlanDetail int

// What is shown: everything, or one line for each address.
const (
	PlanFull PlanDetail = iota
	PlanSummary
)

// WritePlan prints a plan for people: the meaning of the symbols it uses, what
// changes at each address, what that will cause, and last the line that counts.
// Nothing in a plan can move the cursor: control characters are escaped.
func WritePlan(w io.Writer, t Terminal, p *planner.Plan, detail PlanDetail) error {
	out := &planPrinter{term: t}
	if p.Empty() {
		out.text(t.Paint(Bold, noChanges(p)))
	} else {
		out.legend(p.Changes)
		out.heading(p)
		for _, c := range p.Changes {
			out.change(p, c, detail)
		}
		out.effects(p.Effects, detail)
		out.summary(p)
	}
	_, err := io.WriteString(w, out.b.String())
	return err
}

func noChanges(p *planner.Plan) string {
	if p.Destroy() {
		return "No changes. There is no such pipeline."
	}
	return "No changes. The pipeline is as applied."
}

// planPrinter collects the text of a plan.
type planPrinter struct {
	b    strings.Builder
	term Terminal
}

// mark is the symbol in front of a line.
type mark string

const (
	markAdd      mark = "+"
	markChange   mark = "~"
	markRemove   mark = "-"
	markAffected mark = "*"
	markLoss     mark = "!"
	markNone     mark = " "
)

func (m mark) style() Style {
	switch m {
	case markAdd:
		return Green
	case markChange:
		return Yellow
	case markRemove, markLoss:
		return Red
	case markAffected:
		return Cyan
	}
	return Plain
}

func (p *planPrinter) text(s string) { p.b.WriteString(s + "\n") }

// line writes one line: every level of depth is four columns.
func (p *planPrinter) line(depth int, m mark, text string) {
	p.text(strings.TrimRight(strings.Repeat(" ", 2+4*depth)+p.term.Paint(m.style(), string(m))+" "+text, " "))
}

// note writes a line that is about the others.
func (p *planPrinter) note(depth int, text string) {
	p.line(depth, markNone, p.term.Paint(Dim, "# "+text))
}

func (p *planPrinter) hidden(depth, n int, what string) {
	if n == 0 {
		return
	}
	if n > 1 {
		what += "s"
	}
	p.note(depth, fmt.Sprintf("(%d unchanged %s hidden)", n, what))
}

// legend explains the symbols that are used, and no other.
func (p *planPrinter) legend(changes []planner.Change) {
	used := map[mark]bool{}
	for _, c := range changes {
		used[changeMark(c)] = true
	}
	p.text("What the symbols mean:")
	for _, row := range []struct {
		m    mark
		text string
	}{
		{markAdd, "add"}, {markChange, "change in place"}, {markRemove, "destroy"}, {markAffected, "affected by a change upstream"},
	} {
		if used[row.m] {
			p.line(0, row.m, row.text)
		}
	}
	p.text("")
}

func (p *planPrinter) heading(plan *planner.Plan) {
	what := fmt.Sprintf("pipeline %s of team %s", printable(plan.Pipeline), printable(plan.Team))
	switch {
	case plan.Destroy():
		p.text(p.term.Paint(Red, "Weir will destroy "+what+":"))
	case plan.Base.Revision == 0:
		p.text("Weir will create " + what + ":")
	default:
		p.text(fmt.Sprintf("Weir will change %s, now at revision %d:", what, plan.Base.Revision))
	}
	p.text("")
}

// effects are told under the address that causes them.
func (p *planPrinter) effects(effects []planner.Effect, detail PlanDetail) {
	if detail == PlanSummary {
		p.text("")
		return
	}
	if len(effects) == 0 {
		return
	}
	p.text("What that will cause:")
	last := graph.Address("")
	for _, e := range effects {
		if e.Address != last {
			p.text("  " + p.term.Paint(Bold, printable(string(e.Address))))
			last = e.Address
		}
		m, text := markNone, printable(e.Sentence)
		if e.Loss {
			m, text = markLoss, p.term.Paint(Red, text)
		}
		p.line(0, m, text)
	}
	p.text("")
}

// summary is the last line, in words that scripts may rely on.
func (p *planPrinter) summary(plan *planner.Plan) {
	s := plan.Summary()
	destroy := fmt.Sprintf("%d to destroy", s.Destroy)
	if s.Destroy > 0 {
		destroy = p.term.Paint(Red, destroy)
	}
	line := fmt.Sprintf("%s %d to add, %d to change, %s.", p.term.Paint(Bold, "Plan:"), s.Add, s.Change, destroy)
	var rest []string
	if s.Affected > 0 {
		rest = append(rest, fmt.Sprintf("%d affected", s.Affected))
	}
	if s.Unchanged > 0 {
		rest = append(rest, fmt.Sprintf("%d unchanged", s.Unchanged))
	}
	if len(rest) > 0 {
		line += " " + strings.Join(rest, ", ") + "."
	}
	p.text(line)
}
