package place

// cacheLocality prefers workers with caches of the run's job: where its tasks have
// run before.
func cacheLocality() Strategy {
	return Strategy{
		Name: "cache-locality",
		Does: "the worker that has most of the caches of the run's job",
		rank: func(p *placer, r *Run, w *Worker) int64 { return -int64(p.caches[w.ID][r.Job]) },
		fact: func(p *placer, r *Run, w *Worker) string { return count(p.caches[w.ID][r.Job], "cache") },
	}
}
