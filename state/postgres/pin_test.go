package postgres_test

import (
	"errors"
	"testing"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// A build that waits asks whether it may still have the version that it was made for,
// also of a resource that passed nothing.
func TestAmongWhatAnInputMayHave(t *testing.T) {
	s := pgtest.New(t)
	apply(t, s, team(t, s), demo())
	id := text(t, s, "SELECT id::text FROM objects WHERE address = $1", string(app))
	key := text(t, s, "SELECT s.key FROM scopes s JOIN resources r ON r.scope_id = s.id WHERE r.object_id = $1", id)
	job := text(t, s, "SELECT id::text FROM objects WHERE kind = 'job' LIMIT 1")
	a := map[string]string{"ref": "a"}
	var v int64
	must(t, s.Pool().QueryRow(t.Context(), "INSERT INTO versions (scope_id, version, digest, check_order) SELECT scope_id, '{\"ref\": \"a\"}', $1, 1 FROM resources WHERE object_id = $2 RETURNING id",
		state.VersionDigest(a), id).Scan(&v))
	may := func(pin map[string]string) int {
		q := state.InputQuery{JobID: job, Inputs: []state.InputWanted{{Name: "app", ResourceID: id, ScopeKey: key, Among: []int64{v}, Pin: pin}}}
		facts, err := s.LoadVersions(t.Context(), q)
		must(t, err)
		return len(facts[0].Versions)
	}
	if may(nil) != 1 || may(a) != 1 || may(map[string]string{"ref": "b"}) != 0 {
		t.Errorf("%d, pinned to it %d, to another %d", may(nil), may(a), may(map[string]string{"ref": "b"}))
	}
	must(t, s.DisableVersion(t.Context(), "main", id, "ann", a))
	if may(nil) != 0 {
		t.Error("an input may have a version that is disabled")
	}
}

// What people decide about versions is kept, audited, tells the jobs of the
// pipeline, and is of one team.
func TestPins(t *testing.T) {
	s := pgtest.New(t)
	apply(t, s, team(t, s), demo())
	id := text(t, s, "SELECT id::text FROM objects WHERE address = $1", string(app))
	a, b := map[string]string{"ref": "a"}, map[string]string{"ref": "b"}
	_, err := s.Pool().Exec(t.Context(), "INSERT INTO versions (scope_id, version, digest, check_order) SELECT scope_id, '{\"ref\": \"a\"}', $1, 1 FROM resources WHERE object_id = $2",
		state.VersionDigest(a), id)
	must(t, err)
	pin := func(team string, v map[string]string) error {
		return s.PinResource(t.Context(), team, state.Pin{ResourceID: id, Version: v, Comment: "holds", By: "ann"})
	}
	for _, tt := range []struct {
		name  string
		do    func() error
		want  error
		count string // of pins and disabled versions, after it
	}{
		{"a pin", func() error { return pin("main", a) }, nil, "1 0"},
		{"a pin again", func() error { return pin("main", a) }, nil, "1 0"},
		{"to what nobody knows", func() error { return pin("main", b) }, state.ErrNotFound, "1 0"},
		{"by another team", func() error { return pin("other", a) }, state.ErrNotFound, "1 0"},
		{"unpin by another team", func() error { return s.UnpinResource(t.Context(), "other", id, "eve") }, nil, "1 0"},
		{"unpin", func() error { return s.UnpinResource(t.Context(), "main", id, "ann") }, nil, "0 0"},
		{"unpin again", func() error { return s.UnpinResource(t.Context(), "main", id, "ann") }, nil, "0 0"},
		{"disable", func() error { return s.DisableVersion(t.Context(), "main", id, "ann", a) }, nil, "0 1"},
		{"disable again", func() error { return s.DisableVersion(t.Context(), "main", id, "ann", a) }, nil, "0 1"},
		{"enable by another team", func() error { return s.EnableVersion(t.Context(), "other", id, "eve", a) }, state.ErrNotFound, "0 1"},
		{"enable", func() error { return s.EnableVersion(t.Context(), "main", id, "ann", a) }, nil, "0 0"},
	} {
		if err := tt.do(); !errors.Is(err, tt.want) {
			t.Fatalf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if got := text(t, s, "SELECT (SELECT count(*) FROM resource_pins) || ' ' || (SELECT count(*) FROM disabled_versions)"); got != tt.count {
			t.Fatalf("%s: %s pins and disabled versions, want %s", tt.name, got, tt.count)
		}
	}
	const want = "resource.pin resource.pin resource.unpin version.disable version.enable"
	if got := text(t, s, "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_events WHERE action NOT IN ('pipeline.apply', 'team.create')"); got != want {
		t.Errorf("audited %q, want %q", got, want)
	}
}
