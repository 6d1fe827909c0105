package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// chain is a scope whose type's image comes from n resources, each of a type whose
// image is the next; the last is built in. Addresses are all the same: they may come
// from several pipelines.
func chain(n int) Scope {
	const same = graph.Address("resource.same.same")
	typ := func() *graph.ResourceType { return &graph.ResourceType{ImageResource: same} }
	s := scope(func(s *Scope) { s.Resource, s.Type = graph.Resource{TypeRef: "resource_type.same"}, typ() })
	for i := range n {
		image := state.ScopeImage{Resource: graph.Resource{TypeRef: "resource_type.same", Source: graph.Map{"level": graph.Number(string(rune('1' + i)))}},
			Type: typ(), Version: v("1"), Checked: true}
		if i == n-1 {
			image.Resource, image.Type = graph.Resource{Type: "mock"}, nil
		}
		s.Images = append(s.Images, image)
	}
	return s
}

// begun is the check that is made, if one is.
func begun(d Decision) (StartCheck, bool) {
	i := slices.IndexFunc(d.Commands, func(c Command) bool { _, ok := c.(StartCheck); return ok })
	if i < 0 {
		return StartCheck{}, false
	}
	return d.Commands[i].(StartCheck), true
}

// Each type of a chain has its image from the one behind it, and another version
// anywhere is another image.
func TestChainOfTypes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "types")
		s := chain(n)
		c, ok := begun(decide(s, nil))
		if !ok {
			t.Fatal("no check is made")
		}
		depth := 0
		for at := c.Task.GetImageFrom(); at != nil; at = at.GetImageFrom() {
			depth++
			if builtIn := at.GetImageBuiltin() != ""; builtIn != (depth == n) {
				t.Fatalf("the image at depth %d of %d: %v", depth, n, at)
			}
		}
		if depth != n || c.Image == "" {
			t.Fatalf("%d images and %q, want %d", depth, c.Image, n)
		}
		s.Images[rapid.IntRange(0, n-1).Draw(t, "which")].Version = v("2")
		other, _ := begun(decide(s, nil))
		if other.Image == c.Image {
			t.Fatalf("another version gives the same image")
		}
	})
}

// A new image of its type has a scope checked at once, when it is its turn; nothing
// else does.
func TestANewImageOfTheType(t *testing.T) {
	s := chain(2)
	first, _ := begun(decide(s, nil))
	s.CheckedImage, s.DueAt = first.Image, now.Add(time.Hour)
	if _, ok := begun(decide(s, nil)); ok || Waits(s, now) {
		t.Error("checked again with the same image")
	}
	s.Images[1].Version = v("2")
	if _, ok := begun(decide(s, nil)); !ok || !Waits(s, now) {
		t.Error("not checked with the new image")
	}
	if _, ok := begun(Decide(s, Options{Now: now, Turn: now.Add(time.Second)})); ok {
		t.Error("checked before its turn")
	}
	s.Images[0].Version = nil
	if _, ok := begun(decide(s, nil)); ok {
		t.Error("checked without an image")
	}
	s.Images[0].Version, s.Every = v("1"), 0
	if _, ok := begun(decide(s, nil)); ok {
		t.Error("one that is never checked by itself was checked")
	}
}

// What a check waits for whose type has no image.
func TestNoImage(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Scope)
		says   string
		fails  bool
	}{
		"no version":              {func(s *Scope) { s.Images[0].Version = nil }, "waits for the image of resource_type.same: no version of resource.same.same yet", false},
		"never checked":           {func(s *Scope) { s.Images[0].Version, s.Images[0].Checked = nil, false }, "yet; it has not been checked yet", false},
		"its check fails":         {func(s *Scope) { s.Images[1].Version, s.Images[1].LastError = nil, "no such host" }, "its last check failed: no such host", false},
		"asked, nothing to await": {func(s *Scope) { s.Images[1].Version, s.Requested = nil, true }, "no version of resource.same.same yet", true},
		"asked, it is checked":    {func(s *Scope) { s.Images[1].Version, s.Requested, s.Images[1].Busy = nil, true, true }, "resource.same.same is checked first", false},
		"asked, one is there":     {func(s *Scope) { s.Requested, s.Images[1].Busy = true, true }, "resource.same.same is checked first", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := chain(2)
			c.change(&s)
			said, failed := "", false
			for _, cmd := range decide(s, nil).Commands {
				switch cmd := cmd.(type) {
				case Hold:
					said = cmd.Message
					if cmd.Reason != "NoImage" {
						t.Errorf("reason %s", cmd.Reason)
					}
				case RecordFailure:
					said, failed = cmd.Error, true
				case StartCheck:
					t.Error("a check is made")
				}
			}
			if !strings.Contains(said, c.says) || failed != c.fails {
				t.Errorf("says %q, failed %v", said, failed)
			}
		})
	}
}
