package planner

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

// told is a list of changes in short.
func told(d Difference) []string {
	var out []string
	for _, c := range d.Changes {
		word := fmt.Sprintf("%T %s", c, c.At())
		if a, ok := c.(Affected); ok {
			word += fmt.Sprint(" by ", a.By)
		}
		out = append(out, word)
	}
	return append(out, fmt.Sprint(d.Unchanged, " unchanged"))
}

func TestDiff(t *testing.T) {
	described := graph.Job{Description: "fast", Steps: shop()[unit].(graph.Job).Steps}
	for name, tt := range map[string]struct {
		from, to map[graph.Address]graph.Spec // nil: no graph
		want     []string
	}{
		"nothing there": {nil, shop(), []string{
			"planner.Create job.ship", "planner.Create job.unit", "planner.Create pipeline", "planner.Create resource.git.app", "0 unchanged",
		}},
		"destroy": {shop(), nil, []string{
			"planner.Delete job.ship", "planner.Delete job.unit", "planner.Delete pipeline", "planner.Delete resource.git.app", "0 unchanged",
		}},
		"nothing at all": {nil, nil, []string{"0 unchanged"}},
		"the same":       {shop(), shop(), []string{"4 unchanged"}},
		"one job": {
			shop(), with(shop(), map[graph.Address]graph.Spec{ship: graph.Job{MaxInFlight: 1, Steps: shop()[ship].(graph.Job).Steps}}),
			[]string{"planner.Update job.ship", "3 unchanged"},
		},
		"a description, which is in no digest": {
			shop(), with(shop(), map[graph.Address]graph.Spec{unit: described}),
			[]string{"planner.Update job.unit", "3 unchanged"},
		},
		"a source, which reaches the jobs that use it": {
			shop(), with(shop(), map[graph.Address]graph.Spec{app: gitSource("https://example.com/other.git")}),
			[]string{
				"planner.Affected job.ship by [resource.git.app]", "planner.Affected job.unit by [resource.git.app]",
				"planner.Update resource.git.app", "1 unchanged",
			},
		},
		"a job goes, another comes": {
			shop(), with(shop(), map[graph.Address]graph.Spec{ship: nil, "job.zip": graph.Job{}}),
			[]string{"planner.Delete job.ship", "planner.Create job.zip", "3 unchanged"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var from, to *graph.Graph
			if tt.from != nil {
				from = build(t, tt.from)
			}
			if tt.to != nil {
				to = build(t, tt.to)
			}
			if got := told(Diff(from, to)); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func node(t interface{ Fatal(...any) }, s graph.Spec) *graph.Node {
	d, err := graph.SpecDigest(s)
	if err != nil {
		t.Fatal(err)
	}
	return &graph.Node{Address: "x", Spec: s, SpecDigest: d}
}

// Two specs are the same to Diff exactly when their canonical bytes are, and
// then their attributes are too: no field can be missed.
func TestDiffSeesEveryField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genSpec(t)
		b := mutate(t, a)
		same := string(graph.EncodeSpec(a)) == string(graph.EncodeSpec(b))
		c := compare(node(t, a), node(t, b), nil, nil)
		if (c == nil) != same {
			t.Fatalf("canonical bytes the same: %v; change: %#v", same, c)
		}
		if got := Attributes(Update{Old: a, New: b}).Empty(); got != same {
			t.Fatalf("canonical bytes the same: %v; no attribute differs: %v\n%#v\n%#v", same, got, a, b)
		}
	})
}

// mutate gives a copy in which one field, at any depth, has another random value.
func mutate(t *rapid.T, s graph.Spec) graph.Spec {
	decoded, err := graph.DecodeSpec(s.Kind(), graph.EncodeSpec(s))
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.New(reflect.TypeOf(decoded)).Elem()
	v.Set(reflect.ValueOf(decoded))
	mutateValue(t, v)
	return v.Interface().(graph.Spec)
}

func mutateValue(t *rapid.T, v reflect.Value) {
	deeper := rapid.Bool().Draw(t, "deeper")
	switch {
	case v.Kind() == reflect.Struct:
		mutateValue(t, v.Field(rapid.IntRange(0, v.NumField()-1).Draw(t, "field")))
	case deeper && v.Kind() == reflect.Slice && v.Len() > 0 && v.Type().Elem().Kind() == reflect.Struct:
		mutateValue(t, v.Index(rapid.IntRange(0, v.Len()-1).Draw(t, "index")))
	case deeper && v.Type() == bodyType && !v.IsNil():
		body := reflect.New(v.Elem().Type()).Elem()
		body.Set(v.Elem())
		mutateValue(t, body)
		v.Set(body)
	default:
		fillValue(t, v, 2)
	}
}
