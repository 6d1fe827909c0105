package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

func openBuild(t testing.TB, s *postgres.Store) {
	t.Helper()
	_, err := s.Pool().Exec(t.Context(), `INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause)
		SELECT gen_random_uuid(), p.team_id, p.id, o.id, 1, 1, 'running', 'manual'
		FROM objects o JOIN pipelines p ON p.id = o.pipeline_id WHERE o.address = $1`, unit)
	if err != nil {
		t.Fatal(err)
	}
}

func TestDestroy(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	apply(t, s, id, demo())
	prior, _ := current(t, s, id)
	scope := scopeKey(t, s, app)
	_, err := s.Apply(t.Context(), plan(id, prior, nil))
	must(t, err)
	if g, revision := current(t, s, id); g != nil || revision != 0 {
		t.Errorf("it is still there, at revision %d", revision)
	}
	for _, table := range []string{"pipelines", "revisions", "objects", "object_versions", "resources", "builds", "conditions"} {
		if n := text(t, s, "SELECT count(*)::text FROM "+table); n != "0" {
			t.Errorf("%s rows of %s are left", n, table)
		}
	}
	if got := text(t, s, "SELECT check_due_at::text FROM scopes WHERE id = $1", scope.ID()); got != "NULL" {
		t.Errorf("its scope is due at %s", got)
	}
	for k := range drain(t, s) {
		if k.Kind() == "job" {
			t.Errorf("%s is still due", k)
		}
	}
	if revision := apply(t, s, id, demo()); revision != 1 {
		t.Errorf("made again, it is revision %d", revision)
	}
}

func TestDestroyWhileBuildsRun(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	apply(t, s, id, demo())
	openBuild(t, s)
	prior, _ := current(t, s, id)
	in := plan(id, prior, nil)
	_, err := s.Apply(t.Context(), in)
	var open *state.OpenBuildsError
	if !errors.As(err, &open) || !strings.Contains(err.Error(), "job.unit #1") {
		t.Fatalf("error %v", err)
	}
	in.Force = true
	_, err = s.Apply(t.Context(), in)
	must(t, err)
	if n := text(t, s, "SELECT count(*)::text FROM builds"); n != "0" {
		t.Errorf("%s builds are left", n)
	}
}

// A plan to destroy does not take along what appeared after it was made.
func TestDestroyIsGuarded(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	small := demo().with(ship, nil)
	apply(t, s, id, small)
	prior, _ := current(t, s, id)
	apply(t, s, id, demo())
	_, err := s.Apply(t.Context(), plan(id, prior, nil))
	var stale *state.StaleError
	if !errors.As(err, &stale) || len(stale.Moved) != 1 || stale.Moved[0].Address != string(ship) {
		t.Errorf("error %v", err)
	}
}
