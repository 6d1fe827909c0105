package postgres_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// past is a database with many builds: jobs upstream with a history, each of whose
// builds took inputs, and one job that takes what passed all of them.
type past struct {
	s                       *postgres.Store
	jobs, resources, scopes []string
}

// newPast writes it as rows: builds by the job, one version of each resource by the build.
func newPast(t testing.TB, jobs, resources, builds int) past {
	t.Helper()
	p := past{s: pgtest.New(t)}
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := p.s.Pool().Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO teams (id, name) VALUES (gen_random_uuid(), 'main')`)
	exec(`INSERT INTO pipelines (id, team_id, name, revision) SELECT gen_random_uuid(), id, 'p', 1 FROM teams`)
	exec(`INSERT INTO objects (id, pipeline_id, address, kind, spec_digest, changed_revision)
		SELECT gen_random_uuid(), p.id, 'job.j' || n, 'job', 'x', 1 FROM pipelines p, generate_series(1, $1::int) n
		UNION ALL SELECT gen_random_uuid(), p.id, 'resource.mock.r' || n, 'resource', 'x', 1 FROM pipelines p, generate_series(1, $2::int) n`, jobs, resources)
	exec(`INSERT INTO scopes (id, key, resource_spec, every_ms, timeout_ms) SELECT gen_random_uuid(), address, '', 0, 0 FROM objects WHERE kind = 'resource'`)
	exec(`INSERT INTO versions (scope_id, version, digest, check_order) SELECT s.id, jsonb_build_object('ref', n::text), n::text, n FROM scopes s, generate_series(1, $1::int) n`, builds)
	exec(`INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, ended_at)
		SELECT gen_random_uuid(), p.team_id, p.id, o.id, n, 1, CASE WHEN n % 3 = 0 THEN 'failed' ELSE 'succeeded' END, 'version', now()
		FROM pipelines p, objects o, generate_series(1, $1::int) n WHERE o.kind = 'job'`, builds)
	exec(`SET session_replication_role = replica;
		INSERT INTO build_inputs (build_id, name, resource_id, version_id)
		SELECT b.id, o.address, o.id, v.id FROM builds b, objects o JOIN scopes s ON s.key = o.address JOIN versions v ON v.scope_id = s.id
		WHERE o.kind = 'resource' AND v.check_order = b.number;
		SET session_replication_role = origin;
		ANALYZE`)
	for kind, to := range map[string]*[]string{"job": &p.jobs, "resource": &p.resources} {
		if err := p.s.Pool().QueryRow(t.Context(), "SELECT array_agg(id::text ORDER BY address) FROM objects WHERE kind = $1", kind).Scan(to); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.s.Pool().QueryRow(t.Context(), "SELECT array_agg(key ORDER BY key) FROM scopes").Scan(&p.scopes); err != nil {
		t.Fatal(err)
	}
	return p
}

// statement is one of queries/*.sql, as sqlc takes it.
func statement(t *testing.T, file, name string) string {
	t.Helper()
	text, err := os.ReadFile("queries/" + file)
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(text), "-- name: "+name+" :")
	if !ok {
		t.Fatalf("%s has no %s", file, name)
	}
	_, after, _ = strings.Cut(after, "\n")
	sql, _, _ := strings.Cut(after, "\n-- name:")
	return sql
}

// The statements that look into the past of a job find what they want by an index.
func TestPlansUseIndexes(t *testing.T) {
	p := newPast(t, 10, 3, 2000)
	for _, c := range []struct {
		file, name string
		args       pgx.NamedArgs
		index      string
	}{
		{"api_build.sql", "APINewestBuildsOfJob", pgx.NamedArgs{"team": "main", "job_id": p.jobs[0], "most": 50}, "builds_job_id_number_key"},
		{"schedule.sql", "Passages", pgx.NamedArgs{"jobs": p.jobs, "most": 100, "resources": p.resources}, "builds_succeeded"},
		{"schedule.sql", "OpenBuildsOfJobs", pgx.NamedArgs{"jobs": p.jobs[:1]}, "builds_open"},
		{"schedule.sql", "UsedVersions", pgx.NamedArgs{"job_id": p.jobs[0], "resources": p.resources, "versions": []int64{1, 2, 3}}, "build_inputs_version"},
		{"schedule.sql", "NewestVersions", pgx.NamedArgs{"ords": []int32{0}, "keys": p.scopes[:1], "pins": []string{"{}"}}, "versions_order"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, err := p.s.Pool().Query(t.Context(), "EXPLAIN "+statement(t, c.file, c.name), c.args)
			if err != nil {
				t.Fatal(err)
			}
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				t.Fatal(err)
			}
			plan := strings.Join(lines, "\n")
			if !strings.Contains(plan, c.index) || regexp.MustCompile(`Seq Scan on (builds|build_inputs|versions)`).MatchString(plan) {
				t.Errorf("want index %s, and no scan of a whole history:\n%s", c.index, plan)
			}
		})
	}
}

// TestInputsOfALongPast says how long a job's inputs take to load, and the listing of
// a job's builds: WEIR_PAST is how many builds each of 20 jobs upstream has had.
func TestInputsOfALongPast(t *testing.T) {
	builds, err := strconv.Atoi(os.Getenv("WEIR_PAST"))
	if err != nil {
		t.Skip("WEIR_PAST=10000 measures it")
	}
	p := newPast(t, 21, 10, builds)
	q := state.InputQuery{JobID: p.jobs[20], PassedJobs: p.jobs[:20]}
	for i, r := range p.resources {
		q.Inputs = append(q.Inputs, state.InputWanted{Name: fmt.Sprint("i", i), ResourceID: r, ScopeKey: p.scopes[i]})
	}
	measure := func(what string, do func() error) {
		var took []time.Duration
		for range 200 {
			began := time.Now()
			if err := do(); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		t.Logf("%s with %d builds of each of 20 jobs: p50 %s, p99 %s", what, builds, took[100], took[197])
	}
	measure("inputs", func() error { _, err := p.s.LoadInputs(t.Context(), q); return err })
	measure("a job's last 50 builds", func() error { _, err := p.s.NewestBuildsOf(t.Context(), "main", p.jobs[0], 50); return err })
}
