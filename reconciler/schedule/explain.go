package schedule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/state"
)

// Tried is what became of a version in a job that it should pass: of its builds
// with the version one that succeeded, otherwise the newest.
type Tried struct {
	Job      graph.Address
	Resource string // id
	Version  int64
	Number   int64
	Status   state.BuildStatus
}

// Facts are what people want to know besides what is decided on.
type Facts struct {
	Own      graph.Address    // of the job itself
	Newest   [][]Version      // of the inputs, in their order: shown even where they may not be taken
	Disabled []map[int64]bool // which of those are disabled
	Tried    []Tried          // what became of those and of what is decided on
}

// Weigh lays open what Resolve chooses from: for each input its versions, newest
// first, and what each constraint says of them.
func Weigh(s State, f Facts) []reason.Table {
	chosen, _, _ := Resolve(s.Inputs, s.Past)
	var out []reason.Table
	for i, in := range s.Inputs {
		w := weigher{Input: in, Facts: f, past: s.Past}
		var pick int64
		if i < len(chosen) {
			pick = chosen[i].ID
		}
		if i < len(f.Newest) {
			w.newest = f.Newest[i]
		}
		if i < len(f.Disabled) {
			w.disabled = f.Disabled[i]
		}
		out = append(out, w.table(pick))
	}
	return out
}

// mostShown is how many candidates of an input are shown.
const mostShown = 6

type weigher struct {
	Input
	Facts
	past     Past
	newest   []Version
	disabled map[int64]bool
}

// constraint is one that a version of the input must satisfy.
type constraint struct {
	name string
	ask  func(Version) reason.Verdict
}

func (w weigher) table(pick int64) reason.Table {
	t := reason.Table{Title: fmt.Sprintf("input %q: %s", w.Name, w.Resource), Candidates: "version"}
	rules := w.constraints()
	for _, c := range rules {
		t.Constraints = append(t.Constraints, c.name)
	}
	for _, v := range w.shown(pick) {
		row := reason.Row{Name: versionText(v.Version), Chosen: v.ID == pick}
		for _, c := range rules {
			row.Verdicts = append(row.Verdicts, c.ask(v))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// shown are the newest of all versions that are known of, and always the one that
// is chosen.
func (w weigher) shown(pick int64) []Version {
	all := map[int64]Version{}
	for _, list := range [][]Version{w.newest, w.Versions, w.Known, candidates(w.Input, w.past)} {
		for _, v := range list {
			all[v.ID] = v
		}
	}
	sorted := slices.SortedFunc(maps.Values(all), newestFirst)
	if len(sorted) <= mostShown {
		return sorted
	}
	out := sorted[:mostShown:mostShown]
	if i := slices.IndexFunc(sorted, func(v Version) bool { return v.ID == pick }); i >= mostShown {
		out = append(out, sorted[i])
	}
	return out
}

func (w weigher) constraints() []constraint {
	var out []constraint
	if len(w.Pin) > 0 {
		out = append(out, w.fits("pinned to "+versionText(w.Pin), w.Pin))
	}
	if len(w.Version) > 0 {
		out = append(out, w.fits("get wants "+versionText(w.Version), w.Version))
	}
	if w.Input.Disabled > 0 {
		out = append(out, constraint{"enabled", func(v Version) reason.Verdict {
			if w.disabled[v.ID] {
				return reason.Verdict{Fact: "no"}
			}
			return reason.Verdict{OK: true, Fact: "yes"}
		}})
	}
	for _, job := range w.Passed {
		out = append(out, constraint{"passed " + string(job), func(v Version) reason.Verdict { return w.passed(job, v) }})
	}
	if w.Trigger {
		out = append(out, constraint{"new to the job", w.fresh})
	}
	return out
}

func (w weigher) fits(name string, pin map[string]string) constraint {
	return constraint{name, func(v Version) reason.Verdict {
		if contains(v.Version, pin) {
			return reason.Verdict{OK: true, Fact: "yes"}
		}
		return reason.Verdict{Fact: "no"}
	}}
}

// fresh says whether the job has had a version, and in which build.
func (w weigher) fresh(v Version) reason.Verdict {
	t, tried := w.last(w.Own, v)
	switch {
	case tried:
		return reason.Verdict{Fact: fmt.Sprintf("#%d had it", t.Number)}
	case w.Used[v.ID]:
		return reason.Verdict{Fact: "it had it"}
	}
	return reason.Verdict{OK: true, Fact: "yes"}
}

func (w weigher) last(job graph.Address, v Version) (Tried, bool) {
	i := slices.IndexFunc(w.Tried, func(t Tried) bool { return t.Job == job && t.Resource == w.ResourceID && t.Version == v.ID })
	if i < 0 {
		return Tried{}, false
	}
	return w.Tried[i], true
}

// passed says whether a version passed a job, and in which build, or what kept it.
func (w weigher) passed(job graph.Address, v Version) reason.Verdict {
	t, tried := w.last(job, v)
	switch {
	case !tried && slices.ContainsFunc(w.Versions, func(x Version) bool { return x.ID == v.ID }):
		return reason.Verdict{OK: true, Fact: "yes"}
	case !tried:
		return reason.Verdict{Fact: "no build had it"}
	case t.Status.Terminal():
		return reason.Verdict{OK: t.Status == state.BuildSucceeded, Fact: fmt.Sprintf("#%d %s", t.Number, t.Status)}
	}
	return reason.Verdict{Fact: fmt.Sprintf("#%d is %s", t.Number, t.Status)}
}

// Missing says in a line what the newest version of an input, that pins allow, has
// not passed: "resource.git.app ref=abc has not passed job.unit: #14 failed".
func Missing(s State, tables []reason.Table) string {
	l, ok := lacks(s, tables)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s %s has not passed %s: %s", l.resource, l.version, l.job, l.fact)
}

// Upstream names the job that Missing speaks of; "" where it says nothing.
func Upstream(s State, tables []reason.Table) string {
	l, _ := lacks(s, tables)
	return l.job.Name()
}

type lack struct {
	resource, job graph.Address
	version, fact string
}

func lacks(s State, tables []reason.Table) (lack, bool) {
	for i, in := range s.Inputs {
		if i >= len(tables) {
			break
		}
		for _, row := range tables[i].Rows {
			for k, v := range row.Verdicts {
				job, isPassed := strings.CutPrefix(tables[i].Constraints[k], "passed ")
				if v.OK {
					continue
				}
				if !isPassed {
					break
				}
				return lack{resource: in.Resource, job: graph.Address(job), version: row.Name, fact: v.Fact}, true
			}
			if row.Fits() {
				break
			}
		}
	}
	return lack{}, false
}

// versionText is a version as people read it: ref=abc.
func versionText(v map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(v)) {
		out = append(out, k+"="+v[k])
	}
	return strings.Join(out, " ")
}
