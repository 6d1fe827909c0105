package reconciler_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
)

const dueAMinute = 10_000

// BenchmarkChecks has ten thousand resources, each due once in the minute that it
// measures: how late their checks are with their worker, and what PostgreSQL and
// the server (with the worker that the benchmark plays) take of a core for it.
//
//	go test ./reconciler -run '^$' -bench Checks -benchtime 1x
func BenchmarkChecks(b *testing.B) {
	w, postgres := durable(b)
	lags := &lagMeter{due: map[string]time.Time{}}
	worker := func(r run) end { lags.started(r.label("scope")); return end{result: `[{"ref":"1"}]`} }
	s := specs{graph.PipelineAddress: graph.Pipeline{Name: "demo"}}
	for i := range dueAMinute {
		s[graph.Address(fmt.Sprintf("resource.mock.r%d", i))] = graph.Resource{Type: "mock", Source: graph.Map{"n": graph.String(strconv.Itoa(i))}}
	}
	w.apply(s)
	for range b.N {
		lags.begin(w)
		w.worker("w", 64, worker)
		w.server("s")
		_, err := w.s.RequestCheck(b.Context(), "main", w.id("resource.mock.r0"), nil) // the server reads the pipeline once
		w.ok(err)
		time.Sleep(time.Until(lags.from))
		database, own := cpu(postgres), ownCPU()
		time.Sleep(time.Until(lags.from.Add(time.Minute)))
		b.ReportMetric((cpu(postgres)-database).Seconds()/60, "cores-PostgreSQL")
		b.ReportMetric((ownCPU()-own).Seconds()/60, "cores-server+worker")
		time.Sleep(5 * time.Second) // for the late ones
		lags.report(b)
	}
}

// lagMeter knows when scopes were due.
type lagMeter struct {
	from time.Time
	mu   sync.Mutex
	due  map[string]time.Time // of mu
	late []time.Duration      // of mu
}

// begin spreads them over a minute that begins soon.
func (m *lagMeter) begin(w *world) {
	m.from = time.Now().Add(10 * time.Second)
	_, err := w.s.Pool().Exec(w.Context(), `UPDATE scopes s SET check_due_at = $1::timestamptz + n.n * interval '60 seconds' / $2::int
		FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM scopes) n WHERE n.id = s.id`, m.from, dueAMinute)
	w.ok(err)
	_, err = w.s.Pool().Exec(w.Context(), "UPDATE queue q SET due_at = s.check_due_at FROM scopes s WHERE q.key = 'scope/' || s.id")
	w.ok(err)
	rows, err := w.s.Pool().Query(w.Context(), "SELECT id::text, check_due_at FROM scopes")
	w.ok(err)
	defer rows.Close()
	for rows.Next() {
		var id string
		var at time.Time
		w.ok(rows.Scan(&id, &at))
		m.due[id] = at
	}
	w.ok(rows.Err())
}

// started counts the first check of each.
func (m *lagMeter) started(scope string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, ok := m.due[scope]; ok {
		m.late = append(m.late, time.Since(at))
		delete(m.due, scope)
	}
}

func (m *lagMeter) report(b *testing.B) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.due) > 0 {
		b.Errorf("%d resources were not checked", len(m.due))
	}
	slices.Sort(m.late)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(m.late[len(m.late)*p/100].Milliseconds()), fmt.Sprintf("ms-late-p%d", p))
	}
}

// ownCPU is what this process has taken.
func ownCPU() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// cpu is what a process and all that it started have taken.
func cpu(pid int) time.Duration {
	const tick = 10 * time.Millisecond
	var sum time.Duration
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range all {
		text, err := os.ReadFile(path)
		_, rest, ok := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest)
		if err != nil || !ok || len(fields) < 15 {
			continue
		}
		if own := filepath.Base(filepath.Dir(path)) == strconv.Itoa(pid); own || fields[1] == strconv.Itoa(pid) {
			for _, f := range fields[11:15] { // utime, stime, and those of children that have ended
				n, _ := strconv.Atoi(f)
				sum += time.Duration(n) * tick
			}
		}
	}
	return sum
}
