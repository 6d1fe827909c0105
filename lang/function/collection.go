package function

import (
	"errors"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// lengthFunc counts characters of a string, or elements of anything else.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true, AllowUnknown: true}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		switch ty := args[0].Type(); {
		case ty == cty.DynamicPseudoType || !args[0].IsKnown():
			return cty.UnknownVal(cty.Number), nil
		case ty == cty.String:
			return stdlib.Strlen(args[0])
		case ty.IsObjectType():
			return cty.NumberIntVal(int64(len(ty.AttributeTypes()))), nil
		default:
			return stdlib.Length(args[0])
		}
	},
})

var (
	allTrueFunc = overElements(cty.Bool, cty.Bool, func(all []cty.Value) (cty.Value, error) {
		return cty.BoolVal(!slices.ContainsFunc(all, func(v cty.Value) bool { return v.IsNull() || v.False() })), nil
	})
	anyTrueFunc = overElements(cty.Bool, cty.Bool, func(all []cty.Value) (cty.Value, error) {
		return cty.BoolVal(slices.ContainsFunc(all, func(v cty.Value) bool { return !v.IsNull() && v.True() })), nil
	})
)

// sequence is a parameter that takes a list, a set or a tuple.
func sequence(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.DynamicPseudoType}
}

func elements(v cty.Value) ([]cty.Value, error) {
	if ty := v.Type(); !ty.IsListType() && !ty.IsTupleType() && !ty.IsSetType() {
		return nil, errors.New("here must be a list, a set or a tuple")
	}
	return v.AsValueSlice(), nil
}

func elementType(t cty.Type) cty.Type {
	switch {
	case t.IsListType() || t.IsSetType():
		return t.ElementType()
	case t.IsTupleType():
		if len(t.TupleElementTypes()) == 1 {
			return t.TupleElementType(0)
		}
		if common, _ := convert.UnifyUnsafe(t.TupleElementTypes()); common != cty.NilType {
			return common
		}
	}
	return cty.DynamicPseudoType
}

var oneFunc = function.New(&function.Spec{
	Params: []function.Parameter{sequence("list")},
	Type:   func(args []cty.Value) (cty.Type, error) { return elementType(args[0].Type()), nil },
	Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
		all, err := elements(args[0])
		switch {
		case err != nil:
			return cty.NilVal, err
		case len(all) == 0:
			return cty.NullVal(result), nil
		case len(all) > 1:
			return cty.NilVal, errors.New("the list has more than one element")
		}
		return all[0], nil
	},
})

var indexFunc = function.New(&function.Spec{
	Params: []function.Parameter{sequence("list"), {Name: "value", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		all, err := elements(args[0])
		if err != nil {
			return cty.NilVal, err
		}
		for i, v := range all {
			equal, err := stdlib.Equal(v, args[1])
			if err != nil || !equal.IsKnown() {
				return cty.UnknownVal(cty.Number), err
			}
			if equal.True() {
				return cty.NumberIntVal(int64(i)), nil
			}
		}
		return cty.NilVal, errors.New("no element is equal to this value")
	},
})

// distinctFunc is not the standard library's, which compares every element
// with every other.
var distinctFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.List(cty.DynamicPseudoType)}},
	Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(result), nil
		}
		seen := newSeen()
		out := slices.DeleteFunc(args[0].AsValueSlice(), func(v cty.Value) bool { return !seen.add(v) })
		if len(out) == 0 {
			return cty.ListValEmpty(result.ElementType()), nil
		}
		return cty.ListVal(out), nil
	},
})

// seen is a set of values, by hash.
type seen map[int][]cty.Value

func newSeen() seen { return seen{} }

func (s seen) has(v cty.Value) bool {
	return slices.ContainsFunc(s[v.Hash()], func(x cty.Value) bool { return x.RawEquals(v) })
}

func (s seen) add(v cty.Value) bool {
	if s.has(v) {
		return false
	}
	s[v.Hash()] = append(s[v.Hash()], v)
	return true
}

var matchKeysFunc = function.New(&function.Spec{
	Params: []function.Parameter{
		{Name: "values", Type: cty.List(cty.DynamicPseudoType)}, {Name: "keys", Type: cty.List(cty.DynamicPseudoType)},
		{Name: "wanted", Type: cty.List(cty.DynamicPseudoType)},
	},
	Type: func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
		if !args[0].IsKnown() || !args[1].IsWhollyKnown() || !args[2].IsWhollyKnown() {
			return cty.UnknownVal(result), nil
		}
		values, keys := args[0].AsValueSlice(), args[1].AsValueSlice()
		if len(values) != len(keys) {
			return cty.NilVal, errors.New("values and keys must have one length")
		}
		wanted, out := newSeen(), []cty.Value(nil)
		for _, v := range args[2].AsValueSlice() {
			if c, err := convert.Convert(v, args[1].Type().ElementType()); err == nil {
				wanted.add(c)
			}
		}
		for i, k := range keys {
			if wanted.has(k) {
				out = append(out, values[i])
			}
		}
		if len(out) == 0 {
			return cty.ListValEmpty(result.ElementType()), nil
		}
		return cty.ListVal(out), nil
	},
})

var transposeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "map", Type: cty.Map(cty.List(cty.String))}},
	Type:   function.StaticReturnType(cty.Map(cty.List(cty.String))),
	Impl: func(args []cty.Value, result cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(result), nil
		}
		turned := map[string][]cty.Value{}
		for it := args[0].ElementIterator(); it.Next(); {
			key, list := it.Element()
			if list.IsNull() {
				continue
			}
			for _, v := range list.AsValueSlice() {
				if v.IsNull() {
					return cty.NilVal, errors.New("a null cannot become a key")
				}
				turned[v.AsString()] = append(turned[v.AsString()], key)
			}
		}
		if len(turned) == 0 {
			return cty.MapValEmpty(result.ElementType()), nil
		}
		out := make(map[string]cty.Value, len(turned))
		for k, keys := range turned {
			out[k] = cty.ListVal(keys)
		}
		return cty.MapVal(out), nil
	},
})
