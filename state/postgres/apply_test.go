package postgres_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// text is one value out of the database.
func text(t testing.TB, s *postgres.Store, sql string, args ...any) string {
	t.Helper()
	var out *string
	if err := s.Pool().QueryRow(t.Context(), sql, args...).Scan(&out); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if out == nil {
		return "NULL"
	}
	return *out
}

func current(t testing.TB, s *postgres.Store, teamID string) (*graph.Graph, int64) {
	t.Helper()
	g, revision, err := s.CurrentGraph(t.Context(), teamID, "demo")
	if err != nil {
		t.Fatal(err)
	}
	return g, revision
}

func TestApplyAndReadBack(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	if g, revision := current(t, s, id); g != nil || revision != 0 {
		t.Fatalf("before anything: %v, %d", g, revision)
	}
	want := demo()
	if revision := apply(t, s, id, want); revision != 1 {
		t.Errorf("revision %d", revision)
	}
	g, revision := current(t, s, id)
	if revision != 1 || !slices.Equal(g.Encode(), want.graph(t).Encode()) {
		t.Errorf("revision %d, graph\n%s", revision, g.Text())
	}
	if revision := apply(t, s, id, want); revision != 1 {
		t.Errorf("the same again is revision %d", revision)
	}
	list, err := s.ListPipelines(t.Context(), id)
	must(t, err)
	if len(list) != 1 || list[0].Name != "demo" || list[0].Revision != 1 || list[0].Digest != g.Digest() || list[0].Actor != "ann" {
		t.Errorf("list %+v", list)
	}
	events, err := s.AuditEvents(t.Context(), id, 10)
	must(t, err)
	if len(events) != 2 || events[1].Action != "team.create" || events[0].Action != "pipeline.apply" || events[0].Details["created"] != float64(len(want)) {
		t.Errorf("audit %+v", events)
	}
}

// Every revision stays what it was, and an address that comes back is the same
// object, so that its builds' numbers go on.
func TestHistoryAndIdentity(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	first := demo()
	second := first.with(ship, nil)
	third := first.with(unit, graph.Job{MaxInFlight: 1, Steps: []graph.Step{get(app)}})
	object := func() string { return text(t, s, "SELECT id::text FROM objects WHERE address = $1", ship) }
	apply(t, s, id, first)
	before := object()
	apply(t, s, id, second)
	if got := text(t, s, "SELECT spec_digest FROM objects WHERE address = $1", ship); got != "NULL" {
		t.Errorf("deleted, and has the digest %s", got)
	}
	apply(t, s, id, third)
	if after := object(); after != before {
		t.Errorf("object %s became %s", before, after)
	}
	for revision, want := range map[int64]specs{1: first, 2: second, 3: third} {
		g, err := s.GraphAt(t.Context(), id, "demo", revision)
		must(t, err)
		if g.Digest() != want.graph(t).Digest() {
			t.Errorf("revision %d is\n%s", revision, g.Text())
		}
	}
	if _, err := s.GraphAt(t.Context(), id, "demo", 4); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("revision 4: %v", err)
	}
}

func TestAStalePlanIsRefused(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	apply(t, s, id, demo())
	prior, _ := current(t, s, id)
	mine := plan(id, prior, demo().with(app, resource("file:///mine")).with(ship, nil).graph(t))
	theirs := plan(id, prior, demo().with(app, resource("file:///theirs")).graph(t))
	theirs.Actor = "bob"
	_, err := s.Apply(t.Context(), theirs)
	must(t, err)
	_, err = s.Apply(t.Context(), mine)
	var stale *state.StaleError
	if !errors.As(err, &stale) || len(stale.Moved) != 1 {
		t.Fatalf("error %v", err)
	}
	if m := stale.Moved[0]; m.Address != string(app) || m.Revision != 2 || m.Actor != "bob" || m.Expected == m.Actual || m.Actual == "" {
		t.Errorf("moved %+v", m)
	}
	if g, revision := current(t, s, id); revision != 2 || g.Digest() != theirs.Desired.Digest() {
		t.Errorf("half applied: revision %d\n%s", revision, g.Text())
	}
}

// Two plans from one base that touch different things both apply, and neither
// undoes the other.
func TestDisjointPlansBothApply(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	apply(t, s, id, demo())
	prior, _ := current(t, s, id)
	pinned := graph.Resource{TypeRef: typ, CheckEvery: 9000}
	lint := graph.Job{Steps: []graph.Step{task("lint", "true")}}
	for _, want := range []specs{demo().with(tool, pinned), demo().with("job.lint", lint), demo().with(ship, nil)} {
		_, err := s.Apply(t.Context(), plan(id, prior, want.graph(t)))
		must(t, err)
	}
	g, _ := current(t, s, id)
	if want := demo().with(tool, pinned).with("job.lint", lint).with(ship, nil).graph(t); g.Digest() != want.Digest() {
		t.Errorf("together:\n%s", g.Text())
	}
}

// Plans that touch different things may still not go together.
func TestDisjointPlansThatContradict(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	free := demo().with(ship, nil)
	apply(t, s, id, free)
	prior, _ := current(t, s, id)
	_, err := s.Apply(t.Context(), plan(id, prior, free.with(tool, nil).graph(t)))
	must(t, err)
	uses := graph.Job{Steps: []graph.Step{{Name: "p", Body: graph.Put{Resource: tool}}}}
	_, err = s.Apply(t.Context(), plan(id, prior, free.with("job.late", uses).graph(t)))
	if err == nil || !strings.Contains(err.Error(), "job.late: resource names resource.custom.tool, which is not there") {
		t.Errorf("error %v", err)
	}
}

func TestTeamsDoNotSeeEachOther(t *testing.T) {
	s := pgtest.New(t)
	mine := team(t, s)
	other, err := s.EnsureTeam(t.Context(), "other")
	must(t, err)
	apply(t, s, mine, demo())
	if g, revision := current(t, s, other); g != nil || revision != 0 {
		t.Errorf("the other team sees revision %d", revision)
	}
	if _, err := s.GraphAt(t.Context(), other, "demo", 1); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("the other team reads: %v", err)
	}
	if _, err := s.Apply(t.Context(), plan(other, nil, nil)); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("the other team destroys: %v", err)
	}
	if list, err := s.ListPipelines(t.Context(), other); err != nil || len(list) != 0 {
		t.Errorf("the other team lists %v, %v", list, err)
	}
}

func TestApplyOfAnotherPipelinesGraph(t *testing.T) {
	s := pgtest.New(t)
	in := plan(team(t, s), nil, demo().graph(t))
	in.Pipeline = "else"
	if _, err := s.Apply(t.Context(), in); err == nil || !strings.Contains(err.Error(), `the graph is of pipeline "demo"`) {
		t.Errorf("error %v", err)
	}
}

// Lines that move in the file are no revision, but are kept.
func TestMovedLines(t *testing.T) {
	s := pgtest.New(t)
	id := team(t, s)
	apply(t, s, id, demo())
	b := graph.NewBuilder(graph.Header{})
	for a, spec := range demo() {
		must(t, b.Add(a, spec, graph.Meta{File: "moved.hcl", Line: 7}))
	}
	g, err := b.Finish()
	must(t, err)
	revision, err := s.Apply(t.Context(), plan(id, g, g))
	must(t, err)
	now, _ := current(t, s, id)
	if n, _ := now.Lookup(unit); revision != 1 || n.Meta.File != "moved.hcl" {
		t.Errorf("revision %d, meta %+v", revision, n.Meta)
	}
}
