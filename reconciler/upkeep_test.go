package reconciler_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/reconciler/gc"
	"github.com/weirci/weir/state"
)

// upkeep has all that is old looked at once.
func (w *world) upkeep(keep gc.Upkeep) {
	w.Helper()
	r := reconciler.New(w.s, reconciler.Options{Holder: "test", Now: time.Now, Rand: rand.Float64, NewID: uuid.NewString, Upkeep: &keep, RetainEvery: time.Hour})
	w.exec("DELETE FROM queue")
	w.ok(w.s.Enqueue(w.Context(), state.KeyUpkeep))
	claims, err := w.s.Claim(w.Context(), "test", 1, time.Minute)
	w.ok(err)
	if len(claims) != 1 {
		w.Fatalf("claims %v", claims)
	}
	r.Handle(w.Context(), claims[0])
	if errs := w.list("SELECT last_error FROM queue WHERE last_error <> ''"); len(errs) > 0 {
		w.Fatal(errs)
	}
}

// aged is a pipeline whose jobs take versions in every way, with versions that were
// seen last many days ago.
func (w *world) aged(versions int) {
	w.Helper()
	pinned := graph.Step{Name: "fixed", Body: graph.Get{Resource: app, Version: map[string]string{"ref": "v3"}}}
	every := graph.Step{Name: "each", Body: graph.Get{Resource: app, Every: true}}
	w.apply(pipeline(specs{
		"job.unit":  graph.Job{Steps: []graph.Step{get()}},
		"job.fixed": graph.Job{Steps: []graph.Step{pinned}},
		"job.each":  graph.Job{Steps: []graph.Step{every}},
		"job.later": graph.Job{Steps: []graph.Step{get("job.unit")}},
	}))
	w.exec(`INSERT INTO versions (scope_id, version, digest, check_order, seen_at)
		SELECT r.scope_id, jsonb_build_object('ref', 'v' || n), 'd' || n, n, now() - ($1 - n) * interval '10 days' FROM resources r JOIN objects o ON o.id = r.object_id, generate_series(1, $1::int) n WHERE o.address = $2`, versions, app)
}

// had is a build of a job that had a version.
func (w *world) had(job, get string, number, version int) {
	w.Helper()
	w.exec(`WITH b AS (
			INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, ended_at)
			SELECT gen_random_uuid(), p.team_id, p.id, o.id, $2, 1, 'succeeded', 'version', now() FROM objects o JOIN pipelines p ON p.id = o.pipeline_id WHERE o.address = $1 RETURNING id, job_id
		), i AS (
			INSERT INTO build_inputs (build_id, name, resource_id, version_id)
			SELECT b.id, $3, r.object_id, v.id FROM b, versions v JOIN resources r ON r.scope_id = v.scope_id WHERE v.digest = 'd' || $4::int RETURNING build_id, resource_id, version_id
		), p AS (
			INSERT INTO passages (build_id, resource_id, version_id, job_id, number) SELECT i.build_id, i.resource_id, i.version_id, b.job_id, $2 FROM i, b
		), u AS (
			INSERT INTO used_versions (job_id, name, version_id) SELECT b.job_id, $3, i.version_id FROM i, b
		)
		INSERT INTO passed_versions (resource_id, version_id, jobs) SELECT i.resource_id, i.version_id, ARRAY[b.job_id] FROM i, b
		ON CONFLICT (resource_id, version_id) DO UPDATE SET jobs = passed_versions.jobs || excluded.jobs`, job, number, get, version)
}

// answers is what there is to choose from for each job, as the scheduler is told.
func (w *world) answers() []state.InputFacts {
	w.Helper()
	var key, resource string
	w.ok(w.s.Pool().QueryRow(w.Context(), "SELECT s.key, r.object_id FROM resources r JOIN scopes s ON s.id = r.scope_id JOIN objects o ON o.id = r.object_id WHERE o.address = $1", app).Scan(&key, &resource))
	id := func(job string) string { return w.query("SELECT id::text FROM objects WHERE address = $1", job) }
	newest := state.InputWanted{Name: "app", ResourceID: resource, ScopeKey: key, Newest: 1}
	fixed, each, later := newest, newest, newest
	fixed.Name, fixed.Pin, fixed.Pinned = "fixed", map[string]string{"ref": "v3"}, true
	each.Name, each.Every = "each", true
	later.Passed, later.Newest = []string{id("job.unit")}, 0
	var out []state.InputFacts
	for job, in := range map[string]state.InputWanted{"job.unit": newest, "job.fixed": fixed, "job.each": each, "job.later": later} {
		facts, err := w.s.LoadInputs(w.Context(), state.InputQuery{JobID: id(job), ChangedRevision: 1, Inputs: []state.InputWanted{in}})
		w.ok(err)
		for i := range facts.Inputs {
			facts.Inputs[i].More, facts.Inputs[i].UnusedMore = false, false
		}
		out = append(out, facts)
	}
	slices.SortFunc(out, func(a, b state.InputFacts) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return out
}

// Whatever builds, pins and people have done: no answer of the scheduler is another
// one after old versions are gone.
func TestVersionsThatGoChangeNoAnswer(t *testing.T) {
	const versions = 12
	rng := rand.New(rand.NewPCG(3, 9))
	gone := 0
	for range 3 {
		w := newWorld(t)
		w.aged(versions)
		for n := range rng.IntN(4) {
			w.had("job.unit", "app", n+1, 1+rng.IntN(versions))
		}
		if rng.IntN(2) == 0 {
			w.had("job.each", "each", 1, 2+rng.IntN(5))
			w.had("job.each", "each", 2, 7+rng.IntN(5))
		}
		if rng.IntN(2) == 0 { // nothing newer than this may be begun with
			w.exec("INSERT INTO disabled_versions (resource_id, version_id, disabled_by) SELECT r.object_id, v.id, 'ann' FROM versions v JOIN resources r ON r.scope_id = v.scope_id WHERE v.check_order > $1", versions-1-rng.IntN(6))
		}
		if rng.IntN(2) == 0 {
			w.exec("INSERT INTO resource_pins (resource_id, version, pinned_by) SELECT object_id, '{\"ref\": \"v1\"}', 'ann' FROM resources")
		}
		before := w.answers()
		w.upkeep(gc.Upkeep{Versions: gc.VersionRule{Newest: 1 + rng.IntN(3), Days: 1 + rng.IntN(20)}, Scopes: time.Hour, Revisions: 1})
		if after := w.answers(); !reflect.DeepEqual(after, before) {
			t.Fatalf("the scheduler is told\n%+v\nand was told\n%+v", after, before)
		}
		left := len(w.list("SELECT id FROM versions"))
		gone += versions - left
		if refs := w.list("SELECT version_id FROM (SELECT version_id FROM used_versions UNION SELECT version_id FROM passed_versions) x WHERE version_id NOT IN (SELECT id FROM versions)"); len(refs) > 0 {
			t.Errorf("%v are gone, and something speaks of them", refs)
		}
	}
	if gone == 0 {
		t.Error("no version went")
	}
}

// What a check still finds stays, however old it is: or it would be found again.
func TestVersionsThatChecksFindStay(t *testing.T) {
	w := newWorld(t)
	w.aged(4)
	scope := w.query("SELECT scope_id::text FROM versions LIMIT 1")
	w.exec("UPDATE versions SET digest = $1 WHERE check_order = 1", state.VersionDigest(map[string]string{"ref": "v1"}))
	w.had("job.each", "each", 1, 4) // so that no other is due there
	_, _, err := w.s.KnownVersions(t.Context(), scope, []map[string]string{{"ref": "v1"}})
	w.ok(err)
	w.upkeep(gc.Upkeep{Versions: gc.VersionRule{Newest: 1}, Scopes: time.Hour, Revisions: 1})
	if got := strings.Join(w.list("SELECT version->>'ref' FROM versions"), " "); got != "v1 v3 v4" {
		t.Errorf("%s are left: found still, pinned, newest", got)
	}
	counted, err := w.s.Collected(t.Context())
	w.ok(err)
	if counted["version"] != 1 {
		t.Errorf("counted as %v", counted)
	}
}

// A scope that no resource has goes after its time, with all that hangs from it, and
// not while a build speaks of it.
func TestScopesThatNobodyWantsGo(t *testing.T) {
	w := newWorld(t)
	w.aged(3)
	w.had("job.unit", "app", 1, 1)
	keep := gc.Upkeep{Versions: gc.VersionRule{Newest: 10}, Scopes: time.Hour, Revisions: 1}
	scopes := func() string { return strings.Join(w.list("SELECT count(*) FROM scopes"), "") }
	w.exec("DELETE FROM resources")
	w.upkeep(keep)
	if scopes() != "2" {
		t.Fatal("a scope went before its time")
	}
	w.exec("UPDATE scopes SET unused_since = now() - interval '2 hours'")
	w.upkeep(keep)
	if got := scopes(); got != "1" {
		t.Fatalf("%s scopes are left, of one of which a build speaks", got)
	}
	w.exec("DELETE FROM builds")
	w.exec("INSERT INTO resources (object_id, scope_id, every_ms, timeout_ms) SELECT o.id, s.id, 0, 0 FROM scopes s, objects o WHERE o.address = $1", app)
	w.upkeep(keep)
	if got := w.query("SELECT coalesce(unused_since::text, 'used') FROM scopes"); got != "used" {
		t.Errorf("a scope that is wanted again is unused since %s", got)
	}
	w.exec("DELETE FROM resources")
	w.upkeep(keep)
	w.exec("UPDATE scopes SET unused_since = now() - interval '2 hours'")
	w.upkeep(keep)
	if got := scopes() + strings.Join(w.list("SELECT count(*) FROM versions"), ""); got != "00" {
		t.Errorf("scopes and versions left: %s", got)
	}
}

// Revisions go but for the newest, those that builds ran, and the one that says who
// changed a node that is there; what is left can be read whole.
func TestOldRevisionsGo(t *testing.T) {
	w := newWorld(t)
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{get()}}}))
	w.exec("UPDATE object_versions SET to_revision = 2 WHERE object_id = (SELECT id FROM objects WHERE address = 'job.unit')")
	for n := 2; n <= 6; n++ { // the job changes in each, the rest never
		w.exec(`INSERT INTO revisions (pipeline_id, number, digest, header, plan_digest, actor) SELECT id, $1, '', '', '', 'ann' FROM pipelines`, n)
		w.exec(`INSERT INTO object_versions (object_id, pipeline_id, from_revision, to_revision, spec, spec_digest, exec_digest, meta)
			SELECT object_id, pipeline_id, $1::bigint, CASE WHEN $1::bigint < 6 THEN $1::bigint + 1 END, spec, ($1::bigint)::text, '', meta FROM object_versions v WHERE from_revision = 1 AND to_revision = 2`, n)
	}
	w.exec("UPDATE pipelines SET revision = 6")
	w.exec("UPDATE objects SET changed_revision = 6 WHERE address = 'job.unit'")
	w.exec(`INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, ended_at)
		SELECT gen_random_uuid(), p.team_id, p.id, o.id, 1, 3, 'succeeded', 'version', now() FROM objects o JOIN pipelines p ON p.id = o.pipeline_id WHERE o.address = 'job.unit'`)
	keep := gc.Upkeep{Scopes: time.Hour, Revisions: 2}
	w.upkeep(keep)
	if got := strings.Join(w.list("SELECT number FROM revisions"), " "); got != "1 3 5 6" {
		t.Errorf("revisions %s are left", got)
	}
	if got := strings.Join(w.list("SELECT v.from_revision FROM object_versions v JOIN objects o ON o.id = v.object_id WHERE o.address = 'job.unit'"), " "); got != "1 3 5 6" {
		t.Errorf("definitions of %s are left", got)
	}
	w.exec("DELETE FROM builds")
	w.exec("UPDATE objects SET changed_revision = 6")
	w.upkeep(keep)
	if got := strings.Join(w.list("SELECT number FROM revisions"), " "); got != "5 6" {
		t.Errorf("then revisions %s", got)
	}
	objects, err := w.s.ObjectsAt(t.Context(), w.query("SELECT id::text FROM pipelines"), 5)
	if err != nil || len(objects) != 4 {
		t.Errorf("at revision 5 there are %d nodes: %v", len(objects), err)
	}
}

// A pipeline that was archived for long enough is destroyed, the audit says by whom
// and why; one of which something runs waits.
func TestArchivedPipelinesGo(t *testing.T) {
	w := newWorld(t)
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{get()}}}))
	w.ok(w.s.ArchivePipeline(t.Context(), "main", "demo", "ann", true))
	w.trigger("job.unit")
	keep := gc.Upkeep{Scopes: time.Hour, Revisions: 1, Archived: 24 * time.Hour}
	pipelines := func() string { return strings.Join(w.list("SELECT name FROM pipelines"), " ") }
	w.upkeep(keep)
	w.exec("UPDATE pipelines SET archived_at = now() - interval '25 hours'")
	w.upkeep(keep)
	if pipelines() != "demo" {
		t.Fatal("it went before its time, or with a build that is open")
	}
	w.exec("DELETE FROM builds")
	w.upkeep(gc.Upkeep{Scopes: time.Hour, Revisions: 1})
	if pipelines() != "demo" {
		t.Fatal("it went though archived pipelines are kept for ever")
	}
	w.upkeep(keep)
	if got := pipelines(); got != "" {
		t.Errorf("%s is left", got)
	}
	if got := w.list("SELECT actor || ' ' || action || ' ' || subject || ' ' || (details->>'why') FROM audit_events WHERE action = 'pipeline.destroy'"); len(got) != 1 || !strings.HasPrefix(got[0], "weir pipeline.destroy demo it was archived") {
		t.Errorf("the audit says %q", got)
	}
	if got := w.list("SELECT subject FROM conditions"); len(got) > 0 {
		t.Errorf("left over: %v", got)
	}
}

// The container of a build that failed stays until a newer build of its job has ended
// or its time is over, while somebody is in it, and no longer than there is room.
func TestContainersOfAFailureStayToBeLookedInto(t *testing.T) {
	w := newWorld(t)
	w.apply(kept(graph.Retention{}))
	w.exec(`INSERT INTO workers (id, name, status, key_hash, runtime, platform, capacity, version) VALUES (gen_random_uuid(), 'w', 'running', '', '', '', 1, '')`)
	builds := []past{{number: 1, status: "failed", held: "container"}, {number: 2, status: "failed", held: "container"}, {number: 3, status: "running", held: "container"}}
	w.history("job.unit", builds)
	w.exec("UPDATE runs SET ended_at = NULL, status = 'running' WHERE build_id = (SELECT id FROM builds WHERE number = 3)")
	r := reconciler.New(w.s, reconciler.Options{Holder: "test", Now: time.Now, Rand: rand.Float64, NewID: uuid.NewString,
		Keep: gc.Keep{Ended: time.Nanosecond, Worker: time.Hour, Failed: time.Hour, Cache: time.Hour, Loose: time.Hour, Container: time.Hour, Containers: 20}})
	left := func() string {
		w.exec("DELETE FROM queue")
		w.ok(w.s.Enqueue(w.Context(), state.KeyGC))
		claims, err := w.s.Claim(w.Context(), "test", 1, time.Minute)
		w.ok(err)
		r.Handle(w.Context(), claims[0])
		return strings.Join(w.list("SELECT b.number FROM containers c JOIN runs r ON r.id = c.run_id JOIN builds b ON b.id = r.build_id WHERE c.status <> 'destroying'"), " ")
	}
	first := w.query("SELECT r.id::text FROM runs r JOIN builds b ON b.id = r.build_id WHERE b.number = 1")
	if held, err := w.s.HoldContainer(t.Context(), first, time.Hour); err != nil || !held {
		t.Fatal(held, err)
	}
	if got := left(); got != "1 2 3" {
		t.Errorf("somebody is in that of the first build: of %s there are some", got)
	}
	w.exec("UPDATE containers SET held_until = now() - interval '1 second' WHERE held_until IS NOT NULL")
	if got := left(); got != "2 3" {
		t.Errorf("there is a newer build than the first: of %s there are some", got)
	}
	w.exec("UPDATE workers SET refuses = 'its disk is nearly full'")
	if got := left(); got != "3" {
		t.Errorf("the worker needs the room: of %s there are some", got)
	}
	w.exec("UPDATE workers SET refuses = ''; UPDATE containers SET status = 'created'; DELETE FROM containers WHERE run_id = '" + first + "'")
	if got := left(); got != "2 3" {
		t.Errorf("of the newest that ended, and of what runs: of %s there are some", got)
	}
	w.exec("UPDATE builds SET ended_at = ended_at - interval '61 minutes' WHERE number = 2")
	if got := left(); got != "3" {
		t.Errorf("after its time: of %s there are some", got)
	}
	if held, err := w.s.HoldContainer(t.Context(), first, time.Hour); err != nil || held {
		t.Errorf("what is gone is held: %v %v", held, err)
	}
}
