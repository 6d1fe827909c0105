package reconciler_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state/embedded"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// BenchmarkBuild measures what the reconciler adds to a build of one task: from
// the trigger to the worker's order, and from its report to the end of the build.
//
// Tests run without fsync; WEIR_BENCH_FSYNC=1 measures with it.
func BenchmarkBuild(b *testing.B) {
	w := newWorld(b)
	if os.Getenv("WEIR_BENCH_FSYNC") != "" {
		w, _ = durable(b)
	}
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

// durable is a world on a PostgreSQL of its own, which writes to the disk before a
// commit is one; and the id of its first process.
func durable(b *testing.B) (*world, int) {
	dir, err := os.MkdirTemp("", "weir-bench-")
	if err != nil {
		b.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL's user has to pass through
		b.Fatal(err)
	}
	server, err := embedded.Start(b.Context(), embedded.Options{Dir: filepath.Join(dir, "pg"), Fsync: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Stop(context.Background()); _ = os.RemoveAll(dir) })
	w := &world{TB: b, url: server.URL("weir")}
	w.s = pgtest.Open(b, w.url)
	_, err = w.s.Migrate(b.Context())
	w.ok(err)
	w.team, err = w.s.EnsureTeam(b.Context(), "main")
	w.ok(err)
	return w, server.Pid()
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
