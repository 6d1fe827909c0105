package reconciler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// BenchmarkBuild measures what the reconciler adds to a build of one task: from
// the trigger to the worker's order, and from its report to the end of the build.
func BenchmarkBuild(b *testing.B) {
	w := newWorld(b)
	at := make(chan time.Time, 1)
	w.worker("w1", 64, func(r run) end {
		if r.label("step") == "test" {
			at <- time.Now()
		}
		return end{}
	})
	w.server("s1")
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{task("test")}}}))
	id := w.id("job.unit")
	listener, err := w.s.Listen(b.Context())
	w.ok(err)
	b.Cleanup(listener.Close)
	changed, _ := listener.Subscribe("weir_build")
	time.Sleep(200 * time.Millisecond)
	var start, finish time.Duration
	b.ResetTimer()
	for range b.N {
		began := time.Now()
		build, err := w.s.Trigger(b.Context(), "main", id, "ann")
		w.ok(err)
		ran := <-at
		start += ran.Sub(began)
		for w.query("SELECT status FROM builds WHERE id = $1", build) == "running" {
			<-changed
		}
		finish += time.Since(ran)
	}
	b.ReportMetric(float64(start.Microseconds())/float64(b.N)/1000, "ms-to-order")
	b.ReportMetric(float64(finish.Microseconds())/float64(b.N)/1000, "ms-to-end")
}

// BenchmarkThroughput measures how many such builds are done in a second when all
// are queued at once.
func BenchmarkThroughput(b *testing.B) {
	w := newWorld(b)
	w.worker("w1", 16, func(run) end { return end{} })
	w.server("s1")
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{task("test")}}}))
	id := w.id("job.unit")
	b.ResetTimer()
	for range b.N {
		_, err := w.s.Trigger(b.Context(), "main", id, "ann")
		w.ok(err)
	}
	want := fmt.Sprint(b.N)
	for w.query("SELECT count(*)::text FROM builds WHERE status = 'succeeded'") != want {
		time.Sleep(5 * time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "builds/s")
}
