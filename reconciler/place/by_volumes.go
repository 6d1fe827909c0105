package place

// volumeLocality prefers the worker that has what the run's build has made so far. A
// run that takes artifacts, or leaves some, is bound to it anyway, as artifacts do
// not move: this is about the others.
func volumeLocality() Strategy {
	there := func(p *placer, r *Run, w *Worker) bool { return r.Build != "" && p.homes[r.Build] == w.ID }
	return Strategy{
		Name: "volume-locality",
		Does: "the worker that has the artifacts of the run's build",
		rank: func(p *placer, r *Run, w *Worker) int64 {
			if there(p, r, w) {
				return 0
			}
			return 1
		},
		fact: func(p *placer, r *Run, w *Worker) string {
			if there(p, r, w) {
				return "its build is here"
			}
			return "nothing of its build"
		},
	}
}
