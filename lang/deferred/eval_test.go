package deferred

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler/graph"
)

func TestEval(t *testing.T) {
	roots := map[string]graph.Value{
		"version": graph.Map{"app": graph.Map{"ref": graph.String("abc123")}},
		"build":   graph.Map{"number": graph.Number("7"), "name": graph.String("7")},
	}
	closed := graph.Map{"var": graph.Map{"branch": graph.String("main"), "tags": graph.List{graph.String("x")}}}
	for _, c := range []struct {
		source string
		want   graph.Value
	}{
		{"${build.number}", graph.Number("7")}, // alone it keeps its type
		{"#${build.number}", graph.String("#7")},
		{"${var.branch}@${substr(version.app.ref, 0, 3)}", graph.String("main@abc")},
		{`${build.number > 5 ? "late" : "early"}`, graph.String("late")},
		{`${{"n" = build.number, "t" = var.tags}}`, graph.Map{"n": graph.Number("7"), "t": graph.List{graph.String("x")}}},
		{"$${build.number}", graph.String("${build.number}")},
	} {
		got, err := Eval(graph.Deferred{Source: c.source, Closed: closed}, roots)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %#v, %v; want %#v", c.source, got, err, c.want)
		}
	}
}

func TestEvalFails(t *testing.T) {
	for source, want := range map[string]string{
		"${version.app.ref}":            "version", // the run gave no such root
		"${build.nope}":                 "nope",
		"${":                            "parse",
		"${nofunc(1)}":                  "nofunc",
		`${1 + tonumber(build.number)}`: "number",
	} {
		_, err := Eval(graph.Deferred{Source: source}, map[string]graph.Value{"build": graph.Map{"number": graph.String("x")}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", source, err, want)
		}
	}
}

func TestMap(t *testing.T) {
	in := graph.Map{"a": graph.List{graph.Deferred{Source: "${build.id}"}, graph.Bool(true)}, "b": graph.Map{"c": graph.Deferred{Source: "x-${build.id}"}}}
	got, err := Map(in, map[string]graph.Value{"build": graph.Map{"id": graph.String("9")}})
	want := graph.Map{"a": graph.List{graph.String("9"), graph.Bool(true)}, "b": graph.Map{"c": graph.String("x-9")}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%#v, %v", got, err)
	}
	if _, err := Map(in, nil); err == nil || !strings.HasPrefix(err.Error(), "a: [0]: ") && !strings.HasPrefix(err.Error(), "b: c: ") {
		t.Errorf("the error does not say where: %v", err)
	}
}

// Values survive the way to cty and back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(3).Draw(t, "value")
		c, err := ToCty(v)
		if err != nil {
			t.Fatal(err)
		}
		back, err := FromCty(c)
		if err != nil || !reflect.DeepEqual(back, v) {
			t.Fatalf("%#v became %#v, %v", v, back, err)
		}
	})
}

func anyValue(depth int) *rapid.Generator[graph.Value] {
	leaves := []*rapid.Generator[graph.Value]{
		rapid.Just[graph.Value](graph.Null{}),
		rapid.Map(rapid.Bool(), func(b bool) graph.Value { return graph.Bool(b) }),
		rapid.Map(rapid.StringMatching(`[a-zäöü$%{}]*`), func(s string) graph.Value { return graph.String(s) }),
		rapid.Map(rapid.StringMatching(`-?[1-9][0-9]{0,20}(\.[0-9]{0,5}[1-9])?`), func(s string) graph.Value { return graph.Number(s) }),
	}
	if depth > 0 {
		in := anyValue(depth - 1)
		leaves = append(leaves,
			rapid.Map(rapid.SliceOfN(in, 0, 3), func(l []graph.Value) graph.Value { return append(graph.List{}, l...) }),
			rapid.Map(rapid.MapOfN(rapid.StringMatching(`[a-z]{1,3}`), in, 0, 3), func(m map[string]graph.Value) graph.Value { return graph.Map(m) }))
	}
	return rapid.OneOf(leaves...)
}

func TestFromCtyRefuses(t *testing.T) {
	for _, c := range []struct {
		v    cty.Value
		want error
	}{
		{cty.UnknownVal(cty.String), ErrUnknown},
		{cty.StringVal("x").Mark("sensitive"), ErrSensitive},
		{cty.ObjectVal(map[string]cty.Value{"a": cty.StringVal("x").Mark("sensitive")}), ErrSensitive},
		{cty.MustParseNumberVal("1e5000"), ErrNumber},
		{cty.PositiveInfinity, ErrNumber},
	} {
		if _, err := FromCty(c.v); !errors.Is(err, c.want) {
			t.Errorf("%#v: %v, want %v", c.v, err, c.want)
		}
	}
}
