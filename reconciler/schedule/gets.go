package schedule

import "github.com/weirci/weir/compiler/graph"

// Get is one get of a job.
type Get struct {
	Name string
	graph.Get
}

// Gets are the inputs of a job: each get of its tree, hooks too, in source order.
// Of two with the same name the first counts.
func Gets(job graph.Job) []Get {
	c := collector{seen: map[string]bool{}}
	c.steps(job.Steps)
	c.hooks(job.Hooks)
	return c.out
}

type collector struct {
	seen map[string]bool
	out  []Get
}

func (c *collector) steps(steps []graph.Step) {
	for _, s := range steps {
		switch b := s.Body.(type) {
		case graph.Get:
			if !c.seen[s.Name] {
				c.seen[s.Name] = true
				c.out = append(c.out, Get{s.Name, b})
			}
		case graph.Do:
			c.steps(b.Steps)
		case graph.Parallel:
			c.steps(b.Steps)
		case graph.Try:
			c.steps(b.Steps)
		}
		c.hooks(s.Hooks)
	}
}

func (c *collector) hooks(h graph.Hooks) {
	for _, list := range [][]graph.Step{h.OnSuccess, h.OnFailure, h.OnAbort, h.OnError, h.Ensure} {
		c.steps(list)
	}
}
