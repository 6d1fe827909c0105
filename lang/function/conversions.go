package function

import (
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// Sensitive is the mark on values that may not be shown.
const Sensitive = "sensitive"

func conversions() []row {
	const v = "value: what is converted"
	return []row{
		{"can", tryfunc.CanFunc, "Whether an expression can be evaluated without an error.", []string{"expression: the expression"}, `can(regex("^[a-z]+$", "ABC"))`, `false`},
		{"issensitive", isSensitiveFunc, "Whether a value is sensitive.", []string{"value: anything"}, `issensitive(sensitive("x"))`, `true`},
		{"nonsensitive", nonsensitiveFunc, "The value without its mark of being sensitive: for what can be told without harm.", []string{"value: anything"}, `nonsensitive(sensitive("x"))`, `"x"`},
		{"sensitive", sensitiveFunc, "The value marked as sensitive: it cannot come into the plan graph, and is not shown.", []string{"value: anything"}, `issensitive(sensitive("x"))`, `true`},
		{"tobool", stdlib.MakeToFunc(cty.Bool), "The value as true or false: also the texts \"true\" and \"false\".", []string{v}, `tobool("true")`, `true`},
		{"tolist", stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)), "The elements as a list, all of one type.", []string{v}, `tolist(toset(["b", "a"]))`, `["a", "b"]`},
		{"tomap", stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)), "The object as a map, all values of one type.", []string{v}, `tomap({ a = 1, b = "x" })`, `{ a = "1", b = "x" }`},
		{"tonumber", stdlib.MakeToFunc(cty.Number), "The value as a number: also a text in decimal.", []string{v}, `tonumber("1.5")`, `1.5`},
		{"toset", stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "The elements as a set: each once, in no order, all of one type.", []string{v}, `length(toset(["a", "b", "a"]))`, `2`},
		{"tostring", stdlib.MakeToFunc(cty.String), "The value as a text: of a number, or of true and false.", []string{v}, `tostring(1.50)`, `"1.5"`},
		{"try", tryfunc.TryFunc, "The first of its arguments that can be evaluated without an error.", []string{"expressions: one or more"}, `try(tonumber("x"), 7)`, `7`},
	}
}

// marking makes a function of one value of any type that decides about marks.
func marking(result func(cty.Type) cty.Type, f func(cty.Value) cty.Value) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{
			Name: "value", Type: cty.DynamicPseudoType, AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true,
		}},
		Type: func(args []cty.Value) (cty.Type, error) { return result(args[0].Type()), nil },
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f(args[0]), nil },
	})
}

func same(t cty.Type) cty.Type { return t }

var (
	sensitiveFunc    = marking(same, func(v cty.Value) cty.Value { return v.Mark(Sensitive) })
	nonsensitiveFunc = marking(same, func(v cty.Value) cty.Value {
		out, marks := v.Unmark()
		delete(marks, Sensitive)
		return out.WithMarks(marks)
	})
	isSensitiveFunc = marking(func(cty.Type) cty.Type { return cty.Bool }, func(v cty.Value) cty.Value { return cty.BoolVal(v.HasMark(Sensitive)) })
)
