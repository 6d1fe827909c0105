package workerapi_test

import (
	"testing"
	"time"

	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// BenchmarkRun is one run, from its assignment to the row that says how it
// ended: what the protocol and the process runtime take together. The runtime's
// part is in ms/start (from the assignment) and ms/program (to its end).
func BenchmarkRun(b *testing.B) {
	s := newSiteOn(b, pgtest.New(b))
	s.options.Heartbeat = time.Minute
	s.stop()
	s.start()
	s.startAgent("w1")
	queue, cancel := s.hints.Subscribe(postgres.ChannelQueue)
	defer cancel()
	var start, program float64
	for b.Loop() {
		run := s.sh("w1", "echo x")
		for range queue { // told in the transaction of the end
			if scan[string](s, `SELECT status FROM runs WHERE id = $1`, run) == "exited" {
				break
			}
		}
		start += scan[float64](s, `SELECT 1000 * extract(epoch FROM started_at - assigned_at)::float8 FROM runs WHERE id = $1`, run)
		program += scan[float64](s, `SELECT 1000 * extract(epoch FROM ended_at - started_at)::float8 FROM runs WHERE id = $1`, run)
	}
	b.ReportMetric(start/float64(b.N), "ms/start")
	b.ReportMetric(program/float64(b.N), "ms/program")
}
