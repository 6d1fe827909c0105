package planner

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

// genPipeline is a random pipeline over few addresses, so that two of them have
// much in common.
func genPipeline(t *rapid.T) map[graph.Address]graph.Spec {
	specs := map[graph.Address]graph.Spec{"pipeline": graph.Pipeline{Name: "p"}}
	for _, name := range []string{"a", "b", "c"} {
		if n := rapid.Int64Range(0, 3).Draw(t, name); n > 0 {
			specs[graph.JobAddress(name)] = graph.Job{MaxInFlight: n}
		}
		if n := rapid.Int64Range(0, 3).Draw(t, "resource "+name); n > 0 {
			specs[graph.ResourceAddress("git", name)] = graph.Resource{Type: "git", CheckEvery: n}
		}
	}
	return specs
}

func buildR(t *rapid.T, specs map[graph.Address]graph.Spec) *graph.Graph {
	b := graph.NewBuilder(graph.Header{})
	for a, s := range specs {
		if err := b.Add(a, s, graph.Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Applied to what it was made against, a plan gives what it wants, and a plan
// made after it is empty.
func TestPlanAfterApplyIsEmpty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prior, desired := buildR(t, genPipeline(t)), buildR(t, genPipeline(t))
		got, moved, err := Merge(New("t", "p", 1, prior, desired, nil), prior)
		if err != nil || len(moved) > 0 {
			t.Fatal(moved, err)
		}
		if got.Digest() != desired.Digest() {
			t.Fatal("what was applied is not what was wanted")
		}
		if again := New("t", "p", 2, got, desired, nil); !again.Empty() {
			t.Fatalf("the plan after apply is not empty: %v", again.Changes)
		}
	})
}

// Of two plans made against the same ground, the second applies after the first
// exactly if they touch no address in common; then both have their will, and the
// order does not matter.
func TestDisjointPlansBothApply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prior := buildR(t, genPipeline(t))
		one := New("t", "p", 1, prior, buildR(t, genPipeline(t)), nil)
		two := New("t", "p", 1, prior, buildR(t, genPipeline(t)), nil)
		after, _, err := Merge(one, prior)
		if err != nil {
			t.Fatal(err)
		}
		both, moved, err := Merge(two, after)
		if err != nil {
			t.Fatal(err)
		}
		if overlap := common(one, two); len(moved) != overlap {
			t.Fatalf("%d addresses are touched by both, %v moved", overlap, moved)
		} else if overlap > 0 {
			return
		}
		other, _, _ := Merge(two, prior)
		turned, moved, err := Merge(one, other)
		if err != nil || len(moved) > 0 {
			t.Fatal(moved, err)
		}
		if !slices.EqualFunc(both.Nodes(), turned.Nodes(), func(a, b graph.Node) bool {
			return a.Address == b.Address && a.SpecDigest == b.SpecDigest && a.ExecDigest == b.ExecDigest
		}) {
			t.Fatal("the order of two disjoint plans matters")
		}
	})
}

// common counts the addresses that both plans touch and that do not come out of
// the first one as the second one found them (they always differ: both change it).
func common(one, two *Plan) int {
	n := 0
	for _, c := range one.Changes {
		if slices.ContainsFunc(two.Changes, func(d Change) bool { return c.At() == d.At() }) {
			n++
		}
	}
	return n
}

func TestMergeSaysWhatMoved(t *testing.T) {
	prior := build(t, shop())
	mine := New("main", "shop", 1, prior, build(t, with(shop(), map[graph.Address]graph.Spec{ship: nil})), nil)
	theirs := build(t, with(shop(), map[graph.Address]graph.Spec{ship: graph.Job{}}))
	_, moved, err := Merge(mine, theirs)
	was, _ := prior.Lookup(ship)
	is, _ := theirs.Lookup(ship)
	if want := (Moved{ship, was.SpecDigest, is.SpecDigest}); err != nil || len(moved) != 1 || moved[0] != want {
		t.Errorf("moved %v (%v), want %v", moved, err, want)
	}
}

// The exec digest of what is affected is that of the merged graph, whoever
// changed its definition in between.
func TestAffectedNodesAreNoGround(t *testing.T) {
	prior := build(t, shop())
	source := gitSource("https://example.com/other.git")
	mine := New("main", "shop", 1, prior, build(t, with(shop(), map[graph.Address]graph.Spec{app: source})), nil)
	job := graph.Job{MaxInFlight: 1, Steps: shop()[unit].(graph.Job).Steps}
	got, moved, err := Merge(mine, build(t, with(shop(), map[graph.Address]graph.Spec{unit: job})))
	if err != nil || len(moved) > 0 {
		t.Fatal(moved, err)
	}
	want := build(t, with(shop(), map[graph.Address]graph.Spec{app: source, unit: job}))
	if got.Digest() != want.Digest() {
		t.Error("the merged graph is not that of both changes")
	}
}

func TestMergeRefusesWhatDoesNotGoTogether(t *testing.T) {
	small := with(shop(), map[graph.Address]graph.Spec{ship: nil})
	prior := build(t, small)
	mine := New("main", "shop", 1, prior, build(t, shop()), nil) // adds ship, which names unit and app
	theirs := build(t, with(small, map[graph.Address]graph.Spec{unit: nil}))
	_, moved, err := Merge(mine, theirs)
	if err == nil || len(moved) > 0 || !strings.Contains(err.Error(), "job.unit, which is not there") {
		t.Errorf("moved %v, error %v", moved, err)
	}
}

func TestDestroyTouchesWhatAppearedSince(t *testing.T) {
	small := with(shop(), map[graph.Address]graph.Spec{ship: nil})
	destroy := New("main", "shop", 1, build(t, small), nil, nil)
	if g, moved, err := Merge(destroy, build(t, small)); g != nil || len(moved) > 0 || err != nil {
		t.Errorf("destroying what was seen: %v %v %v", g, moved, err)
	}
	if _, moved, _ := Merge(destroy, build(t, shop())); len(moved) != 1 || moved[0].Address != ship {
		t.Errorf("moved %v, want %s", moved, ship)
	}
}
