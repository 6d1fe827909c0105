package function

import (
	"fmt"
	"math/big"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

const (
	// MaxResult is how much memory the result of one call may take, in bytes.
	MaxResult = 64 << 20
	// MaxExponent bounds numbers, as a power of two: written out they have to
	// stay short.
	MaxExponent = 4096
)

const perElement = 64 // bytes that an element takes besides its text

// bound is an upper bound of what the result of a call takes, made without
// computing it.
type bound func(args []cty.Value) int64

// within refuses calls whose results would be larger than MaxResult, and
// results with numbers that cannot be written out. What gives no more than it
// takes has no bound.
func within(name string, f function.Function) function.Function {
	most, limited := bounds()[name]
	if !limited && !makesNumbers[name] {
		return f
	}
	check := func(args []cty.Value) error {
		if most == nil {
			return nil
		}
		if n := most(plain(args)); n > MaxResult {
			return fmt.Errorf("the result could have more than %d MiB; that is the most that a function may give", MaxResult>>20)
		}
		return nil
	}
	return function.New(&function.Spec{
		Description: f.Description(), Params: f.Params(), VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := check(args); err != nil {
				return cty.NilType, err
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if err := check(args); err != nil {
				return cty.NilVal, err
			}
			v, err := f.Call(args)
			if err == nil && makesNumbers[name] {
				err = CheckNumbers(v)
			}
			return v, err
		},
	})
}

// makesNumbers is read only.
var makesNumbers = map[string]bool{"jsondecode": true, "yamldecode": true, "tonumber": true, "parseint": true, "pow": true, "sum": true}

// CheckNumbers is an error if the value has a number in it that is too large or
// too small to be written out.
func CheckNumbers(v cty.Value) error {
	v, _ = v.UnmarkDeep()
	return cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if v.Type() == cty.Number && v.IsKnown() && !v.IsNull() && TooLarge(v.AsBigFloat()) {
			return false, fmt.Errorf("a number here is too large or too small: its size may be up to two to the power of %d", MaxExponent)
		}
		return true, nil
	})
}

// TooLarge reports whether a number could not be written out in short.
func TooLarge(f *big.Float) bool {
	if f.IsInf() {
		return true
	}
	e := f.MantExp(nil)
	return e > MaxExponent || e < -MaxExponent
}

func plain(args []cty.Value) []cty.Value {
	out := make([]cty.Value, len(args))
	for i, a := range args {
		out[i], _ = a.UnmarkDeep()
	}
	return out
}

// size is about how many bytes values take, and how deep they are. Parts that
// are shared count each time that they occur. It stops soon after MaxResult.
func size(values ...cty.Value) int64 {
	var n int64
	for _, v := range values {
		n += measure(v, &n)
		if n > MaxResult {
			break
		}
	}
	return n
}

func measure(v cty.Value, before *int64) int64 {
	n := int64(perElement)
	if !v.IsKnown() || v.IsNull() {
		return n
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		return n + int64(len(v.AsString()))
	case ty.IsPrimitiveType() || ty.IsCapsuleType():
		return n
	}
	for it := v.ElementIterator(); it.Next(); {
		k, x := it.Element()
		if k.Type() == cty.String && k.IsKnown() && !k.IsNull() {
			n += int64(len(k.AsString()))
		}
		so := *before + n
		n += measure(x, &so)
		if *before+n > MaxResult {
			break
		}
	}
	return n
}
