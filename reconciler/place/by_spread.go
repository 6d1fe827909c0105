package place

import "fmt"

// spread prefers the worker that runs the fewest steps of the run's build, and then
// of its job: steps that run at once, as far as they are not bound to artifacts, and
// the builds of a job go to different workers.
func spread() Strategy {
	const manyRuns = 1 << 20
	return Strategy{
		Name: "spread",
		Does: "the worker that runs the fewest steps of the run's build, and then of its job",
		rank: func(p *placer, r *Run, w *Worker) int64 {
			return int64(p.open[w.ID][r.Build])*manyRuns + int64(p.open[w.ID][r.Job])
		},
		fact: func(p *placer, r *Run, w *Worker) string {
			return fmt.Sprintf("%d of its build, %d of its job", p.open[w.ID][r.Build], p.open[w.ID][r.Job])
		},
	}
}
