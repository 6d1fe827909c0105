package place

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/state"
)

// why a run gets no worker.
type why struct{ reason, message string }

// rule is one condition on a worker, and what is to be said where no worker is
// left after it.
type rule struct {
	fits func(*Worker) bool
	none func() why
}

// shape is what the rules look at in a run: runs of the same shape may go to the
// same workers.
type shape struct {
	team, tags, platform, needs, home string
	asks                              Size
	interruptible                     bool
}

// found are the workers that may have the runs of a shape, or why there are none.
type found struct {
	left []int
	none why
}

// choose gives the index of the worker that is to have the run, or why there is
// none: of those that the rules leave, the one that the strategies like best among
// those with a place for it.
func (p *placer) choose(r *Run) (int, why) {
	all := p.mayHave(r)
	if len(all.left) == 0 {
		return -1, all.none
	}
	left := p.atHome(r, all.left)
	chain := p.Chains.of(r)
	able := make([]int, 0, len(left))
	for _, i := range left {
		if p.obstacle(r, &p.Workers[i], chain) == none {
			able = append(able, i)
		}
	}
	if len(able) == 0 {
		return -1, p.noPlace(r, left, chain)
	}
	return p.best(r, able, chain), why{}
}

// mayHave asks the rules in order: the first that leaves nobody speaks. Nothing
// that a decision gives out changes what they say.
func (p *placer) mayHave(r *Run) found {
	s := shape{r.Team, strings.Join(r.Tags, "\x1f"), r.Platform, r.Needs, p.home(r), r.Asks, r.Interruptible}
	f, known := p.fits[s]
	if known {
		return f
	}
	for i := range p.Workers {
		f.left = append(f.left, i)
	}
	for _, rule := range p.rules(r) {
		if f.left = slices.DeleteFunc(f.left, func(i int) bool { return !rule.fits(&p.Workers[i]) }); len(f.left) == 0 {
			f.none = rule.none()
			break
		}
	}
	p.fits[s] = f
	return f
}

func (p *placer) rules(r *Run) []rule {
	return []rule{
		{anyWorker, func() why { return why{"NoWorker", "no worker is registered: start one with weir worker"} }},
		{func(w *Worker) bool { return forTeam(w, r) }, func() why { return why{"NoWorkerForTeam", "every worker there is belongs to another team"} }},
		{func(w *Worker) bool { return hasTags(w, r.Tags) }, func() why {
			return why{"NoWorkerWithTags", fmt.Sprintf("no worker has %s", words("tag", r.Tags))}
		}},
		{func(w *Worker) bool { return hasPlatform(w, r.Platform) }, func() why { return p.noPlatform(r) }},
		{func(w *Worker) bool { return r.Needs == "" || w.ID == r.Needs }, func() why { return why{"NoWorkerWithArtifacts", p.elsewhere(r)} }},
		{func(w *Worker) bool { return r.Asks.within(w.Offers) }, func() why { return p.tooLarge(r) }},
		{func(w *Worker) bool { return p.works(w, r) }, func() why { return p.notRunning(r) }},
		{func(w *Worker) bool { return takes(w, r) }, func() why { return p.refusing(r) }},
	}
}

func anyWorker(*Worker) bool { return true }

func forTeam(w *Worker, r *Run) bool { return w.Team == "" || w.Team == r.Team }

// hasTags: a worker with tags is only for runs that ask for one of them; a run
// with tags needs them all.
func hasTags(w *Worker, tags []string) bool {
	if len(tags) == 0 {
		return len(w.Tags) == 0
	}
	for _, t := range tags {
		if !slices.Contains(w.Tags, t) {
			return false
		}
	}
	return true
}

// works: a worker that lands or retires goes on with the builds that it has, unless
// nobody waits for those.
func (p *placer) works(w *Worker, r *Run) bool {
	switch w.Status {
	case state.WorkerRunning:
		return true
	case state.WorkerLanding, state.WorkerRetiring:
		return !r.Interruptible && (r.Needs == w.ID || p.home(r) == w.ID)
	}
	return false
}

// takes: a worker that refuses new runs goes on with builds whose artifacts it has,
// as what they take up is only given back when they end.
func takes(w *Worker, r *Run) bool { return w.Refuses == "" || w.ID == r.Needs }

// home is the worker that a run's build is at, where the run is bound to it; "":
// none.
func (p *placer) home(r *Run) string {
	if r.Loose || r.Build == "" {
		return ""
	}
	return p.homes[r.Build]
}

// atHome narrows to the build's own worker, where that may have the run at all.
func (p *placer) atHome(r *Run, left []int) []int {
	home := p.home(r)
	if i := slices.IndexFunc(left, func(i int) bool { return p.Workers[i].ID == home }); home != "" && i >= 0 {
		return left[i : i+1]
	}
	return left
}

// best is the worker that the strategies like best: each in turn leaves those that
// it likes most. The last word is the name's.
func (p *placer) best(r *Run, able []int, chain Chain) int {
	for _, l := range chain {
		if len(able) == 1 {
			break
		}
		if l.rank != nil {
			able = least(able, func(i int) int64 { return l.rank(p, r, &p.Workers[i]) })
		}
	}
	return able[0]
}

// least keeps those with the lowest number, in place.
func least(all []int, number func(int) int64) []int {
	low, out := int64(0), all[:0]
	for _, i := range all {
		switch n := number(i); {
		case len(out) == 0 || n < low:
			low, out = n, append(out[:0], i)
		case n == low:
			out = append(out, i)
		}
	}
	return out
}
