package deferred

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/compiler/graph"
)

// The reasons why a value has no place in a graph.
var (
	ErrReference = errors.New("it is a reference, which has no value of its own")
	ErrUnknown   = errors.New("it is not known yet")
	ErrSensitive = errors.New("it is sensitive")
	ErrNumber    = errors.New("the number is too large or has too many digits")
)

const maxDigits = 400 // of a number written out without exponent

// FromCty is a value as the graph keeps it. Sets become lists in cty's order,
// which depends on their elements only.
func FromCty(v cty.Value) (graph.Value, error) {
	switch {
	case v.IsMarked():
		return nil, ErrSensitive
	case !v.IsKnown():
		return nil, ErrUnknown
	case v.IsNull():
		return graph.Null{}, nil
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		return graph.String(v.AsString()), nil
	case ty == cty.Bool:
		return graph.Bool(v.True()), nil
	case ty == cty.Number:
		return number(v.AsBigFloat())
	case ty.IsObjectType() || ty.IsMapType():
		return mapOf(v)
	case ty.IsTupleType() || ty.IsListType() || ty.IsSetType():
		return listOf(v)
	}
	return nil, ErrReference
}

// number writes a number out in full: "3", "-0.25".
func number(f *big.Float) (graph.Value, error) {
	if f.IsInf() || f.MantExp(nil) > 1300 || f.MantExp(nil) < -1300 {
		return nil, ErrNumber
	}
	text := f.Text('f', -1)
	if text == "-0" {
		text = "0"
	}
	if len(text) > maxDigits {
		return nil, ErrNumber
	}
	return graph.Number(text), nil
}

func mapOf(v cty.Value) (graph.Value, error) {
	out := make(graph.Map, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		k, x := it.Element()
		value, err := FromCty(x)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.AsString(), err)
		}
		out[k.AsString()] = value
	}
	return out, nil
}

func listOf(v cty.Value) (graph.Value, error) {
	out := make(graph.List, 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, x := it.Element()
		value, err := FromCty(x)
		if err != nil {
			return nil, fmt.Errorf("[%d]: %w", len(out), err)
		}
		out = append(out, value)
	}
	return out, nil
}

// ToCty is a value of the graph as expressions see it: maps are objects, lists
// are tuples.
func ToCty(v graph.Value) (cty.Value, error) {
	switch v := v.(type) {
	case nil, graph.Null:
		return cty.NullVal(cty.DynamicPseudoType), nil
	case graph.Bool:
		return cty.BoolVal(bool(v)), nil
	case graph.String:
		return cty.StringVal(string(v)), nil
	case graph.Number:
		return cty.ParseNumberVal(string(v))
	case graph.List:
		return tuple(v)
	case graph.Map:
		return object(v)
	}
	return cty.NilVal, ErrUnknown
}

func tuple(l graph.List) (cty.Value, error) {
	out := make([]cty.Value, len(l))
	for i, x := range l {
		c, err := ToCty(x)
		if err != nil {
			return cty.NilVal, fmt.Errorf("[%d]: %w", i, err)
		}
		out[i] = c
	}
	return cty.TupleVal(out), nil
}

func object(m graph.Map) (cty.Value, error) {
	out := make(map[string]cty.Value, len(m))
	for k, x := range m {
		c, err := ToCty(x)
		if err != nil {
			return cty.NilVal, fmt.Errorf("%s: %w", k, err)
		}
		out[k] = c
	}
	return cty.ObjectVal(out), nil
}
