package postgres_test

import (
	"errors"
	"testing"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/pgtest"
)

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
	if got := text(t, s, "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_events WHERE action <> 'pipeline.apply'"); got != want {
		t.Errorf("audited %q, want %q", got, want)
	}
}
