package containerd

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"
)

func TestRunsThatOverlapShareAShim(t *testing.T) {
	g := newGroups()
	if first := g.join("a"); first != "a" {
		t.Errorf("the first is in %q, want a group of its own", first)
	}
	if second := g.join("b"); second != "b" {
		t.Errorf("%q: a's shim is not there yet, two starts of it would meet", second)
	}
	g.made("a")
	if third := g.join("c"); third != "a" {
		t.Errorf("the third is in %q, want a", third)
	}
	g.made("b")
	g.made("c")
	if fourth := g.join("d"); fourth != "a" {
		t.Errorf("the fourth is in %q, want the fuller one, a", fourth)
	}
}

func TestAGroupIsBounded(t *testing.T) {
	g := newGroups()
	counts := map[string]int{}
	for i := range 3 * shimSize {
		id := fmt.Sprint(i)
		counts[g.join(id)]++
		g.made(id)
	}
	for name, n := range counts {
		if n > shimSize {
			t.Errorf("%d runs in group %s", n, name)
		}
	}
	g = newGroups()
	g.join("keeper")
	g.made("keeper")
	for i := range shimAge {
		id := fmt.Sprintf("n%d", i)
		in := g.join(id)
		if want := i < shimAge-1; (in == "keeper") != want {
			t.Fatalf("run %d is in %s", i, in)
		}
		g.made(id)
		g.leave(id)
	}
}

func TestAnEmptyGroupIsNeverUsedAgain(t *testing.T) {
	g := newGroups()
	g.join("a")
	g.made("a")
	g.leave("a")
	if in := g.join("b"); in != "b" {
		t.Errorf("b is in %q, whose shim is ending", in)
	}
	g.failed("b")
	if in := g.join("c"); in != "c" {
		t.Errorf("c is in %q, whose shim never was", in)
	}
}

func TestTheLastOneWaitsForThoseThatRelyOnIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGroups()
		g.join("a")
		g.made("a")
		g.join("b")
		left := false
		go func() { g.leave("a"); left = true }()
		synctest.Wait()
		if left {
			t.Error("a left while b's container was being made under its shim")
		}
		g.made("b")
		synctest.Wait()
		if !left {
			t.Error("a waits although b is there")
		}
	})
}

// Whatever happens in whatever order: a run only ever joins a group that has a
// container, or one that no run was in before.
func TestGroupsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := newGroups()
		there, coming, used := map[string]int{}, map[string]string{}, map[string]bool{}
		in := map[string]string{}
		pick := func(from map[string]string) string {
			return rapid.SampledFrom(slices.Sorted(maps.Keys(from))).Draw(t, "run")
		}
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				id := fmt.Sprint(i)
				name := g.join(id)
				if there[name] == 0 && used[name] {
					t.Fatalf("run %s joins %s, which is empty", id, name)
				}
				coming[id], used[name] = name, true
			case 1, 2:
				if len(coming) == 0 {
					continue
				}
				id := pick(coming)
				if rapid.Bool().Draw(t, "fails") {
					g.failed(id)
				} else {
					g.made(id)
					in[id] = coming[id]
					there[coming[id]]++
				}
				delete(coming, id)
			case 3:
				if len(in) == 0 || len(coming) > 0 { // else it might wait
					continue
				}
				id := pick(in)
				g.leave(id)
				there[in[id]]--
				delete(in, id)
			}
		}
	})
}
