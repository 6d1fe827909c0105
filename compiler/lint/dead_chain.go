package lint

import (
	"fmt"
	"maps"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

func deadChain() Rule {
	return Rule{Code: diag.DeadChain, Severity: diag.Warning, Summary: "No version comes through",
		Why: "Each job of the chain gets the resource, so it compiles; but one of them never runs, or two of them are held to different versions.",
		Fix: "Let the job before start, or let the get steps of the chain take the same version.",
		check: func(p *pass, out report) {
			c := newChain(p)
			for _, j := range p.jobs {
				for _, s := range j.steps {
					if g, ok := s.Body.(graph.Get); ok && len(g.Passed) > 0 {
						c.link(s, g, out)
					}
				}
			}
		}}
}

// chain knows of every job whether it ever runs and which version of a resource
// it is held to.
type chain struct {
	pass  *pass
	jobs  map[graph.Address]*job
	pins  map[link]map[string]string
	alive map[graph.Address]bool
}

func newChain(p *pass) *chain {
	c := &chain{pass: p, jobs: map[graph.Address]*job{}, pins: map[link]map[string]string{}, alive: map[graph.Address]bool{}}
	for _, j := range p.jobs {
		c.jobs[j.address] = j
		for _, s := range j.steps {
			if g, ok := s.Body.(graph.Get); ok && len(g.Version) > 0 {
				c.pins[link{j.address, g.Resource}] = g.Version
			}
		}
	}
	return c
}

// runs says whether anything ever starts a job: itself, and, where only versions
// that passed other jobs do, those.
func (c *chain) runs(a graph.Address) bool {
	if known, ok := c.alive[a]; ok {
		return known
	}
	c.alive[a] = true // passed has no cycles, so nobody asks meanwhile
	j := c.jobs[a]
	ok := j == nil || j.starts()
	if j != nil {
		for _, s := range j.steps {
			g, _ := s.Body.(graph.Get)
			for _, before := range g.Passed {
				ok = c.runs(before) && ok
			}
		}
	}
	c.alive[a] = ok
	return ok
}

func (c *chain) link(s step, g graph.Get, out report) {
	held, by := g.Version, graph.Address("")
	for _, before := range g.Passed {
		if !c.runs(before) {
			out(diag.Diagnostic{Range: passedRange(s),
				Detail:  fmt.Sprintf("%s never runs, so no version of %s passes it.", before, g.Resource),
				Related: []diag.Related{{Message: "the job", Range: c.jobs[before].at}}})
		}
		pin := c.pins[link{before, g.Resource}]
		if len(pin) == 0 {
			continue
		}
		if conflict(held, pin) {
			out(diag.Diagnostic{Range: passedRange(s),
				Detail:  fmt.Sprintf("%s takes only one version of %s, and %s only another.", before, g.Resource, other(by)),
				Related: []diag.Related{{Message: "the job", Range: c.jobs[before].at}}})
		}
		held, by = merged(held, pin), before
	}
}

func other(by graph.Address) string {
	if by == "" {
		return "this step"
	}
	return string(by)
}

// conflict says whether no version can have the keys of both.
func conflict(a, b map[string]string) bool {
	for k, v := range a {
		if w, ok := b[k]; ok && v != w {
			return true
		}
	}
	return false
}

func merged(a, b map[string]string) map[string]string {
	out := maps.Clone(b)
	maps.Copy(out, a)
	return out
}

func passedRange(s step) diag.Range {
	if g, ok := s.written.Body.(*config.Get); ok && g.Passed != nil {
		return g.Passed.Range()
	}
	return s.written.Range
}
