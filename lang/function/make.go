package function

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// text makes a function from strings to a string.
func text(params []string, f func([]string) (string, error)) function.Function {
	return overStrings(params, cty.String, func(s []string) (cty.Value, error) {
		out, err := f(s)
		return cty.StringVal(out), err
	})
}

// text1 is text of one string that always works.
func text1(f func(string) string) function.Function {
	return text([]string{"text"}, func(s []string) (string, error) { return f(s[0]), nil })
}

// holds makes a function from two strings to a bool.
func holds(f func(a, b string) bool) function.Function {
	return overStrings([]string{"text", "other"}, cty.Bool, func(s []string) (cty.Value, error) { return cty.BoolVal(f(s[0], s[1])), nil })
}

func overStrings(params []string, result cty.Type, f func([]string) (cty.Value, error)) function.Function {
	spec := &function.Spec{Type: function.StaticReturnType(result)}
	for _, p := range params {
		spec.Params = append(spec.Params, function.Parameter{Name: p, Type: cty.String})
	}
	spec.Impl = func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		s := make([]string, len(args))
		for i, a := range args {
			s[i] = a.AsString()
		}
		return f(s)
	}
	return function.New(spec)
}

// overElements makes a function of one list, set or tuple whose elements all
// are known and of one type.
func overElements(of, result cty.Type, f func([]cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "list", Type: cty.List(of)}},
		Type:   function.StaticReturnType(result),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if !args[0].IsWhollyKnown() {
				return cty.UnknownVal(result), nil
			}
			return f(args[0].AsValueSlice())
		},
	})
}
