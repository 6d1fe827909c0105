package place

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/state"
)

// Weigh lays open what a run's worker is chosen from: each worker, and what each
// rule says of it.
func Weigh(s State, r Run) reason.Table {
	p := &placer{State: s}
	p.Workers = slices.SortedFunc(slices.Values(s.Workers), func(a, b Worker) int { return cmp.Compare(a.Name, b.Name) })
	rules := weighing(r)
	t := reason.Table{Title: "workers", Candidates: "worker"}
	for _, c := range rules {
		t.Constraints = append(t.Constraints, c.name)
	}
	for _, w := range p.Workers {
		row := reason.Row{Name: w.Name}
		for _, c := range rules {
			row.Verdicts = append(row.Verdicts, c.ask(w))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// constraint is one of choose's rules, with what it says of one worker.
type constraint struct {
	name string
	ask  func(Worker) reason.Verdict
}

func weighing(r Run) []constraint {
	out := []constraint{
		{"its team's", func(w Worker) reason.Verdict {
			if w.Team == "" {
				return reason.Verdict{OK: true, Fact: "all teams'"}
			}
			return verdict(w.Team == r.Team, "yes", "another team's")
		}},
		{tagsTitle(r.Tags), func(w Worker) reason.Verdict {
			has := "has " + strings.Join(w.Tags, ", ")
			if len(w.Tags) == 0 {
				has = "has no tags"
			}
			return reason.Verdict{OK: hasTags(w, r.Tags), Fact: has}
		}},
		{"running", func(w Worker) reason.Verdict {
			if w.Status == state.WorkerRunning && !takes(w, r) {
				return reason.Verdict{Fact: w.Refuses}
			}
			return reason.Verdict{OK: w.Status == state.WorkerRunning, Fact: string(w.Status)}
		}},
		{"room", func(w Worker) reason.Verdict {
			return reason.Verdict{OK: !full(w), Fact: fmt.Sprintf("%d of %d", w.InFlight, w.Capacity)}
		}},
	}
	if r.Needs != "" {
		artifacts := constraint{"has its artifacts", func(w Worker) reason.Verdict { return verdict(w.ID == r.Needs, "yes", "no") }}
		out = slices.Insert(out, 2, artifacts)
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
