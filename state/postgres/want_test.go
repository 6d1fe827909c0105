package postgres_test

import (
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// scopeOf says of a resource's scope: its period, and whether a check is due.
func scopeOf(t testing.TB, s *postgres.Store, a graph.Address) string {
	t.Helper()
	return text(t, s, `SELECT s.every_ms || CASE WHEN s.check_due_at IS NULL THEN ' never'
		WHEN s.check_due_at <= clock_timestamp() THEN ' due' ELSE ' later' END
		FROM scopes s JOIN resources r ON r.scope_id = s.id JOIN objects o ON o.id = r.object_id WHERE o.address = $1`, a)
}

// drain claims and gives back all that is due.
func drain(t testing.TB, s *postgres.Store) map[state.Key]bool {
	t.Helper()
	claims, err := s.Claim(t.Context(), "test", 1000, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[state.Key]bool{}
	for _, c := range claims {
		keys[c.Key] = true
		if err := s.Release(t.Context(), c, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

func jobKey(t testing.TB, s *postgres.Store, a graph.Address) state.Key {
	t.Helper()
	return state.JobKey(text(t, s, "SELECT id::text FROM objects WHERE address = $1", a))
}

func scopeKey(t testing.TB, s *postgres.Store, a graph.Address) state.Key {
	t.Helper()
	return state.ScopeKey(text(t, s, "SELECT scope_id::text FROM resources JOIN objects ON id = object_id WHERE address = $1", a))
}

func TestScopesOfANewPipeline(t *testing.T) {
	s := pgtest.New(t)
	apply(t, s, team(t, s), demo().with("resource.git.off", graph.Resource{Type: "git", CheckNever: true}))
	for a, want := range map[graph.Address]string{app: "60000 due", tool: "5000 due", "resource.git.off": "0 never"} {
		if got := scopeOf(t, s, a); got != want {
			t.Errorf("%s: %s, want %s", a, got, want)
		}
	}
	if got := text(t, s, "SELECT count(*)::text FROM scopes WHERE type_spec IS NULL"); got != "2" {
		t.Errorf("%s scopes of built-in types", got)
	}
	keys := drain(t, s)
	for _, k := range []state.Key{jobKey(t, s, unit), jobKey(t, s, ship), scopeKey(t, s, app), scopeKey(t, s, tool)} {
		if !keys[k] {
			t.Errorf("%s is not due", k)
		}
	}
}

// Resources with the same type and source share a scope, which is checked as
// often as the most eager of them wants.
func TestScopesAreShared(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	eager := resource("file:///app")
	eager.CheckEvery = 1000
	both := demo().with("resource.git.twin", eager)
	apply(t, s, id, both)
	if got := scopeOf(t, s, app); got != "1000 due" || scopeKey(t, s, app) != scopeKey(t, s, "resource.git.twin") {
		t.Errorf("together: %s", got)
	}
	apply(t, s, id, both.with("resource.git.twin", nil))
	if got := scopeOf(t, s, app); got != "60000 due" {
		t.Errorf("alone: %s", got)
	}
}

// A resource with another source gets another scope; nobody checks the old one.
func TestScopeChanges(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	apply(t, s, id, demo())
	old := scopeKey(t, s, app)
	drain(t, s)
	apply(t, s, id, demo().with(app, resource("file:///new")))
	if now := scopeKey(t, s, app); now == old {
		t.Error("the scope is the same")
	}
	if got := text(t, s, "SELECT check_due_at::text FROM scopes WHERE id = $1", old.ID()); got != "NULL" {
		t.Errorf("the old scope is due at %s", got)
	}
	keys := drain(t, s)
	if !keys[jobKey(t, s, unit)] || !keys[old] || !keys[scopeKey(t, s, app)] {
		t.Errorf("due: %v", keys)
	}
	apply(t, s, id, demo())
	if back := scopeKey(t, s, app); back != old {
		t.Error("the old source does not find its history again")
	}
}

// A pin is in no job's digests, and still makes jobs look again; those that
// have nothing to do with it stay asleep.
func TestOnlyConcernedJobsAreLookedAt(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	base := demo().with("job.lint", graph.Job{Steps: []graph.Step{task("lint", "true")}})
	apply(t, s, id, base)
	drain(t, s)
	pinned := resource("file:///app")
	pinned.Pin = map[string]string{"ref": "abc"}
	apply(t, s, id, base.with(app, pinned))
	keys := drain(t, s)
	if !keys[jobKey(t, s, unit)] || !keys[jobKey(t, s, ship)] || keys[jobKey(t, s, "job.lint")] {
		t.Errorf("due: %v", keys)
	}
}
