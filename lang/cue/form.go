package cue

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// field is a field that becomes an argument: its name, where it goes, and how
// its value is read.
type field[T any] struct {
	name string
	at   func(*T) *config.Expr
	as   reading
}

// reading is how a value becomes an expression; nil stands for (*reader).data.
type reading func(*reader, cue.Value) config.Expr

// fields are the fields of a struct that become arguments.
type fields[T any] []field[T]

func (f fields[T]) names() []string {
	names := make([]string, len(f))
	for i := range f {
		names[i] = f[i].name
	}
	return names
}

// put reads a value into the argument of its name, if there is one.
func (f fields[T]) put(r *reader, to *T, name string, v cue.Value) bool {
	for i := range f {
		if f[i].name != name {
			continue
		}
		if v.Kind() == cue.NullKind {
			return true // null is "as if it were not there"
		}
		var e config.Expr
		if f[i].as != nil {
			e = f[i].as(r, v)
		} else {
			e = r.data(v)
		}
		if e == nil {
			r.hole = true
		}
		*f[i].at(to) = e
		return true
	}
	return false
}

// form says what may stand in a struct, for messages. Its name is that of the
// schema's definition.
type form struct {
	def      string // "#Job"
	what     string // "A job"
	fields   []string
	required []string
	checked  []string // of the required ones: those that the compiler looks for
}

// checkedBy says which of the required fields the compiler looks for.
func (f *form) checkedBy(fields ...string) *form {
	f.checked = fields
	return f
}

func newForm(def, what string, required []string, fields ...[]string) *form {
	f := &form{def: def, what: what, required: required}
	for _, more := range fields {
		f.fields = append(f.fields, more...)
	}
	return f
}

// structure reads the fields of a struct; do says whether it knows a field.
func (r *reader) structure(v cue.Value, f *form, do func(name string, v cue.Value) bool) bool {
	entries, ok := r.entries(v)
	if ok {
		r.known(v, entries, f, do)
	}
	return ok
}

// known reads fields that were taken out of a struct before.
func (r *reader) known(v cue.Value, entries []entry, f *form, do func(name string, v cue.Value) bool) {
	var seen uint64 // of the required fields, by their index
	for _, x := range entries {
		for i, want := range f.required {
			if want == x.name && x.value.Kind() != cue.NullKind {
				seen |= 1 << i
			}
		}
		if !do(x.name, x.value) {
			r.unknown(f, x.name, x.value)
		}
	}
	for i, want := range f.required {
		if seen&(1<<i) == 0 {
			r.missing(diag.Diagnostic{Code: diag.MissingField, Range: r.texts.header(v), Summary: "Missing field",
				Detail: fmt.Sprintf("%s needs the field %s, and it is not here.", f.what, want)}, slices.Contains(f.checked, want))
		}
	}
}

// missing reports a field that must be there. What the compiler would report
// as well waits: it is said here only if the compiler will not see it.
func (r *reader) missing(d diag.Diagnostic, checked bool) {
	if checked {
		r.pending.Append(d)
	} else {
		r.problems.Append(d)
	}
}

// plain reads a struct that has nothing but arguments.
func plain[T any](r *reader, v cue.Value, f *form, known fields[T], to *T) {
	r.structure(v, f, func(name string, x cue.Value) bool { return known.put(r, to, name, x) })
}

func (r *reader) unknown(f *form, name string, v cue.Value) {
	at := r.texts.label(v)
	d := diag.Diagnostic{Code: diag.UnknownField, Range: at, Summary: "Unknown field",
		Detail: fmt.Sprintf("%s has no field %q. It has: %s.", f.what, name, strings.Join(f.fields, ", "))}
	if near, ok := diag.Nearest(name, f.fields); ok {
		d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean %q?", near), Range: at, Text: near}
	} else if f == pipelineForm {
		d.Fix = &diag.Fix{Help: "what only helps to write the pipeline is a hidden field, whose name begins with _"}
	}
	r.problems.Append(d)
}

// entry is a field of a struct.
type entry struct {
	name  string
	value cue.Value
}

// entries are the fields of a struct; false where the value is none.
func (r *reader) entries(v cue.Value) ([]entry, bool) {
	it, err := v.Fields()
	if err != nil || v.IncompleteKind() == cue.ListKind {
		r.wrongKind(v, "a struct: { … }")
		return nil, false
	}
	all := make([]entry, 0, 8)
	for it.Next() {
		if !it.Selector().IsString() { // a list that is embedded in a struct
			r.wrongKind(v, "a struct: { … }")
			return nil, false
		}
		all = append(all, entry{it.Selector().Unquoted(), settled(it.Value())})
	}
	return all, true
}

// fields calls do for each field of a struct; false where the value is none.
func (r *reader) fields(v cue.Value, do func(name string, v cue.Value)) bool {
	all, ok := r.entries(v)
	for _, x := range all {
		do(x.name, x.value)
	}
	return ok
}

// elements calls do for each element of a list; false where the value is none.
func (r *reader) elements(v cue.Value, do func(cue.Value)) bool {
	if v.IncompleteKind() == cue.BottomKind { // some of its elements are in error, but not all
		return r.brokenElements(v, do)
	}
	it, err := v.List()
	if err != nil {
		r.wrongKind(v, "a list: [ … ]")
		return false
	}
	for it.Next() {
		do(settled(it.Value()))
	}
	return true
}

func (r *reader) brokenElements(v cue.Value, do func(cue.Value)) bool {
	it, err := v.Fields()
	r.failed = true
	if err != nil {
		r.hole = true
		return false
	}
	for it.Next() {
		do(settled(it.Value()))
	}
	return true
}

// settled is a value, or its default where it is left open.
func settled(v cue.Value) cue.Value {
	if v.Kind() == cue.BottomKind && v.Err() == nil {
		if d, ok := v.Default(); ok {
			return d
		}
	}
	return v
}

func (r *reader) wrongKind(v cue.Value, want string) {
	r.hole = true
	if v.Kind() == cue.BottomKind {
		r.broken(v)
		return
	}
	r.problems.Errorf(diag.WrongType, r.texts.value(v), "Wrong type", "Here must be %s; this is %s.", want, kindName(v.Kind()))
}

func kindName(k cue.Kind) string {
	switch k {
	case cue.StringKind:
		return "a string"
	case cue.ListKind:
		return "a list"
	case cue.StructKind:
		return "a struct"
	case cue.BoolKind:
		return "true or false"
	case cue.NullKind:
		return "null"
	case cue.BytesKind:
		return "bytes"
	}
	return "a number"
}
