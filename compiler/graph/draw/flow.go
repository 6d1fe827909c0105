package draw

import (
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// flow is the part of a graph that drawings show.
type flow struct {
	pipeline  string
	resources []graph.Address
	jobs      []job
}

// job is a job with what it takes and makes, in the order of its steps.
type job struct {
	address graph.Address
	takes   []take
	makes   []graph.Address
}

// take is one get step.
type take struct {
	resource graph.Address
	passed   []graph.Address
	trigger  bool
}

func flowOf(g *graph.Graph) flow {
	f := flow{pipeline: g.Pipeline().Name}
	for _, n := range g.Nodes() {
		switch s := n.Spec.(type) {
		case graph.Resource:
			f.resources = append(f.resources, n.Address)
		case graph.Job:
			j := job{address: n.Address}
			j.steps(s.Steps)
			j.hooks(s.Hooks)
			f.jobs = append(f.jobs, j)
		}
	}
	return f
}

func (j *job) steps(steps []graph.Step) {
	for _, s := range steps {
		switch b := s.Body.(type) {
		case graph.Get:
			j.takes = append(j.takes, take{resource: b.Resource, passed: b.Passed, trigger: b.Trigger})
		case graph.Put:
			if !slices.Contains(j.makes, b.Resource) {
				j.makes = append(j.makes, b.Resource)
			}
		case graph.Do:
			j.steps(b.Steps)
		case graph.Parallel:
			j.steps(b.Steps)
		case graph.Try:
			j.steps(b.Steps)
		}
		j.hooks(s.Hooks)
	}
}

func (j *job) hooks(h graph.Hooks) {
	for _, steps := range [][]graph.Step{h.OnSuccess, h.OnFailure, h.OnError, h.OnAbort, h.Ensure} {
		j.steps(steps)
	}
}

// line is one arrow of a drawing.
type line struct {
	from, to graph.Address
	label    string
	trigger  bool
}

// lines are all arrows, those of a job by the order of its steps.
func (f flow) lines() []line {
	var out []line
	for _, j := range f.jobs {
		out = append(out, j.lines()...)
	}
	return out
}

// lines are the arrows that a job causes: all that end at it, and those to
// what it makes. Arrows that would lie upon one another are one.
func (j job) lines() []line {
	var out []line
	add := func(l line) {
		for i := range out {
			if o := &out[i]; o.from == l.from && o.to == l.to && o.label == l.label {
				o.trigger = o.trigger || l.trigger
				return
			}
		}
		out = append(out, l)
	}
	for _, t := range j.takes {
		if len(t.passed) == 0 {
			add(line{from: t.resource, to: j.address, trigger: t.trigger})
		}
		for _, p := range t.passed {
			add(line{from: p, to: j.address, label: short(t.resource), trigger: t.trigger})
		}
	}
	for _, m := range j.makes {
		add(line{from: j.address, to: m})
	}
	return out
}

// short is an address without its kind: git.app, unit.
func short(a graph.Address) string {
	_, rest, _ := strings.Cut(string(a.Local()), ".")
	if m := a.Module(); m != "" {
		return string(m) + "." + rest
	}
	return rest
}
