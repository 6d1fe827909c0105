package budget

import (
	"fmt"
	"reflect"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

const (
	// Total is what the evaluation of one expression may make, in bytes, all
	// that is thrown away again included.
	Total = 64 << 20
	// MaxValue is how large the value of an expression may be, in bytes.
	MaxValue = 32 << 20

	perStep  = 128      // of one round of a for expression: half a million of them
	perError = 16 << 10 // of one error in such a round
	element  = 64       // of one element of a collection
)

// Summary begins every diagnostic of this package.
const Summary = "Expression takes too much"

// meter counts what one evaluation has left.
type meter struct{ left int64 }

// spent is the panic that ends an evaluation. Functions that evaluate their
// arguments themselves, such as try, may take it for an error, so what was
// spent is looked at again in the end.
type spent struct{ why string }

func (m *meter) charge(n int64) {
	if m.left -= n; m.left < 0 {
		panic(spent{tooMuch})
	}
}

const tooMuch = "Computing this would take more than one expression may take: half a million rounds of for, or 64 MiB of values on the way."

// hidden is where a meter is found: no name of a source has a NUL in it.
const hidden = "\x00meter"

var meterType = cty.Capsule("meter", reflect.TypeFor[meter]())

// Value evaluates a prepared expression.
func Value(e hclsyntax.Expression, variables map[string]cty.Value, functions map[string]function.Function) (v cty.Value, diags hcl.Diagnostics) {
	m := &meter{left: Total}
	defer func() {
		if p := recover(); p != nil {
			s, ok := p.(spent)
			if !ok {
				panic(p)
			}
			v, diags = refuse(e, s.why)
		}
	}()
	ctx := (&hcl.EvalContext{Variables: map[string]cty.Value{hidden: cty.CapsuleVal(meterType, m)}}).NewChild()
	ctx.Variables, ctx.Functions = variables, functions
	v, diags = e.Value(ctx)
	if m.left < 0 {
		return refuse(e, tooMuch)
	}
	if !diags.HasErrors() {
		if _, why := weigh(v, MaxValue); why != "" {
			return refuse(e, why)
		}
	}
	return v, diags
}

// Fresh is Value for an expression that nobody else has yet.
func Fresh(e hclsyntax.Expression, variables map[string]cty.Value, functions map[string]function.Function) (cty.Value, hcl.Diagnostics) {
	Prepare(e)
	return Value(e, variables, functions)
}

// Fits says why a value is more than the value of an expression may be; "" if
// it is not.
func Fits(v cty.Value) (why string) {
	_, why = weigh(v, MaxValue)
	return why
}

func refuse(e hclsyntax.Expression, why string) (cty.Value, hcl.Diagnostics) {
	r := e.Range()
	return cty.DynamicVal, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: Summary, Detail: why, Subject: &r}}
}

// of finds the meter of an evaluation; nil: nobody measures.
func of(ctx *hcl.EvalContext) *meter {
	for ; ctx != nil; ctx = ctx.Parent() {
		if v, ok := ctx.Variables[hidden]; ok {
			return v.EncapsulatedValue().(*meter)
		}
	}
	return nil
}

// weigh is about how many bytes a value takes; parts that it shares with itself
// count each time. It stops soon after most, and says what is wrong then.
func weigh(v cty.Value, most int64) (n int64, why string) {
	v, _ = v.Unmark()
	n = element
	if !v.IsKnown() || v.IsNull() {
		return n, ""
	}
	switch ty := v.Type(); {
	case ty == cty.String:
		n += int64(len(v.AsString()))
	case ty == cty.Number && tooLarge(v):
		return n, fmt.Sprintf("A number here is too large or too small: its size may be up to two to the power of %d.", maxExponent)
	case ty.IsCollectionType() || ty.IsTupleType() || ty.IsObjectType():
		return weighElements(v, most)
	}
	if n > most {
		why = tooHeavy
	}
	return n, why
}

const tooHeavy = "The value would be larger than a value may be: 32 MiB, or half a million elements."

func weighElements(v cty.Value, most int64) (n int64, why string) {
	n = element
	for it := v.ElementIterator(); it.Next(); {
		k, x := it.Element()
		if k.Type() == cty.String && k.IsKnown() && !k.IsNull() {
			n += int64(len(k.AsString()))
		}
		more, why := weigh(x, most-n)
		if n += more; why != "" {
			return n, why
		}
		if n > most {
			return n, tooHeavy
		}
	}
	return n, ""
}

// maxExponent bounds numbers, as a power of two: written out they have to stay
// short.
const maxExponent = 4096

func tooLarge(v cty.Value) bool {
	f := v.AsBigFloat()
	e := f.MantExp(nil)
	return f.IsInf() || e > maxExponent || e < -maxExponent
}
