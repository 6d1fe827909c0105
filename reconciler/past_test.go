package reconciler_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/state"
)

// fanIn is a pipeline of jobs whose builds all take the same resources, and one job,
// job.ship, that takes what passed all of them.
func fanIn(jobs, resources int) specs {
	out := specs{graph.PipelineAddress: graph.Pipeline{Name: "demo"}}
	var upstream []graph.Address
	for j := range jobs {
		upstream = append(upstream, graph.Address(fmt.Sprintf("job.j%02d", j)))
	}
	var gets, passed []graph.Step
	for r := range resources {
		name := fmt.Sprintf("r%02d", r)
		a := graph.ResourceAddress("mock", name)
		out[a] = graph.Resource{Type: "mock", CheckNever: true, Source: graph.Map{"x": graph.String(name)}}
		gets = append(gets, graph.Step{Name: name, Body: graph.Get{Resource: a}})
		passed = append(passed, graph.Step{Name: name, Body: graph.Get{Resource: a, Trigger: true, Passed: upstream}})
	}
	for _, j := range upstream {
		out[j] = graph.Job{Steps: gets}
	}
	out["job.ship"] = graph.Job{Steps: passed}
	return out
}

// remember writes a past for it: so many builds of each job upstream. Each tick has a
// version of every resource; of ten resources three change with each tick, three
// with every tenth, and the others with every hundredth. A build takes what there is
// at its tick; ends says how it ends, in SQL, by its job j and number n.
func (w *world) remember(builds int, ends string) {
	w.Helper()
	w.exec(`SET session_replication_role = replica;
		INSERT INTO versions (scope_id, version, digest, check_order)
		SELECT r.scope_id, jsonb_build_object('ref', lpad(n::text, 6, '0')), n::text, n FROM resources r, generate_series(1, ` + fmt.Sprint(builds) + `) n;
		INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, started_at, ended_at)
		SELECT gen_random_uuid(), p.team_id, p.id, o.id, n, 1, ` + ends + `, 'version', now(), now()
		FROM pipelines p, (SELECT *, coalesce(substring(address FROM '[0-9]+$')::int, 0) AS j FROM objects WHERE address LIKE 'job.j%') o, generate_series(1, ` + fmt.Sprint(builds) + `) n;
		INSERT INTO build_inputs (build_id, name, resource_id, version_id)
		SELECT b.id, substr(r.address, 15), r.id, v.id
		FROM builds b CROSS JOIN (SELECT o.id, o.address, s.scope_id, coalesce(substring(o.address FROM '[0-9]+$')::int, 0) AS i FROM objects o JOIN resources s ON s.object_id = o.id) r
		JOIN versions v ON v.scope_id = r.scope_id AND v.check_order = b.number - CASE WHEN i < 3 THEN 0 WHEN i < 6 THEN least(b.number - 1, b.number % 10) ELSE least(b.number - 1, b.number % 100) END;
		INSERT INTO passages (build_id, resource_id, version_id, job_id, number)
		SELECT b.id, i.resource_id, i.version_id, b.job_id, b.number FROM builds b JOIN build_inputs i ON i.build_id = b.id WHERE b.status = 'succeeded';
		INSERT INTO passed_versions (resource_id, version_id, jobs) SELECT resource_id, version_id, array_agg(DISTINCT job_id) FROM passages GROUP BY resource_id, version_id;
		UPDATE objects SET next_number = ` + fmt.Sprint(builds+1) + ` WHERE address LIKE 'job.j%';
		SET session_replication_role = origin`)
	w.exec("ANALYZE")
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.s.Pool().Exec(w.Context(), sql, args...)
	w.ok(err)
}

// decide has a job decided once by a server of its own, and says how long it took.
func (w *world) decide(r *reconciler.Reconciler, job graph.Address) time.Duration {
	w.Helper()
	w.exec("DELETE FROM queue")
	w.ok(w.s.Enqueue(w.Context(), state.JobKey(w.id(job))))
	claims, err := w.s.Claim(w.Context(), "bench", 1, time.Minute)
	w.ok(err)
	began := time.Now()
	r.Handle(w.Context(), claims[0])
	return time.Since(began)
}

func (w *world) reconciler() *reconciler.Reconciler {
	return reconciler.New(w.s, reconciler.Options{Holder: "bench", Now: time.Now, Rand: rand.Float64, NewID: uuid.NewString, Eval: deferred.Eval})
}

// shipped is what the newest build of job.ship took.
func (w *world) shipped() string {
	return w.query(`SELECT string_agg(v.version ->> 'ref', ' ' ORDER BY i.name) FROM builds b JOIN build_inputs i ON i.build_id = b.id JOIN versions v ON v.id = i.version_id
		WHERE b.id = (SELECT b.id FROM builds b JOIN objects o ON o.id = b.job_id AND o.address = 'job.ship' ORDER BY b.number DESC LIMIT 1)`)
}

// A job takes what passed together however long ago that is.
func TestWhatPassedLongAgoIsFound(t *testing.T) {
	for name, c := range map[string]struct{ ends, want string }{
		"the newest that no job upstream failed":      {"CASE WHEN n > 480 - j THEN 'failed' ELSE 'succeeded' END", "000478 000478 000478 000470"},
		"one was last green three hundred builds ago": {"CASE WHEN j = 1 AND n > 123 THEN 'failed' ELSE 'succeeded' END", "000123 000123 000123 000120"},
		"they were green by turns, once together":     {"CASE WHEN n % 3 = j AND n <> 7 THEN 'failed' ELSE 'succeeded' END", "000007 000007 000007 000001"},
		"never together": {"CASE WHEN n % 3 = j THEN 'failed' ELSE 'succeeded' END", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.apply(fanIn(3, 4))
			w.remember(500, c.ends)
			w.decide(w.reconciler(), "job.ship")
			if got := w.query("SELECT coalesce((SELECT string_agg(job_id::text, '') FROM builds b JOIN objects o ON o.id = b.job_id WHERE o.address = 'job.ship'), '')"); got == "" && c.want == "" {
				return
			}
			if got := w.shipped(); got != c.want {
				t.Errorf("it took %s, want %s", got, c.want)
			}
		})
	}
}

// BenchmarkInputs is a whole decision about a job with ten inputs that passed twenty
// jobs, from the snapshot to the commit, by the builds that each of those has had.
func BenchmarkInputs(b *testing.B) {
	for _, c := range []struct{ name, ends string }{
		{"one build in twenty fails", "CASE WHEN hashint8(n * 1000 + j) % 20 = 0 THEN 'failed' ELSE 'succeeded' END"},
		{"one build in three fails", "CASE WHEN hashint8(n * 1000 + j) % 3 = 0 THEN 'failed' ELSE 'succeeded' END"},
		{"one job fails for a hundred builds", "CASE WHEN j = 7 AND n > max - 100 THEN 'failed' ELSE 'succeeded' END"},
		{"one job fails for half of its builds", "CASE WHEN j = 7 AND n > max / 2 THEN 'failed' ELSE 'succeeded' END"},
	} {
		for _, builds := range sizes() {
			b.Run(fmt.Sprintf("%s/%d", c.name, builds), func(b *testing.B) {
				w := newWorld(b)
				w.apply(fanIn(20, 10))
				w.remember(builds, strings.ReplaceAll(c.ends, "max", fmt.Sprint(builds)))
				r := w.reconciler()
				for range 20 {
					w.decide(r, "job.ship")
				}
				var took []time.Duration
				for b.Loop() {
					took = append(took, w.decide(r, "job.ship"))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[0].Microseconds())/1000, "ms-least")
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
			})
		}
	}
}

// sizes are how many builds each job upstream has had: WEIR_PAST, or two sizes.
func sizes() []int {
	if n, err := strconv.Atoi(os.Getenv("WEIR_PAST")); err == nil {
		return []int{n}
	}
	return []int{100, 1000}
}
