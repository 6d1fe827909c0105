package planner

import (
	"slices"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

// renamed is the shop with its unit job called test, which used to be unit.
func renamed(t testing.TB, removed ...string) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	for a, s := range shop() {
		var m graph.Meta
		switch a {
		case unit:
			a, m.Moved = "job.test", []string{"job.between", string(unit)}
		case ship:
			j := graph.Job{Steps: []graph.Step{{Name: "app", Body: graph.Get{Resource: app, Passed: []graph.Address{"job.test"}}}}}
			s = j
		case graph.PipelineAddress:
			m.Removed = removed
		}
		if err := b.Add(a, s, m); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A node that moved is the same node with another address: it is neither
// destroyed nor added, and what hangs on it is told to stay.
func TestMovesArePlanned(t *testing.T) {
	prior := build(t, shop())
	p := New("main", "shop", 3, prior, renamed(t), Observed{unit: {Builds: 7}})
	if s := p.Summary(); s.Add != 0 || s.Destroy != 0 {
		t.Errorf("%+v: %v", s, told(Difference{Changes: p.Changes}))
	}
	i := slices.IndexFunc(p.Changes, func(c Change) bool { return c.At() == "job.test" })
	if u, ok := p.Changes[i].(Update); !ok || u.Was() != unit || !Attributes(u).Empty() {
		t.Errorf("%+v", p.Changes[i])
	}
	if !slices.Contains(p.Effects, Effect{Address: "job.test", Sentence: "was job.unit, and keeps its 7 builds"}) {
		t.Errorf("effects %+v", p.Effects)
	}
	back, err := Decode(p.Encode())
	if err != nil || back.Digest() != p.Digest() {
		t.Errorf("it does not come back from its bytes: %v", err)
	}
}

// Applied, nothing is left of the old address; where somebody changed that
// meanwhile, the plan is stale.
func TestMovesMerge(t *testing.T) {
	prior := build(t, shop())
	p := New("main", "shop", 3, prior, renamed(t), nil)
	g, stale, err := Merge(p, prior)
	if err != nil || len(stale) > 0 || g.Digest() != p.Desired.Digest() {
		t.Errorf("%v, %v", stale, err)
	}
	other := build(t, with(shop(), map[graph.Address]graph.Spec{unit: graph.Job{MaxInFlight: 9, Steps: shop()[unit].(graph.Job).Steps}}))
	if _, stale, _ := Merge(p, other); len(stale) != 1 || stale[0].Address != unit {
		t.Errorf("stale %+v", stale)
	}
	if again := Diff(g, renamed(t)); len(again.Changes) > 0 {
		t.Errorf("the second time: %v", told(again))
	}
}

// What goes on purpose is told, and is no loss.
func TestRemovedIsNoLoss(t *testing.T) {
	prior := build(t, with(shop(), map[graph.Address]graph.Spec{`module.old["a"].job.gone`: graph.Job{}}))
	seen := Observed{`module.old["a"].job.gone`: {Builds: 3}}
	loss := func(removed ...string) bool {
		p := New("main", "shop", 3, prior, renamed(t, removed...), seen)
		return slices.ContainsFunc(p.Effects, func(e Effect) bool { return e.Loss })
	}
	if !loss() || !loss("module.ol") {
		t.Error("builds go, and that is no loss")
	}
	if loss("module.old") {
		t.Error("it goes on purpose, and that is a loss")
	}
}
