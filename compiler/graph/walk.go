package graph

// Children are the steps directly inside a step, hooks included, in the order
// in which they are compiled.
func (s Step) Children() []Step {
	var in []Step
	switch b := s.Body.(type) {
	case Do:
		in = b.Steps
	case Parallel:
		in = b.Steps
	case Try:
		in = b.Steps
	}
	if hooks := s.Hooks.Steps(); len(hooks) > 0 {
		return append(in[:len(in):len(in)], hooks...)
	}
	return in
}

// Steps are the steps of all hooks, in the order of the fields.
func (h Hooks) Steps() []Step {
	var all []Step
	for _, hook := range [][]Step{h.OnSuccess, h.OnFailure, h.OnError, h.OnAbort, h.Ensure} {
		all = append(all, hook...)
	}
	return all
}

// Walk calls f for every step of a job, at any depth and hooks included, each
// before what is inside of it. i counts from 0.
func (j Job) Walk(f func(i int, s Step)) {
	n := 0
	var walk func([]Step)
	walk = func(steps []Step) {
		for _, s := range steps {
			f(n, s)
			n++
			walk(s.Children())
		}
	}
	walk(j.Steps)
	walk(j.Hooks.Steps())
}
