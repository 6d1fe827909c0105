package postgres_test

import (
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

const (
	image graph.Address = "resource.mock.image"
	inner graph.Address = "resource.inner.image"
)

// chained is the demo with a type of which the image comes from a resource, of a type
// of which the image comes from another one.
func chained(innermost graph.Resource) specs {
	innermost.Type = "mock"
	return demo().
		with(image, innermost).
		with("resource_type.inner", graph.ResourceType{ImageResource: image}).
		with(inner, graph.Resource{TypeRef: "resource_type.inner"}).
		with(typ, graph.ResourceType{ImageResource: inner})
}

// scopeID is the scope of a team's resource.
func scopeID(t testing.TB, s *postgres.Store, team string, a graph.Address) string {
	t.Helper()
	return text(t, s, `SELECT r.scope_id::text FROM resources r JOIN objects o ON o.id = r.object_id JOIN pipelines p ON p.id = o.pipeline_id
		WHERE p.team_id = $1 AND o.address = $2`, team, a)
}

// put gives a scope a version that is newer than all others.
func put(t *testing.T, s *postgres.Store, scope, version string) {
	t.Helper()
	v := map[string]string{"version": version}
	_, err := s.Pool().Exec(t.Context(), `INSERT INTO versions (scope_id, version, digest, check_order)
		SELECT $1, $2, $3, coalesce(max(check_order), 0) + 1 FROM versions WHERE scope_id = $1`, scope, state.VersionJSON(v), state.VersionDigest(v))
	must(t, err)
}

// Teams that mean the same by a type share its scopes at every depth; a pin of the
// image, or a secret in its source, is a team's own, and reaches all that hangs from it.
func TestScopesOfTypesWithImages(t *testing.T) {
	s := pgtest.New(t)
	ours := team(t, s)
	theirs, err := s.EnsureTeam(t.Context(), "theirs")
	must(t, err)
	secret := graph.Deferred{Source: "${secret.main.token}", Refs: []string{"secret.main.token"}}
	withSecret := func() specs {
		return chained(graph.Resource{Source: graph.Map{"log": secret}}).with("secret_source.env.main", graph.SecretSource{Type: "env"})
	}
	for _, c := range []struct {
		name         string
		ours, theirs specs
		shared       map[graph.Address]bool
	}{
		{"the same", chained(graph.Resource{}), chained(graph.Resource{}), map[graph.Address]bool{image: true, inner: true, tool: true}},
		{"a pin", chained(graph.Resource{}), chained(graph.Resource{Pin: map[string]string{"version": "1"}}), map[graph.Address]bool{image: true}},
		{"a secret", withSecret(), withSecret(), map[graph.Address]bool{}},
		{"another source", chained(graph.Resource{}), chained(graph.Resource{Source: graph.Map{"log": graph.String("x")}}), map[graph.Address]bool{}},
		{"the same again", chained(graph.Resource{}), chained(graph.Resource{}), map[graph.Address]bool{image: true, inner: true, tool: true}},
	} {
		apply(t, s, ours, c.ours)
		apply(t, s, theirs, c.theirs)
		for _, a := range []graph.Address{image, inner, tool} {
			if got := scopeID(t, s, ours, a) == scopeID(t, s, theirs, a); got != c.shared[a] {
				t.Errorf("%s: %s is shared: %v", c.name, a, got)
			}
		}
		if drift, err := s.Drift(t.Context(), ours, "demo"); err != nil || len(drift) > 0 {
			t.Errorf("%s: %v, %v", c.name, drift, err)
		}
	}
}

// A scope knows the versions that its type's image has, the innermost last: the newest,
// or the one that is pinned.
func TestWhichImageATypeHas(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	apply(t, s, id, chained(graph.Resource{Pin: map[string]string{"version": "1"}}))
	for _, v := range []string{"1", "2"} {
		put(t, s, scopeID(t, s, id, image), v)
		put(t, s, scopeID(t, s, id, inner), v)
	}
	snap, err := s.LoadScope(t.Context(), scopeID(t, s, id, tool))
	must(t, err)
	if len(snap.Images) != 2 || snap.Images[0].Version["version"] != "2" || snap.Images[1].Version["version"] != "1" || snap.Images[1].Type != nil || snap.Images[0].Type == nil {
		t.Errorf("%+v", snap.Images)
	}
	apply(t, s, id, chained(graph.Resource{Pin: map[string]string{"version": "7"}}))
	if snap, err = s.LoadScope(t.Context(), scopeID(t, s, id, tool)); err != nil || snap.Images[1].Version != nil {
		t.Errorf("pinned to what is not there: %+v, %v", snap.Images, err)
	}
	if snap, err = s.LoadScope(t.Context(), scopeID(t, s, id, image)); err != nil || snap.Images != nil {
		t.Errorf("of a type that is built in: %+v, %v", snap.Images, err)
	}
}

// The end of a check has those looked at whose image it is; who asks for the check of
// a resource asks for those of its type's images, which it waits for.
func TestWhoHangsFromAnImage(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	apply(t, s, id, chained(graph.Resource{}))
	for what, ch := range map[string]state.ScopeChange{
		"found":  {Found: &state.ScopeFound{Versions: []map[string]string{{"version": "1"}}}},
		"failed": {Failed: &state.ScopeFailed{Error: "no", Failures: 1}},
	} {
		drain(t, s)
		ch.ID = scopeID(t, s, id, image)
		must(t, s.Enqueue(t.Context(), state.ScopeKey(ch.ID)))
		claims, err := s.Claim(t.Context(), "test", 1, time.Minute)
		must(t, err)
		must(t, s.CommitScope(t.Context(), claims[0], ch))
		must(t, s.Release(t.Context(), claims[0], time.Time{}))
		keys := drain(t, s)
		if !keys[scopeKey(t, s, inner)] || keys[scopeKey(t, s, tool)] {
			t.Errorf("%s: due are %v", what, keys)
		}
	}
	_, err := s.RequestCheck(t.Context(), "main", text(t, s, "SELECT id::text FROM objects WHERE address = $1", tool), nil)
	must(t, err)
	for _, a := range []graph.Address{image, inner, tool} {
		if got := text(t, s, "SELECT (check_requested_at IS NOT NULL)::text FROM scopes WHERE id = $1", scopeID(t, s, id, a)); got != "true" {
			t.Errorf("the check of %s was not asked for", a)
		}
	}
	if snap, err := s.LoadScope(t.Context(), scopeID(t, s, id, tool)); err != nil || !snap.Images[0].Busy || !snap.Images[1].Busy {
		t.Errorf("%+v, %v", snap.Images, err)
	}
}
