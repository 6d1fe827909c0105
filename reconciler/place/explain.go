package place

import (
	"fmt"
	"strings"

	"github.com/weirci/weir/reconciler/reason"
)

// Weigh lays open what a run's worker is chosen from: each worker, what each rule
// says of it, and what each strategy goes by.
func Weigh(s State, r Run) reason.Table {
	p := newPlacer(s)
	rules := p.weighing(&r)
	t := reason.Table{Title: "workers", Candidates: "worker"}
	for _, c := range rules {
		t.Constraints = append(t.Constraints, c.name)
	}
	for i := range p.Workers {
		row := reason.Row{Name: p.Workers[i].Name}
		for _, c := range rules {
			row.Verdicts = append(row.Verdicts, c.ask(&p.Workers[i]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// constraint is one of choose's rules, or a strategy, with what it says of one
// worker.
type constraint struct {
	name string
	ask  func(*Worker) reason.Verdict
}

func (p *placer) weighing(r *Run) []constraint {
	out := []constraint{{"its team's", func(w *Worker) reason.Verdict {
		if w.Team == "" {
			return reason.Verdict{OK: true, Fact: "all teams'"}
		}
		return verdict(w.Team == r.Team, "yes", "another team's")
	}}, {tagsTitle(r.Tags), func(w *Worker) reason.Verdict {
		has := "has " + strings.Join(w.Tags, ", ")
		if len(w.Tags) == 0 {
			has = "has no tags"
		}
		return reason.Verdict{OK: hasTags(w, r.Tags), Fact: has}
	}}}
	if r.Platform != "" {
		out = append(out, constraint{r.Platform, func(w *Worker) reason.Verdict {
			return reason.Verdict{OK: hasPlatform(w, r.Platform), Fact: w.Platform}
		}})
	}
	if r.Needs != "" {
		out = append(out, constraint{"has its artifacts", func(w *Worker) reason.Verdict { return verdict(w.ID == r.Needs, "yes", "no") }})
	}
	out = append(out, constraint{"running", func(w *Worker) reason.Verdict {
		if p.works(w, r) && !takes(w, r) {
			return reason.Verdict{Fact: w.Refuses}
		}
		return reason.Verdict{OK: p.works(w, r), Fact: string(w.Status)}
	}}, constraint{"room", func(w *Worker) reason.Verdict {
		return reason.Verdict{OK: w.InFlight < w.Capacity, Fact: fmt.Sprintf("%d of %d", w.InFlight, w.Capacity)}
	}})
	return append(append(out, p.sizes(r)...), p.strategies(r)...)
}

// sizes are about what a run asks for, and about workers with limits of their own.
func (p *placer) sizes(r *Run) []constraint {
	var out []constraint
	for _, c := range []struct {
		name             string
		asks             int64
		text             func(int64) string
		offers, reserved func(*Worker) int64
	}{
		{"cpu", r.Asks.CPU, Cores, func(w *Worker) int64 { return w.Offers.CPU }, func(w *Worker) int64 { return w.Reserved.CPU }},
		{"memory", r.Asks.Memory, Bytes, func(w *Worker) int64 { return w.Offers.Memory }, func(w *Worker) int64 { return w.Reserved.Memory }},
	} {
		if c.asks == 0 {
			continue
		}
		out = append(out, constraint{fmt.Sprintf("%s %s", c.name, c.text(c.asks)), func(w *Worker) reason.Verdict {
			all, used := c.offers(w), c.reserved(w)
			if all == 0 {
				return reason.Verdict{OK: true, Fact: "not counted"}
			}
			return reason.Verdict{OK: used+c.asks <= all, Fact: fmt.Sprintf("%s free of %s", c.text(all-used), c.text(all))}
		}})
	}
	if kept := p.keptFor(r); kept != nil {
		out = append(out, *kept)
	}
	return out
}

// keptFor is there where some worker's room is kept for another run.
func (p *placer) keptFor(r *Run) *constraint {
	if len(p.Kept) == 0 || r.Asks == (Size{}) {
		return nil
	}
	return &constraint{"not kept", func(w *Worker) reason.Verdict {
		run := p.Kept[w.ID]
		return verdict(run == "" || run == r.ID, "no", "for a run that came before")
	}}
}

// strategies are those of the run's chain, and the workers' own numbers.
func (p *placer) strategies(r *Run) []constraint {
	var out []constraint
	for _, l := range p.Chains.of(r) {
		out = append(out, constraint{l.String(), func(w *Worker) reason.Verdict {
			return reason.Verdict{OK: l.limit == nil || !l.limit(p, r, w, l.N), Fact: l.fact(p, r, w)}
		}})
	}
	for i := range p.Workers {
		if w := p.Workers[i]; w.MaxTasks > 0 || w.MaxBuilds > 0 {
			return append(out, constraint{"its own limits", func(w *Worker) reason.Verdict {
				return reason.Verdict{OK: !p.beyondOwn(r, w), Fact: fmt.Sprintf("%d tasks of %s, %d builds of %s", w.Busy.Tasks, most(w.MaxTasks), p.builds[w.ID], most(w.MaxBuilds))}
			}})
		}
	}
	return out
}

func tagsTitle(tags []string) string {
	if len(tags) == 0 {
		return "without tags"
	}
	return "tags " + strings.Join(tags, ", ")
}

func verdict(ok bool, yes, no string) reason.Verdict {
	if ok {
		return reason.Verdict{OK: true, Fact: yes}
	}
	return reason.Verdict{Fact: no}
}
