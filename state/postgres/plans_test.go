package postgres_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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
		SELECT gen_random_uuid(), p.team_id, p.id, o.id, n, 1, CASE WHEN n % 3 = 0 THEN 'failed' ELSE 'succeeded' END, 'version', now() - ($1 - n) * interval '1 minute'
		FROM pipelines p, objects o, generate_series(1, $1::int) n WHERE o.kind = 'job'`, builds)
	exec(`SET session_replication_role = replica;
		INSERT INTO build_inputs (build_id, name, resource_id, version_id)
		SELECT b.id, o.address, o.id, v.id FROM builds b, objects o JOIN scopes s ON s.key = o.address JOIN versions v ON v.scope_id = s.id
		WHERE o.kind = 'resource' AND v.check_order = b.number;
		INSERT INTO passages (build_id, resource_id, version_id, job_id, number)
		SELECT b.id, i.resource_id, i.version_id, b.job_id, b.number FROM builds b JOIN build_inputs i ON i.build_id = b.id WHERE b.status = 'succeeded';
		INSERT INTO passed_versions (resource_id, version_id, jobs) SELECT resource_id, version_id, array_agg(DISTINCT job_id) FROM passages GROUP BY resource_id, version_id;
		INSERT INTO used_versions (job_id, name, version_id) SELECT DISTINCT b.job_id, i.name, i.version_id FROM builds b JOIN build_inputs i ON i.build_id = b.id;
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
	newest := pgx.NamedArgs{"job_id": p.jobs[0], "ords": []int32{0}, "names": []string{"r"}, "keys": p.scopes[:1], "resources": p.resources[:1], "pins": []string{"{}"},
		"by_hand": []bool{true}, "passed": []string{"{" + strings.Join(p.jobs[1:], ",") + "}"}, "most": []int32{8}}
	for _, c := range []struct {
		file, name string
		args       pgx.NamedArgs
		index      string
	}{
		{"api_build.sql", "APINewestBuildsOfJob", pgx.NamedArgs{"team": "main", "job_id": p.jobs[0], "most": 50}, "builds_job_id_number_key"},
		{"past.sql", "BuildsThatHad", pgx.NamedArgs{"ords": []int32{0}, "jobs": p.jobs[:1], "had": p.resources[:1], "versions": []int64{7}, "resources": p.resources, "most": 9}, "passages_version"},
		{"past.sql", "BuildsThatHadAll", pgx.NamedArgs{"ords": []int32{0, 0}, "firsts": []bool{true, false}, "jobs": []string{p.jobs[0], p.jobs[0]}, "resources": p.resources[:2],
			"versions": []int64{7, 2007}}, "passages_version"},
		{"schedule.sql", "OpenBuildsOfJobs", pgx.NamedArgs{"jobs": p.jobs[:1]}, "builds_open"},
		{"schedule.sql", "NewestVersions", newest, "versions_order"},
		{"schedule.sql", "NewestVersions", newest, "passed_versions_pkey"},
		{"schedule.sql", "NewestVersions", newest, "used_versions_pkey"},
		{"schedule.sql", "EveryBaselines", pgx.NamedArgs{"names": []string{"resource.mock.r1"}, "job_id": p.jobs[0], "changed_revision": 1}, "builds_revision"},
		{"retention.sql", "WholeBuilds", oldBuildsOf(p.jobs, 300), "builds_whole"},
		{"retention.sql", "ReapedBuilds", oldBuildsOf(p.jobs, 300), "builds_reaped"},
		{"retention.sql", "ReapBuilds", pgx.NamedArgs{"ids": []string{p.jobs[0]}}, "builds_pkey"},
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
			if !strings.Contains(plan, c.index) || regexp.MustCompile(`Seq Scan on (builds|build_inputs|versions|passages|used_versions)`).MatchString(plan) {
				t.Errorf("want index %s, and no scan of a whole history:\n%s", c.index, plan)
			}
		})
	}
}

// oldBuildsOf asks for what is not of the newest hundred of each job.
func oldBuildsOf(jobs []string, most int) pgx.NamedArgs {
	a := pgx.NamedArgs{"jobs": jobs, "most": most}
	var builds, succeeded []int32
	var befores []time.Time
	for range jobs {
		builds, succeeded, befores = append(builds, 100), append(succeeded, 5), append(befores, time.Now())
	}
	a["builds"], a["succeeded"], a["befores"] = builds, succeeded, befores
	return a
}

// BenchmarkListing is the last fifty builds of one of 21 jobs, by the builds that each
// has had: WEIR_PAST=50000 makes a million.
func BenchmarkListing(b *testing.B) {
	builds, err := strconv.Atoi(os.Getenv("WEIR_PAST"))
	if err != nil {
		builds = 1000
	}
	p := newPast(b, 21, 0, builds)
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		got, err := p.s.NewestBuildsOf(b.Context(), "main", p.jobs[0], 50)
		if err != nil || len(got) != 50 {
			b.Fatal(len(got), err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
}
