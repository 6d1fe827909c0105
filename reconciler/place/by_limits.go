package place

import "fmt"

// limitActiveContainers leaves out workers that run as much: every run has one
// container.
func limitActiveContainers() Strategy {
	return Strategy{
		Name: "limit-active-containers", Takes: "containers",
		Does:  "none that runs as many steps and checks",
		limit: func(_ *placer, _ *Run, w *Worker, n int) bool { return w.InFlight >= n },
		fact:  func(_ *placer, _ *Run, w *Worker) string { return count(w.InFlight, "container") },
	}
}

// limitActiveVolumes leaves out workers that have as many volumes, but for builds
// that have artifacts there: those end, and theirs go.
func limitActiveVolumes() Strategy {
	return Strategy{
		Name: "limit-active-volumes", Takes: "volumes",
		Does:  "none that has as many artifacts and caches, but for builds whose artifacts it has",
		limit: func(_ *placer, r *Run, w *Worker, n int) bool { return w.Busy.Volumes >= n && r.Needs != w.ID },
		fact:  func(_ *placer, _ *Run, w *Worker) string { return count(w.Busy.Volumes, "volume") },
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
