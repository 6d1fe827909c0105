package lint

import (
	"sync"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// pass is one run over one pipeline: what several rules need, found once. The
// rules read it at the same time.
type pass struct {
	Input
	jobs    []*job
	written *survey
	words   func() map[string]int // in the texts of CUE, counted once
}

// job is a compiled job.
type job struct {
	address graph.Address
	spec    graph.Job
	at      diag.Range
	steps   []step // in the order of graph.Walk
}

// step is a compiled step and the step that it was written as.
type step struct {
	graph.Step
	written *config.Step
}

func newPass(in Input) *pass {
	p := &pass{Input: in, written: look(in.Config), words: sync.OnceValue(func() map[string]int { return words(in.Sources) })}
	for _, n := range in.Graph.Nodes() {
		o := in.Origins[n.Address]
		p.written.look(o.Module, o.Within)
	}
	for _, n := range in.Graph.Nodes() {
		if spec, ok := n.Spec.(graph.Job); ok {
			p.jobs = append(p.jobs, newJob(n.Address, spec, in.Origins[n.Address]))
		}
	}
	return p
}

func newJob(a graph.Address, spec graph.Job, from compiler.Origin) *job {
	j := &job{address: a, spec: spec, at: from.Range, steps: make([]step, 0, len(from.Steps))}
	spec.Walk(func(i int, s graph.Step) {
		one := step{Step: s, written: &config.Step{Range: from.Range}}
		if i < len(from.Steps) {
			one.written = from.Steps[i]
		}
		j.steps = append(j.steps, one)
	})
	return j
}

// tasks calls f for every task step, with what was written for it.
func (p *pass) tasks(f func(j *job, s step, t graph.Task)) {
	for _, j := range p.jobs {
		for _, s := range j.steps {
			if t, ok := s.Body.(graph.Task); ok {
				f(j, s, t)
			}
		}
	}
}

// taskField is where a field of a task is written: in the step, in the shared
// task that it uses, or nowhere that is known; then it is the step itself.
func (p *pass) taskField(s step, field func(*config.Task) config.Expr) diag.Range {
	own, ok := s.written.Body.(*config.Task)
	if !ok {
		return s.written.Range
	}
	if e := field(own); e != nil {
		return p.written.definition(e)
	}
	if shared := p.written.shared(own.Uses); shared != nil {
		if e := field(&shared.Task); e != nil {
			return p.written.definition(e)
		}
	}
	return s.written.Range
}
