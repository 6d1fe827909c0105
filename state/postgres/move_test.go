package postgres_test

import (
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// moved is a graph in which one node says where it was before.
func moved(t *testing.T, s specs, a graph.Address, from string) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	for address, spec := range s {
		var m graph.Meta
		if address == a {
			m.Moved = []string{from}
		}
		must(t, b.Add(address, spec, m))
	}
	g, err := b.Finish()
	must(t, err)
	return g
}

// An object that moved is the same one, under another address; older revisions
// stay what they were, and so does what was deleted under the new name.
func TestMovedObjects(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	object := func(a graph.Address) string {
		return text(t, s, "SELECT id::text FROM objects WHERE address = $1", a)
	}
	test := graph.Address("job.test")
	first := demo().with(test, graph.Job{Steps: []graph.Step{task("t", "true")}})
	second := demo()
	apply(t, s, id, first)
	dead := object(test)
	apply(t, s, id, second)
	before := object(unit)

	third := demo().with(unit, nil).with(test, demo()[unit]).
		with(ship, graph.Job{Steps: []graph.Step{get(app, test), {Name: "put", Body: graph.Put{Resource: tool}}}})
	prior, _ := current(t, s, id)
	revision, err := s.Apply(t.Context(), plan(id, prior, moved(t, third, test, string(unit))))
	must(t, err)
	if revision != 3 || object(test) != before || object(unit) != dead {
		t.Errorf("revision %d: job.test is %s, was %s; job.unit is %s, was %s", revision, object(test), before, object(unit), dead)
	}
	for revision, want := range map[int64]specs{1: first, 2: second, 3: third} {
		g, err := s.GraphAt(t.Context(), id, "demo", revision)
		must(t, err)
		if g.Digest() != want.graph(t).Digest() {
			t.Errorf("revision %d is\n%s", revision, g.Text())
		}
	}
	prior, _ = current(t, s, id)
	if revision, err = s.Apply(t.Context(), plan(id, prior, moved(t, third, test, string(unit)))); err != nil || revision != 3 {
		t.Errorf("the same again: revision %d, %v", revision, err)
	}
	if drift, err := s.Drift(t.Context(), id, "demo"); err != nil || len(drift) > 0 {
		t.Errorf("drift %+v, %v", drift, err)
	}
}
