package reconciler_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/reconciler/gc"
	"github.com/weirci/weir/state"
)

// past is a build that has been, with one run, its log and an input.
type past struct {
	number int64
	status string
	age    int // days
	held   string
}

// history writes builds as rows.
func (w *world) history(job string, builds []past) {
	w.Helper()
	var batch pgx.Batch // one transaction
	for _, b := range builds {
		ended := b.status != "running"
		batch.Queue(`WITH b AS (
				INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, started_at, ended_at)
				SELECT gen_random_uuid(), p.team_id, p.id, o.id, $2, 1, $3, 'version', now(), CASE WHEN $4 THEN now() - $5::int * interval '1 day' END
				FROM objects o JOIN pipelines p ON p.id = o.pipeline_id WHERE o.address = $1 RETURNING id, job_id
			), v AS (
				INSERT INTO versions (scope_id, version, digest, check_order) SELECT id, '{}', $2::bigint || ' ' || random(), $2 FROM scopes LIMIT 1 RETURNING id
			), i AS (
				INSERT INTO build_inputs (build_id, name, resource_id, version_id)
				SELECT b.id, 'app', o.id, v.id FROM b, v, objects o WHERE o.kind = 'resource' LIMIT 1
			)
			INSERT INTO runs (id, team_id, build_id, step_path, kind, task, status, log_offset, ended_at)
			SELECT gen_random_uuid(), $6, b.id, '0', 'task', '', 'exited', 10, now() FROM b`, job, b.number, b.status, ended, b.age, w.team)
	}
	batch.Queue(`INSERT INTO steps (build_id, path, ord, kind, name, status) SELECT b.id, '0', 0, 'task', 't', 'succeeded' FROM builds b WHERE reaped_at IS NULL ON CONFLICT DO NOTHING`)
	batch.Queue(`INSERT INTO log_chunks (run_id, offset_from, offset_to, records) SELECT id, 0, 10, '' FROM runs ON CONFLICT DO NOTHING`)
	for _, b := range builds {
		switch b.held {
		case "container":
			batch.Queue(`INSERT INTO containers (run_id, worker_id, status) SELECT r.id, (SELECT id FROM workers LIMIT 1), 'created' FROM runs r JOIN builds b ON b.id = r.build_id WHERE b.number = $1`, b.number)
		case "artifact":
			batch.Queue(`INSERT INTO artifacts (build_id, name, run_id, worker_id, volume) SELECT b.id, 'a', r.id, (SELECT id FROM workers LIMIT 1), 'v' FROM runs r JOIN builds b ON b.id = r.build_id WHERE b.number = $1`, b.number)
		case "another's artifact":
			batch.Queue(`INSERT INTO artifacts (build_id, name, run_id, worker_id, volume) SELECT (SELECT id FROM builds WHERE status = 'running'), 'of ' || $1::bigint, r.id, (SELECT id FROM workers LIMIT 1), 'v'
				FROM runs r JOIN builds b ON b.id = r.build_id WHERE b.number = $1`, b.number)
		}
	}
	w.ok(w.s.Pool().SendBatch(w.Context(), &batch).Close())
}

// list is a column, sorted as text.
func (w *world) list(sql string, args ...any) []string {
	w.Helper()
	var out []string
	w.ok(w.s.Pool().QueryRow(w.Context(), "SELECT coalesce(array_agg(x::text ORDER BY x::text COLLATE \"C\"), '{}') FROM ("+sql+") q(x)", args...).Scan(&out))
	return out
}

// retain looks at the history until there is nothing to do.
func (w *world) retain(keep gc.Retention) {
	w.Helper()
	r := reconciler.New(w.s, reconciler.Options{Holder: "test", Now: time.Now, Rand: rand.Float64, NewID: uuid.NewString, Retention: &keep, RetainEvery: time.Hour})
	for range 100 {
		w.ok(w.s.Enqueue(w.Context(), state.KeyRetention))
		claims, err := w.s.Claim(w.Context(), "test", 1, time.Minute)
		w.ok(err)
		if len(claims) != 1 {
			w.Fatalf("claims %v", claims)
		}
		r.Handle(w.Context(), claims[0])
		if n := w.list("SELECT count(*) FROM queue WHERE due_at <= now()"); n[0] == "0" {
			return
		}
	}
	w.Fatal("it never ends")
}

// orphans says which rows hang from nothing.
func (w *world) orphans() []string {
	w.Helper()
	var out []string
	for name, sql := range map[string]string{
		"log of no run":               "SELECT run_id FROM log_chunks WHERE run_id NOT IN (SELECT id FROM runs)",
		"run of no build":             "SELECT id FROM runs WHERE build_id IS NOT NULL AND build_id NOT IN (SELECT id FROM builds)",
		"step of no build":            "SELECT path FROM steps WHERE build_id NOT IN (SELECT id FROM builds)",
		"container of no run":         "SELECT run_id FROM containers WHERE run_id NOT IN (SELECT id FROM runs)",
		"artifact of no run":          "SELECT name FROM artifacts WHERE run_id NOT IN (SELECT id FROM runs)",
		"input of no build":           "SELECT name FROM build_inputs WHERE build_id NOT IN (SELECT id FROM builds)",
		"volume of a build that went": "SELECT handle FROM volumes WHERE build_id IS NOT NULL AND build_id NOT IN (SELECT id FROM builds)",
		"half a build":                "SELECT b.id FROM builds b WHERE (b.reaped_at IS NULL) <> EXISTS (SELECT 1 FROM steps s WHERE s.build_id = b.id)",
		"runs of a reaped build":      "SELECT b.id FROM builds b JOIN runs r ON r.build_id = b.id WHERE b.reaped_at IS NOT NULL",
	} {
		for _, x := range w.list(sql) {
			out = append(out, name+": "+x)
		}
	}
	return out
}

func kept(r graph.Retention) specs {
	return pipeline(specs{"job.unit": graph.Job{Retention: r, Steps: []graph.Step{get()}}})
}

// Whatever the history and the rules: what a rule keeps, or somebody needs, is whole
// after it, all else is reaped, and nothing hangs in the air.
func TestRetentionKeepsWhatRulesKeep(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 6 {
		w := newWorld(t)
		rule := gc.Rule{Builds: rng.IntN(6), Days: rng.IntN(6), Succeeded: rng.IntN(4)}
		w.apply(kept(graph.Retention{Builds: int64(rule.Builds), Days: int64(rule.Days), MinimumSucceeded: int64(rule.Succeeded)}))
		w.exec("DELETE FROM queue")
		w.exec(`INSERT INTO workers (id, name, status, key_hash, runtime, platform, capacity, version) VALUES (gen_random_uuid(), 'w', 'running', '', '', '', 1, '')`)
		var builds []past
		for n := range 30 {
			b := past{number: int64(n + 1), status: []string{"succeeded", "failed", "errored", "aborted"}[rng.IntN(4)], age: rng.IntN(12)}
			if rng.IntN(5) == 0 {
				b.held = []string{"container", "artifact", "another's artifact"}[rng.IntN(3)]
			}
			builds = append(builds, b)
		}
		builds = append(builds, past{number: 31, status: "running"})
		w.history("job.unit", builds)
		w.retain(gc.Retention{Default: gc.Rule{}, History: 1000 * 24 * time.Hour})
		var want []string
		succeeded := 0
		for i, b := range slices.Backward(builds) {
			place := len(builds) - 1 - i
			ok := b.status == "succeeded"
			kept := rule.All() || b.status == "running" || b.held != "" || place < rule.Builds || rule.Days > 0 && b.age < rule.Days || ok && succeeded < rule.Succeeded
			if ok {
				succeeded++
			}
			if kept {
				want = append(want, w.list("SELECT id FROM builds WHERE number = $1", b.number)...)
			}
		}
		slices.Sort(want)
		if got := w.list("SELECT id FROM builds WHERE reaped_at IS NULL"); !slices.Equal(got, want) {
			t.Errorf("%+v: %d builds are whole, not %d", rule, len(got), len(want))
		}
		if o := w.orphans(); len(o) > 0 {
			t.Errorf("%+v: %s", rule, strings.Join(o, "\n"))
		}
		counted, err := w.s.Collected(t.Context())
		w.ok(err)
		if n := int64(len(builds) - len(want)); counted["build"] != n || counted["run"] != n || counted["log_byte"] != 10*n {
			t.Errorf("%d went, and were counted as %v", n, counted)
		}
	}
}

// The rows of builds go long after their logs. What they took stays taken, so that
// no version gets a second build; what passed only with them has not passed.
func TestRowsOfOldBuildsGo(t *testing.T) {
	w := newWorld(t)
	w.apply(kept(graph.Retention{Builds: 1}))
	w.exec("DELETE FROM queue")
	var builds []past
	for n := range gc.LeastHistory + 150 {
		builds = append(builds, past{number: int64(n + 1), status: "failed", age: 400})
	}
	builds[0].status = "succeeded" // the newest that succeeded: passed may need it
	w.exec(`INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, ended_at, reaped_at)
		SELECT gen_random_uuid(), p.team_id, p.id, o.id, n, 1, 'failed', 'version', now() - interval '400 days', now() FROM objects o JOIN pipelines p ON p.id = o.pipeline_id, generate_series(100, ` + fmt.Sprint(len(builds)) + `) n
		WHERE o.address = 'job.unit'`)
	w.history("job.unit", builds[:99])
	w.exec("UPDATE builds SET status = 'succeeded' WHERE number = 50")
	w.exec(`INSERT INTO passages (build_id, resource_id, version_id, job_id, number)
		SELECT i.build_id, i.resource_id, i.version_id, b.job_id, b.number FROM build_inputs i JOIN builds b ON b.id = i.build_id WHERE b.number IN (1, 50)`)
	w.exec("INSERT INTO passed_versions (resource_id, version_id, jobs) SELECT resource_id, version_id, ARRAY[job_id] FROM passages")
	w.exec("INSERT INTO used_versions (job_id, name, version_id) SELECT b.job_id, i.name, i.version_id FROM build_inputs i JOIN builds b ON b.id = i.build_id")
	w.exec("UPDATE builds SET status = 'failed' WHERE number = 50") // so that it goes
	taken := w.list("SELECT i.version_id FROM build_inputs i JOIN builds b ON b.id = i.build_id WHERE b.number BETWEEN 2 AND 99")
	w.retain(gc.Retention{History: 365 * 24 * time.Hour}) // reaps what is whole
	w.retain(gc.Retention{History: 365 * 24 * time.Hour}) // and then its rows may go
	left := w.list("SELECT number FROM builds")
	slices.SortFunc(left, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	if len(left) != gc.LeastHistory+1 || left[0] != "1" || left[1] != "151" {
		t.Errorf("%d rows are left, from %v on", len(left), left[:min(3, len(left))])
	}
	if o := w.orphans(); len(o) > 0 {
		t.Errorf("%v", o)
	}
	if got := w.list("SELECT version_id FROM used_versions WHERE version_id = ANY ($1::bigint[])", taken); !slices.Equal(got, taken) {
		t.Errorf("%d versions are known as taken, not %d", len(got), len(taken))
	}
	passed := w.list("SELECT version_id FROM passed_versions WHERE jobs <> '{}'")
	if still := w.list("SELECT DISTINCT version_id FROM passages"); !slices.Equal(passed, still) || len(still) != 1 {
		t.Errorf("%d versions passed, and of %d somebody knows with what", len(passed), len(still))
	}
}

// The artifacts of a build that failed stay to be gone on from, until a newer build
// of its job has ended.
func TestArtifactsOfAFailureStayUntilANewerBuild(t *testing.T) {
	w := newWorld(t)
	w.worker("w1", 4, func(r run) end { return end{code: map[string]int32{"b": 1}[r.label("step")]} })
	w.server("s1", func(o *reconciler.Options) {
		o.Keep = gc.Keep{Ended: 20 * time.Millisecond, Failed: time.Hour, Worker: time.Hour, Cache: time.Hour, Loose: time.Hour}
	})
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{
		{Name: "a", Body: graph.Task{Image: "oci:x", Outputs: []string{"out"}, Caches: []string{"/c"}}}, task("b"),
	}}}))
	volumes := func() string {
		return w.query(`SELECT coalesce(string_agg('#' || b.number || ' ' || v.kind, ', ' ORDER BY b.number), '') FROM volumes v JOIN builds b ON b.id = v.build_id WHERE v.status <> 'destroying'`)
	}
	caches := func() string {
		return w.query("SELECT count(*)::text FROM volumes WHERE kind = 'cache' AND status <> 'destroying'")
	}
	collect := func() { w.ok(w.s.Enqueue(w.Context(), state.KeyGC)) }
	w.trigger("job.unit")
	w.await("unit#1 failed", w.builds)
	w.trigger("job.unit")
	w.await("unit#1 failed, unit#2 failed", w.builds)
	collect()
	w.await("#2 output", volumes)
	w.exec("UPDATE builds SET ended_at = ended_at - interval '1 hour'")
	collect()
	w.await("", volumes)
	if got := caches(); got != "1" {
		t.Errorf("%s caches", got)
	}
	w.exec("UPDATE volumes SET used_at = used_at - interval '61 minutes'")
	collect()
	w.await("0", caches)
	w.await("cache 1, volume 2", func() string {
		return w.query("SELECT coalesce(string_agg(kind || ' ' || total, ', ' ORDER BY kind), '') FROM collected WHERE kind IN ('cache', 'volume')")
	})
}
