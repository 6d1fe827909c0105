package planner

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

// oldOf and newOf put the two sides of a delta together again.
func oldOf(d Delta) (graph.Value, bool) {
	switch d := d.(type) {
	case Keep:
		return d.Value, true
	case Remove:
		return d.Old, true
	case Replace:
		return d.Old, true
	case Add:
		return nil, false
	}
	return assemble(d, oldOf), true
}

func newOf(d Delta) (graph.Value, bool) {
	switch d := d.(type) {
	case Keep:
		return d.Value, true
	case Add:
		return d.New, true
	case Replace:
		return d.New, true
	case Remove:
		return nil, false
	}
	return assemble(d, newOf), true
}

func assemble(d Delta, side func(Delta) (graph.Value, bool)) graph.Value {
	switch d := d.(type) {
	case MapDelta:
		m := graph.Map{}
		for _, f := range d.Fields {
			if v, ok := side(f.Delta); ok {
				m[f.Name] = v
			}
		}
		return m
	case ListDelta:
		l := graph.List{}
		for _, i := range d.Items {
			if v, ok := side(i); ok {
				l = append(l, v)
			}
		}
		return l
	case TextDelta:
		var lines []string
		for _, i := range d.Lines {
			if v, ok := side(i); ok {
				lines = append(lines, string(v.(graph.String)))
			}
		}
		return graph.String(strings.Join(lines, "\n"))
	}
	panic(fmt.Sprintf("%T", d))
}

// A delta tells the whole truth: either side can be put together from it.
func TestDeltaHoldsBothSides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genValue(t, 3), genValue(t, 3)
		d := DiffValues(a, b)
		if got, _ := oldOf(d); fingerprint(got) != fingerprint(a) {
			t.Fatalf("old side is %s, want %s", fingerprint(got), fingerprint(a))
		}
		if got, _ := newOf(d); fingerprint(got) != fingerprint(b) {
			t.Fatalf("new side is %s, want %s", fingerprint(got), fingerprint(b))
		}
	})
}

func TestDeltaHoldsBothSidesOfSpecs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genSpec(t)
		b := mutate(t, a)
		d := Attributes(Update{Old: a, New: b})
		if got := assemble(d, oldOf); fingerprint(got) != fingerprint(graph.Attributes(a)) {
			t.Fatalf("old side is %s, want %s", fingerprint(got), fingerprint(graph.Attributes(a)))
		}
		if got := assemble(d, newOf); fingerprint(got) != fingerprint(graph.Attributes(b)) {
			t.Fatalf("new side is %s, want %s", fingerprint(got), fingerprint(graph.Attributes(b)))
		}
	})
}

// shape is a list delta in one letter an item: = kept, + added, - removed, ~ changed.
func shape(d Delta) string {
	var b strings.Builder
	for _, i := range d.(ListDelta).Items {
		switch i.(type) {
		case Keep:
			b.WriteByte('=')
		case Add:
			b.WriteByte('+')
		case Remove:
			b.WriteByte('-')
		default:
			b.WriteByte('~')
		}
	}
	return b.String()
}

func TestListsAreAligned(t *testing.T) {
	words := func(s string) graph.List {
		var l graph.List
		for _, w := range strings.Fields(s) {
			l = append(l, graph.String(w))
		}
		return l
	}
	steps := func(s ...graph.Step) graph.List {
		return graph.Attributes(graph.Job{Steps: s})["steps"].(graph.List)
	}
	a, b, c := task("a", "1"), task("b", "1"), task("c", "1")
	anonymous := func(s ...graph.Step) graph.Step { return graph.Step{Body: graph.Do{Steps: s}} }
	for name, tt := range map[string]struct {
		from, to graph.List
		want     string
	}{
		"one in front":               {words("b c"), words("a b c"), "+=="},
		"one in the middle":          {words("a c"), words("a b c"), "=+="},
		"one goes":                   {words("a b c"), words("a c"), "=-="},
		"another":                    {words("a b c"), words("a x c"), "=-+="},
		"two places":                 {words("a b c d"), words("a x c d e"), "=-+==+"},
		"a step in front":            {steps(b, c), steps(a, b, c), "+=="},
		"a step changed":             {steps(a, b, c), steps(a, task("b", "2"), c), "=~="},
		"a step renamed":             {steps(a, b, c), steps(a, task("x", "1"), c), "=-+="},
		"first new, second changed":  {steps(b), steps(a, task("b", "2")), "+~"},
		"a nameless step changed":    {steps(anonymous(a)), steps(anonymous(a, b)), "~"},
		"namesakes: the equal stays": {steps(a, a), steps(task("a", "2"), a), "~="},
		"another kind of that name":  {steps(a), steps(graph.Step{Name: "a", Body: graph.Get{Resource: app}}), "-+"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := shape(DiffValues(tt.from, tt.to)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestLongListsAreNotAligned(t *testing.T) {
	var a, b graph.List
	for i := range 3000 {
		a = append(a, graph.Number(fmt.Sprint(i)))
		b = append(b, graph.Number(fmt.Sprint(-i-1)))
	}
	if got := len(DiffValues(a, b).(ListDelta).Items); got != 6000 {
		t.Errorf("%d items, want 6000", got)
	}
}
