package place

// fewestBuildContainers prefers the worker with the fewest containers of builds.
// Those of checks do not count: they are short.
func fewestBuildContainers() Strategy {
	return Strategy{
		Name: "fewest-build-containers",
		Does: "the worker that runs the fewest steps of builds",
		rank: func(_ *placer, _ *Run, w *Worker) int64 { return int64(w.Busy.Builds) },
		fact: func(_ *placer, _ *Run, w *Worker) string { return count(w.Busy.Builds, "container") + " of builds" },
	}
}
