package compiler

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// as is a value converted to a type. Absent and null give ok = false.
func (u *unit) as(e config.Expr, ty cty.Type, want string) (cty.Value, bool) {
	v, ok := u.known(e)
	if !ok || v.Type() == ty {
		return v, ok
	}
	out, err := convert.Convert(v, ty)
	if err != nil || out.IsNull() {
		u.wrongType(e, want, v)
		return cty.NilVal, false
	}
	return out, true
}

func (u *unit) wrongType(e config.Expr, want string, v cty.Value) {
	u.errorf(diag.WrongType, e.Range(), "Wrong type", "Here must be %s; this is %s.", want, kindOf(v))
}

func kindOf(v cty.Value) string {
	if t, ok := config.AsTarget(v); ok {
		return "a reference to " + t.String()
	}
	switch ty := v.Type(); {
	case v.IsNull():
		return "null"
	case ty.IsTupleType(), ty.IsListType(), ty.IsSetType():
		return "a list"
	case ty.IsObjectType(), ty.IsMapType():
		return "an object"
	case ty == cty.Bool:
		return "true or false"
	default:
		return "a " + ty.FriendlyName()
	}
}

func isText(v cty.Value) bool { return v.Type() == cty.String && !v.IsNull() && v.IsKnown() }

func (u *unit) text(e config.Expr) (string, bool) {
	v, ok := u.as(e, cty.String, "a string")
	if !ok {
		return "", false
	}
	return v.AsString(), true
}

// word is text, "" where there is none.
func (u *unit) word(e config.Expr) string {
	s, _ := u.text(e)
	return s
}

func (u *unit) flag(e config.Expr) bool {
	v, ok := u.as(e, cty.Bool, "true or false")
	return ok && v.True()
}

// whole is a whole number from least up, 0 where there is none.
func (u *unit) whole(e config.Expr, least int64) int64 {
	return u.within(e, least, math.MaxInt64, fmt.Sprintf("%d or more", least))
}

// priority is a small whole number, 0 where there is none.
func (u *unit) priority(e config.Expr) int64 { return u.within(e, -100, 100, "from -100 to 100") }

func (u *unit) within(e config.Expr, least, most int64, says string) int64 {
	v, ok := u.as(e, cty.Number, "a number")
	if !ok {
		return 0
	}
	n, exact := v.AsBigFloat().Int64()
	if exact != 0 || n < least || n > most {
		u.errorf(diag.OutOfRange, e.Range(), "Number out of range", "Here must be a whole number, %s.", says)
		return 0
	}
	return n
}

// texts is a list of strings.
func (u *unit) texts(e config.Expr) []string {
	if e == nil {
		return nil
	}
	if list, ok := e.Parts().(config.List); ok {
		return u.textParts(list)
	}
	list, ok := u.located(e)
	if !ok {
		return nil
	}
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = n.Text
	}
	return out
}

func (u *unit) textParts(list config.List) []string {
	out, all := make([]string, len(list)), true
	for i, x := range list {
		var ok bool
		out[i], ok = u.part(x)
		all = all && ok
	}
	if !all {
		return nil
	}
	return out
}

// part is a string in a list, where null is none.
func (u *unit) part(e config.Expr) (string, bool) {
	v, ok := u.known(e)
	if !ok {
		if v != cty.NilVal {
			u.wrongType(e, "a string", v)
		}
		return "", false
	}
	if v.Type() == cty.String {
		return v.AsString(), true
	}
	return u.text(e)
}

// located is a list of strings, each with the range that it came from.
func (u *unit) located(e config.Expr) ([]config.Name, bool) {
	if e == nil {
		return nil, false
	}
	if list, ok := e.Parts().(config.List); ok {
		return u.locatedParts(list)
	}
	v, ok := u.known(e)
	if !ok {
		return nil, false
	}
	if ty := v.Type(); !ty.IsTupleType() && !ty.IsListType() && !ty.IsSetType() {
		u.wrongType(e, "a list of strings", v)
		return nil, false
	}
	var out []config.Name
	for it := v.ElementIterator(); it.Next(); {
		_, x := it.Element()
		s, err := convert.Convert(x, cty.String)
		if err != nil || s.IsNull() {
			u.wrongType(e, "a list of strings", x)
			return nil, false
		}
		out = append(out, config.Name{Text: s.AsString(), Range: e.Range()})
	}
	return out, true
}

func (u *unit) locatedParts(list config.List) ([]config.Name, bool) {
	out := make([]config.Name, 0, len(list))
	all := true
	for _, x := range list {
		if v, ok := u.known(x); !ok && v != cty.NilVal {
			u.wrongType(x, "a string", v)
			all = false
			continue
		}
		s, ok := u.text(x)
		all = all && ok
		out = append(out, config.Name{Text: s, Range: x.Range()})
	}
	return out, all
}

// set is a list of strings whose order means nothing: sorted, each once.
func (u *unit) set(e config.Expr) []string {
	s := u.texts(e)
	slices.Sort(s)
	return slices.Compact(s)
}

// pairs is a map of strings.
func (u *unit) pairs(e config.Expr) map[string]string {
	v, ok := u.known(e)
	if !ok {
		return nil
	}
	if ty := v.Type(); !ty.IsObjectType() && !ty.IsMapType() {
		u.wrongType(e, "an object of strings", v)
		return nil
	}
	out := make(map[string]string, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		k, x := it.Element()
		s, err := convert.Convert(x, cty.String)
		if err != nil || s.IsNull() {
			u.errorf(diag.WrongType, e.Range(), "Wrong type", "The value of %q must be a string; it is %s.", k.AsString(), kindOf(x))
			return nil
		}
		out[k.AsString()] = s.AsString()
	}
	return out
}

// choice is one of a few words.
func (u *unit) choice(n config.Name, words []string) {
	if slices.Contains(words, n.Text) {
		return
	}
	d := diag.Diagnostic{Code: diag.BadChoice, Range: n.Range, Summary: "Unknown word",
		Detail: fmt.Sprintf("%q is none of: %s.", n.Text, strings.Join(words, ", "))}
	if near, ok := diag.Nearest(n.Text, words); ok {
		d.Fix = &diag.Fix{Help: "did you mean " + quoted(near) + "?"}
	}
	u.list.Append(d)
}
