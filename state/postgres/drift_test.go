package postgres_test

import (
	"errors"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/pgtest"
)

func TestDrift(t *testing.T) {
	changed := graph.EncodeSpec(resource("file:///evil"))
	for name, test := range map[string]struct {
		sql  string // what somebody does past Weir
		args []any
		want map[state.DriftReason]string // and the address it is found at
	}{
		"nothing": {sql: "SELECT 1"},
		"a definition": {
			sql:  "UPDATE object_versions v SET spec = $1 FROM objects o WHERE o.id = v.object_id AND o.address = $2",
			args: []any{changed, app},
			want: map[state.DriftReason]string{state.DriftSpecChanged: string(app), state.DriftGraphChanged: ""},
		},
		"rubbish": {
			sql:  "UPDATE object_versions v SET spec = 'x' FROM objects o WHERE o.id = v.object_id AND o.address = $1",
			args: []any{app},
			want: map[state.DriftReason]string{state.DriftSpecChanged: string(app), state.DriftGraphBroken: ""},
		},
		"an object": {
			sql:  "UPDATE objects SET exec_digest = 'sha256:0' WHERE address = $1",
			args: []any{unit},
			want: map[state.DriftReason]string{state.DriftObjectChanged: string(unit)},
		},
		"digests in both places": {
			sql: `WITH o AS (UPDATE objects SET exec_digest = 'sha256:0' WHERE address = $1 RETURNING id)
				UPDATE object_versions SET exec_digest = 'sha256:0' WHERE object_id = (SELECT id FROM o)`,
			args: []any{unit},
			want: map[state.DriftReason]string{state.DriftObjectChanged: string(unit)},
		},
		"an object that is gone": {
			sql:  "UPDATE objects SET spec_digest = NULL WHERE address = $1",
			args: []any{unit},
			want: map[state.DriftReason]string{state.DriftVersionOrphan: string(unit)},
		},
		"a definition that is gone": {
			sql:  "DELETE FROM object_versions v USING objects o WHERE o.id = v.object_id AND o.address = $1",
			args: []any{ship},
			want: map[state.DriftReason]string{state.DriftVersionMissing: string(ship), state.DriftGraphChanged: ""},
		},
		"a resource without scope": {
			sql:  "DELETE FROM resources r USING objects o WHERE o.id = r.object_id AND o.address = $1",
			args: []any{app},
			want: map[state.DriftReason]string{state.DriftNoScope: string(app)},
		},
		"another scope": {
			sql:  "UPDATE resources SET scope_id = (SELECT scope_id FROM resources JOIN objects ON id = object_id WHERE address = $1)",
			args: []any{app},
			want: map[state.DriftReason]string{state.DriftWrongScope: string(tool)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.New(t)
			id := team(t, s)
			apply(t, s, id, demo())
			_, err := s.Pool().Exec(t.Context(), test.sql, test.args...)
			must(t, err)
			drifts, err := s.Drift(t.Context(), id, "")
			must(t, err)
			if len(drifts) != len(test.want) {
				t.Errorf("found %+v", drifts)
			}
			for _, d := range drifts {
				if address, ok := test.want[d.Reason]; !ok || d.Address != address || d.Pipeline != "demo" || d.Message == "" {
					t.Errorf("found %+v", d)
				}
			}
		})
	}
}

func TestDriftOfNoPipeline(t *testing.T) {
	s := pgtest.New(t)
	if _, err := s.Drift(t.Context(), team(t, s), "none"); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}
