package graph

// Input is one get of a job: a version of a resource that its builds take.
type Input struct {
	Name string
	Get
}

// Inputs are the inputs of a job: each get of its tree, hooks too, in source order.
// Of two with the same name the first counts.
func Inputs(job Job) []Input {
	c := inputs{seen: map[string]bool{}}
	c.steps(job.Steps)
	c.hooks(job.Hooks)
	return c.out
}

type inputs struct {
	seen map[string]bool
	out  []Input
}

func (c *inputs) steps(steps []Step) {
	for _, s := range steps {
		switch b := s.Body.(type) {
		case Get:
			if !c.seen[s.Name] {
				c.seen[s.Name] = true
				c.out = append(c.out, Input{s.Name, b})
			}
		case Do:
			c.steps(b.Steps)
		case Parallel:
			c.steps(b.Steps)
		case Try:
			c.steps(b.Steps)
		}
		c.hooks(s.Hooks)
	}
}

func (c *inputs) hooks(h Hooks) {
	for _, list := range [][]Step{h.OnSuccess, h.OnFailure, h.OnAbort, h.OnError, h.Ensure} {
		c.steps(list)
	}
}
