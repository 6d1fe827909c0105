package planner

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/weirci/weir/compiler/graph"
)

// Difference is what lies between two graphs.
type Difference struct {
	Changes   []Change // sorted by address
	Unchanged int      // nodes that are in both, the same and not affected
}

// Diff compares what is applied with what is wanted. A nil prior is nothing at
// all; a nil desired wants nothing to be left. It merges the two sorted lists of
// nodes once and looks into no definition whose digest is the same.
func Diff(prior, desired *graph.Graph) Difference {
	old, want := nodes(prior), nodes(desired)
	moves := graph.Moves(prior, desired)
	gone := make(map[graph.Address]bool, len(moves))
	for _, from := range moves {
		gone[from] = true
	}
	var d Difference
	for len(old) > 0 || len(want) > 0 {
		switch {
		case len(old) > 0 && gone[old[0].Address]: // it comes again at its new address
			old = old[1:]
		case len(want) > 0 && moves[want[0].Address] != "" && (len(old) == 0 || want[0].Address < old[0].Address):
			was, _ := prior.Lookup(moves[want[0].Address])
			d.add(Update{want[0].Address, was.SpecDigest, was.Spec, want[0].Spec, was.Address})
			want = want[1:]
		case len(want) == 0 || len(old) > 0 && old[0].Address < want[0].Address:
			d.add(Delete{old[0].Address, old[0].SpecDigest, old[0].Spec})
			old = old[1:]
		case len(old) == 0 || want[0].Address < old[0].Address:
			d.add(Create{want[0].Address, want[0].Spec})
			want = want[1:]
		default:
			d.add(compare(&old[0], &want[0], prior, desired))
			old, want = old[1:], want[1:]
		}
	}
	return d
}

func nodes(g *graph.Graph) []graph.Node {
	if g == nil {
		return nil
	}
	return g.Nodes()
}

func (d *Difference) add(c Change) {
	if c == nil {
		d.Unchanged++
		return
	}
	d.Changes = append(d.Changes, c)
}

// compare gives the change between two nodes of one address, nil for none.
func compare(old, want *graph.Node, prior, desired *graph.Graph) Change {
	switch {
	case old.SpecDigest != want.SpecDigest || !sameMeta(old.Spec, want.Spec):
		return Update{want.Address, old.SpecDigest, old.Spec, want.Spec, ""}
	case old.ExecDigest != want.ExecDigest:
		return Affected{want.Address, old.SpecDigest, changedReferences(want.Spec, prior, desired)}
	}
	return nil
}

// changedReferences lists what a spec depends on and has another exec digest now.
func changedReferences(s graph.Spec, prior, desired *graph.Graph) []graph.Address {
	var out []graph.Address
	for _, r := range graph.References(s) {
		old, _ := prior.Lookup(r.To)
		now, _ := desired.Lookup(r.To)
		if r.Exec && old.ExecDigest != now.ExecDigest {
			out = append(out, r.To)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sameMeta compares the fields that are in no digest: a new description is a
// change too, if one without consequences.
func sameMeta(a, b graph.Spec) bool {
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	if va.Type() != vb.Type() {
		return false
	}
	for _, i := range metaFields()[va.Type()] {
		if !va.Field(i).Equal(vb.Field(i)) {
			return false
		}
	}
	return true
}

// metaFields are the indices of the fields of each kind of spec that are tagged
// meta; all can be compared.
var metaFields = sync.OnceValue(func() map[reflect.Type][]int {
	out := map[reflect.Type][]int{}
	for _, s := range []graph.Spec{graph.Pipeline{}, graph.ResourceType{}, graph.Resource{}, graph.Job{}, graph.SecretSource{}, graph.Group{}} {
		t := reflect.TypeOf(s)
		for i := range t.NumField() {
			if _, class, _ := strings.Cut(t.Field(i).Tag.Get("weir"), ","); class == "meta" {
				out[t] = append(out[t], i)
			}
		}
	}
	return out
})
