package budget

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/function"
)

const (
	perCharacter = 16 // what each byte costs that is given to a slow function
	perVisit     = 4  // the part of its weight that a value costs which a function goes through
	long         = 64 // elements from which on a tuple is worth a look
)

// slow are functions that look at what people see as characters. Read only.
var slow = map[string]bool{"length": true, "strlen": true, "substr": true, "strrev": true, "format": true, "formatlist": true}

// argument charges what a function does with an argument. The library goes
// through every argument before a call, and takes a time that is quadratic in
// the length to make a list of a tuple, even of one whose elements are all of
// one type: such a tuple becomes a list here, which takes no time.
func (m *metered) argument(left *meter, v cty.Value) cty.Value {
	n := weighed(v, perVisit*left.left)
	if makes(m.Expression) {
		left.charge(n)
	}
	left.charge(n / perVisit)
	if slow[m.to.Name] && v.Type() == cty.String {
		left.charge(perCharacter * n)
	}
	if ty := v.Type(); ty.IsTupleType() && ty.Length() >= long && v.IsKnown() && !v.IsNull() && m.wantsList() {
		return evened(left, v)
	}
	return v
}

// evened is a tuple as a list, if all its elements are of one type.
func evened(left *meter, v cty.Value) cty.Value {
	types := v.Type().TupleElementTypes()
	for _, t := range types {
		if !t.Equals(types[0]) || t == cty.DynamicPseudoType {
			n := int64(len(types))
			left.charge(n * n / 4)
			return v
		}
	}
	plain, marks := v.Unmark()
	return cty.ListVal(plain.AsValueSlice()).WithMarks(marks)
}

// wantsList reports whether the function makes a list or set of the argument.
func (m *metered) wantsList() bool {
	if m.to.Name == "tolist" || m.to.Name == "toset" {
		return true
	}
	f, ok := function.Table()[m.to.Name]
	if !ok {
		return false
	}
	want := cty.NilType
	for i, p := range f.Params() {
		if i < len(m.to.Args) && m.to.Args[i] == m {
			want = p.Type
		}
	}
	if v := f.VarParam(); want == cty.NilType && v != nil {
		want = v.Type
	}
	return want != cty.NilType && (want.IsListType() || want.IsSetType())
}
