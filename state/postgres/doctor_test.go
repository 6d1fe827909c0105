package postgres_test

import (
	"slices"
	"testing"

	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// harm is what breaks the rule of each check, on a database with a build (id b, of
// job j, pipeline p, team t) that has succeeded with version 1 of resource r.
var harm = map[string]string{
	"build_over": "INSERT INTO steps (build_id, path, ord, kind, name, status) SELECT id, '0', 0, 'task', 'x', 'running' FROM builds",
	"numbers":    "UPDATE objects SET next_number = 1 WHERE kind = 'job'",
	"every": `INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, ended_at)
		SELECT gen_random_uuid(), team_id, pipeline_id, job_id, 2, 1, 'failed', 'version', now() FROM builds;
		UPDATE objects SET next_number = 3 WHERE kind = 'job';
		INSERT INTO build_inputs (build_id, name, resource_id, version_id) SELECT b.id, i.name, i.resource_id, i.version_id FROM builds b, build_inputs i WHERE b.number = 2`,
	"ticks":    "UPDATE builds SET tick_at = now()",
	"passages": "DELETE FROM passages",
	"teams":    "INSERT INTO teams (id, name) VALUES (gen_random_uuid(), 'other'); UPDATE builds SET team_id = (SELECT id FROM teams WHERE name = 'other')",
	"places": `UPDATE builds SET status = 'running', ended_at = NULL; DELETE FROM passages;
		INSERT INTO runs (id, team_id, build_id, step_path, kind, task, status) SELECT gen_random_uuid(), team_id, id, '0', 'task', '', 'running' FROM builds`,
	"orphans": "INSERT INTO conditions (subject, type, reason, message) SELECT 'build/' || id, 'Waiting', 'Paused', 'it is paused' FROM builds",
	"approvals": `UPDATE builds SET status = 'running', ended_at = NULL; DELETE FROM passages;
		INSERT INTO steps (build_id, path, ord, kind, name, status) SELECT id, '0', 0, 'approval', 'x', 'blocked' FROM builds`,
	"notifications": "INSERT INTO subscriptions (pipeline_id, address, kind, events, config, since) SELECT id, 'notify.ops', 'slack', '{succeeded}', '', now() - interval '1 hour' FROM pipelines",
	"stuck":         "INSERT INTO queue (key, due_at) VALUES ('gc', now() - interval '1 hour') ON CONFLICT (key) DO UPDATE SET due_at = excluded.due_at",
	"runs_once": `UPDATE builds SET status = 'running', ended_at = NULL; DELETE FROM passages;
		INSERT INTO runs (id, team_id, build_id, step_path, attempt, kind, task, status, ended_at) SELECT gen_random_uuid(), team_id, id, '0', 2, 'task', '', 'lost', now() FROM builds;
		INSERT INTO runs (id, team_id, build_id, step_path, attempt, kind, task, status) SELECT gen_random_uuid(), team_id, id, '0', 1, 'task', '', 'unplaced' FROM builds`,
}

// A sound database has no findings; each check finds what it is for, and the
// others do not.
func TestDoctor(t *testing.T) {
	if want := postgres.DoctorChecks(); len(want) < 10 || len(want) != len(harm) {
		t.Errorf("checks %q, and %d ways to harm", want, len(harm))
	}
	for _, check := range append(postgres.DoctorChecks(), "") {
		t.Run("harm "+check, func(t *testing.T) {
			t.Parallel()
			s := pgtest.New(t)
			team, err := s.EnsureTeam(t.Context(), "main")
			if err != nil {
				t.Fatal(err)
			}
			exec := func(sql string, args ...any) {
				t.Helper()
				if _, err := s.Pool().Exec(t.Context(), sql, args...); err != nil {
					t.Fatal(err)
				}
			}
			exec("INSERT INTO pipelines (id, team_id, name, revision) VALUES (gen_random_uuid(), $1, 'p', 1)", team)
			exec("INSERT INTO objects (id, pipeline_id, address, kind, changed_revision, next_number) SELECT gen_random_uuid(), id, 'job.j', 'job', 1, 2 FROM pipelines")
			exec("INSERT INTO objects (id, pipeline_id, address, kind, changed_revision) SELECT gen_random_uuid(), id, 'resource.x.r', 'resource', 1 FROM pipelines")
			exec("INSERT INTO scopes (id, key, resource_spec, every_ms, timeout_ms) VALUES (gen_random_uuid(), 'k', '', 0, 0)")
			exec("INSERT INTO versions (scope_id, version, digest, check_order) SELECT id, '{}', 'd', 1 FROM scopes")
			exec("INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause, ended_at) SELECT gen_random_uuid(), $1, pipeline_id, id, 1, 1, 'succeeded', 'version', now() FROM objects WHERE kind = 'job'", team)
			exec("INSERT INTO build_inputs (build_id, name, resource_id, version_id) SELECT b.id, 'r', o.id, v.id FROM builds b, objects o, versions v WHERE o.kind = 'resource'")
			exec("INSERT INTO passages (build_id, resource_id, version_id, job_id, number) SELECT b.id, i.resource_id, i.version_id, b.job_id, b.number FROM builds b, build_inputs i")
			if check != "" {
				exec(harm[check])
			}
			c, err := s.Checkup(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, f := range c.Findings {
				found = append(found, f.Check)
				if f.Broken == "" || f.Fix == "" || f.Subject == "" || f.What == "" {
					t.Errorf("it says too little: %+v", f)
				}
			}
			if found = slices.Compact(found); check == "" && len(found) > 0 || check != "" && !slices.Contains(found, check) {
				t.Errorf("found %q", found)
			}
		})
	}
}
