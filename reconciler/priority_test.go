package reconciler_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

// What waits for a worker, or for a serial group, goes by the priority of its job, and
// within that by when it was asked for: from what was applied to what runs.
func TestPrioritiesReachTheWorkersAndTheGroups(t *testing.T) {
	job := func(priority int64, groups ...string) graph.Job {
		return graph.Job{Priority: priority, SerialGroups: groups, Steps: []graph.Step{task("t")}}
	}
	w := newWorld(t)
	w.apply(pipeline(specs{"job.low": job(-1), "job.usual": job(0), "job.urgent": job(9), "job.x": job(0, "g"), "job.y": job(1, "g"), "job.z": job(1, "g")}))
	w.server("s")
	running := func(address graph.Address) {
		_, err := w.s.Trigger(t.Context(), "main", w.id(address), "ann")
		w.ok(err)
		w.await("1", func() string {
			return w.query("SELECT count(*)::text FROM runs r JOIN builds b ON b.id = r.build_id WHERE b.job_id = $1 AND r.status = 'unplaced'", w.id(address))
		})
	}
	for _, a := range []graph.Address{"job.low", "job.usual", "job.urgent", "job.z"} { // nothing has a worker yet
		running(a)
	}
	for _, a := range []graph.Address{"job.x", "job.y"} { // and these wait for job.z
		id, err := w.s.Trigger(t.Context(), "main", w.id(a), "ann")
		w.ok(err)
		w.await("SerialGroup", func() string {
			return w.query("SELECT coalesce((SELECT reason FROM conditions WHERE subject = 'build/' || $1), '')", id)
		})
	}
	worker := w.worker("w", 1, func(run) end { return end{} })
	w.await("6", func() string { return w.query("SELECT count(*)::text FROM builds WHERE status = 'succeeded'") })
	order := strings.Fields(worker.order())
	at := func(job string) int { return slices.Index(order, job+":t") }
	for _, c := range [][2]string{{"urgent", "z"}, {"z", "usual"}, {"usual", "low"}, {"z", "y"}, {"y", "x"}} {
		if at(c[0]) > at(c[1]) {
			t.Errorf("%s runs before %s: %v", c[1], c[0], order)
		}
	}
}
