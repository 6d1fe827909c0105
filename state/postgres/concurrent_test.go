package postgres_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// applied is one change that an applier made.
type applied struct {
	revision int64
	address  graph.Address
	spec     graph.Spec
}

// applier changes jobs of its own choice, each time from a plan that may be
// stale by then, and remembers what took effect.
type applier struct {
	name   string
	store  *postgres.Store
	teamID string
	jobs   []graph.Address
	rng    *rand.Rand
	done   []applied
	stale  int
}

func (a *applier) run(t *testing.T, times int) {
	for i := range times {
		prior, _ := current(t, a.store, a.teamID)
		at := a.jobs[a.rng.IntN(len(a.jobs))]
		spec := graph.Job{Steps: []graph.Step{task("t", fmt.Sprint(a.name, i))}}
		in := plan(a.teamID, prior, graphWith(t, prior, at, spec))
		revision, err := a.store.Apply(t.Context(), in)
		var stale *state.StaleError
		switch {
		case errors.As(err, &stale):
			a.stale++
			if len(stale.Moved) != 1 || stale.Moved[0].Address != string(at) {
				t.Errorf("a plan for %s is stale over %+v", at, stale.Moved)
			}
		case err != nil:
			t.Errorf("apply: %v", err)
		default:
			a.done = append(a.done, applied{revision, at, spec})
		}
	}
}

// graphWith is a graph with one node changed.
func graphWith(t testing.TB, g *graph.Graph, a graph.Address, spec graph.Spec) *graph.Graph {
	t.Helper()
	s := specs{}
	for _, n := range g.Nodes() {
		s[n.Address] = n.Spec
	}
	return s.with(a, spec).graph(t)
}

// race runs two appliers on two servers and checks that what is there in the
// end is exactly what the successful applies say, in the order of revisions.
func race(t *testing.T, mine, theirs []graph.Address) (stale int) {
	t.Helper()
	url := pgtest.URL(t)
	s := pgtest.Open(t, url)
	id := team(t, s)
	apply(t, s, id, demo())
	pair := []*applier{
		{name: "mine", store: s, teamID: id, jobs: mine, rng: rand.New(rand.NewPCG(1, 1))},
		{name: "theirs", store: pgtest.Open(t, url), teamID: id, jobs: theirs, rng: rand.New(rand.NewPCG(2, 2))},
	}
	var wg sync.WaitGroup
	for _, a := range pair {
		wg.Go(func() { a.run(t, 25) })
	}
	wg.Wait()
	all := slices.Concat(pair[0].done, pair[1].done)
	slices.SortFunc(all, func(x, y applied) int { return int(x.revision - y.revision) })
	want := demo()
	for i, a := range all {
		if a.revision != int64(i+2) {
			t.Fatalf("revision %d after %d", a.revision, i+1)
		}
		want = want.with(a.address, a.spec)
		g, err := s.GraphAt(t.Context(), id, "demo", a.revision)
		must(t, err)
		if g.Digest() != want.graph(t).Digest() {
			t.Fatalf("revision %d is not what was applied:\n%s", a.revision, g.Text())
		}
	}
	if drifts, err := s.Drift(t.Context(), id, "demo"); err != nil || len(drifts) > 0 {
		t.Errorf("drift %+v, %v", drifts, err)
	}
	return pair[0].stale + pair[1].stale
}

func jobs(names ...string) []graph.Address {
	var out []graph.Address
	for _, n := range names {
		out = append(out, graph.JobAddress(n))
	}
	return out
}

func TestDisjointAppliersNeverRefuseEachOther(t *testing.T) {
	if stale := race(t, jobs("a1", "a2", "a3"), jobs("b1", "b2", "b3")); stale > 0 {
		t.Errorf("%d plans were refused", stale)
	}
}

func TestOverlappingAppliersNeverUndoEachOther(t *testing.T) {
	shared := jobs("x", "y")
	t.Logf("%d plans were refused", race(t, shared, shared))
}

// Many pipelines whose resources share scopes, applied at once: nobody
// deadlocks, and every scope is checked as often as it should.
func TestPipelinesThatShareScopes(t *testing.T) {
	s := pgtest.New(t)
	var wg sync.WaitGroup
	for p := range 6 {
		id, err := s.EnsureTeam(t.Context(), fmt.Sprint("team", p))
		must(t, err)
		wg.Go(func() {
			for round := range 5 {
				want := specs{graph.PipelineAddress: graph.Pipeline{Name: "demo"}}
				for r := range 10 {
					shared := resource(fmt.Sprint("file:///", (r*7+p+round)%10)) // in another order each
					shared.CheckEvery = int64(1000 * (p + 1))
					want[graph.ResourceAddress("git", fmt.Sprint("r", r))] = shared
				}
				apply(t, s, id, want)
			}
		})
	}
	wg.Wait()
	if n := text(t, s, "SELECT string_agg(DISTINCT every_ms::text, ',') || ' ' || count(*) FROM scopes"); n != "1000 10" {
		t.Errorf("periods and number of scopes: %s", n)
	}
}
