package view

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

func TestValue(t *testing.T) {
	long := strings.Repeat("x", 40)
	for _, c := range []struct {
		v    cty.Value
		want string
	}{
		{cty.NumberIntVal(1000000000000), "1000000000000"},
		{cty.StringVal("\x1b[31m"), `"\u001B[31m"`},
		{cty.ListValEmpty(cty.String), "[]"},
		{cty.EmptyObjectVal, "{}"},
		{cty.NullVal(cty.String), "null"},
		{cty.TupleVal([]cty.Value{cty.StringVal("x").Mark("sensitive"), cty.DynamicVal}), "[(sensitive), (known in a run)]"},
		{cty.TupleVal([]cty.Value{cty.StringVal(long), cty.StringVal(long)}), "[\n  \"" + long + "\",\n  \"" + long + "\",\n]"},
		{cty.ObjectVal(map[string]cty.Value{"a": cty.ObjectVal(map[string]cty.Value{"b": cty.StringVal(long + long)})}), "{\n  a = {\n    b = \"" + long + long + "\"\n  }\n}"},
	} {
		if got := Value(c.v); got != c.want {
			t.Errorf("%#v:\n%s\nwant\n%s", c.v, got, c.want)
		}
	}
}

// What is printed is an expression of that value.
func TestValueIsReadAgain(t *testing.T) {
	var value func(depth int) *rapid.Generator[cty.Value]
	value = func(depth int) *rapid.Generator[cty.Value] {
		text := rapid.Map(rapid.StringMatching(`[a-zä"\\${}%\n\t\x{1}\x{1F600} ]{0,30}`), cty.StringVal)
		number := rapid.Map(rapid.Float64Range(-1e9, 1e9), cty.NumberFloatVal)
		if depth == 0 {
			return rapid.OneOf(text, number, rapid.Map(rapid.Bool(), cty.BoolVal))
		}
		list := rapid.Map(rapid.SliceOfN(value(depth-1), 0, 4), cty.TupleVal)
		object := rapid.Map(rapid.MapOfN(rapid.StringMatching(`[a-z]{1,5}( [a-z]+)?`), value(depth-1), 0, 4), cty.ObjectVal)
		return rapid.OneOf(text, number, list, object)
	}
	rapid.Check(t, func(t *rapid.T) {
		v := value(3).Draw(t, "value")
		e, diags := hclsyntax.ParseExpression([]byte(Value(v)), "v", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatalf("%s: %v", Value(v), diags)
		}
		back, diags := e.Value(nil)
		if diags.HasErrors() || !back.RawEquals(v) {
			t.Fatalf("%#v\nis printed as\n%s\nwhich is\n%#v (%v)", v, Value(v), back, diags)
		}
	})
}
