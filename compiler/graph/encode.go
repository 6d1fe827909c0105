package graph

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// encoder appends the canonical form of specs. mask chooses the classes of
// fields; resolve, where it is set, replaces each address by a digest.
type encoder struct {
	dst     []byte
	mask    class
	resolve func(Address) Digest
	err     error // the first thing that has no canonical form
}

// EncodeSpec gives the canonical bytes of a spec, all classes. It panics on a
// spec that Builder.Add refuses.
func EncodeSpec(s Spec) []byte { return mustEncode(s) }

// EncodeMeta gives the canonical bytes of meta.
func EncodeMeta(m Meta) []byte { return mustEncode(m) }

// EncodeHeader gives the canonical bytes of a header.
func EncodeHeader(h Header) []byte { return mustEncode(h) }

func mustEncode(v any) []byte {
	e := encoder{mask: maskAll}
	e.value(reflect.ValueOf(v), false)
	if e.err != nil {
		panic("graph: " + e.err.Error())
	}
	return e.dst
}

var (
	addressType = reflect.TypeFor[Address]()
	valueType   = reflect.TypeFor[Value]()
	mapType     = reflect.TypeFor[Map]()
	bodyType    = reflect.TypeFor[Body]()

	textsType     = reflect.TypeFor[[]string]()
	addressesType = reflect.TypeFor[[]Address]()
)

func (e *encoder) value(v reflect.Value, set bool) {
	switch v.Type() {
	case addressType:
		e.address(Address(v.String()))
		return
	case mapType:
		e.data(v.Interface().(Map))
		return
	case valueType:
		e.data(v.Interface().(Value))
		return
	case bodyType:
		e.body(v.Interface().(Body))
		return
	}
	switch v.Kind() {
	case reflect.String:
		e.text(v.String())
	case reflect.Int64:
		e.dst = appendInt(e.dst, v.Int())
	case reflect.Bool:
		e.dst = appendBool(e.dst, v.Bool())
	case reflect.Struct:
		e.fields(v)
	case reflect.Slice:
		e.slice(v, set)
	case reflect.Map:
		e.stringMap(v.Interface().(map[string]string))
	default:
		panic(fmt.Sprintf("graph: %s has no canonical form", v.Type()))
	}
}

func (e *encoder) fields(v reflect.Value) {
	l := layouts()[v.Type()]
	n, there := 0, uint64(0) // which fields are: no struct has more than 64
	for i := range l {
		if l[i].class&e.mask != 0 && present(v.Field(l[i].index), e.mask) {
			n, there = n+1, there|1<<i
		}
	}
	e.dst = appendHead(e.dst, majorMap, uint64(n))
	for i := range l {
		if there&(1<<i) != 0 {
			e.dst = append(e.dst, l[i].key...)
			e.value(v.Field(l[i].index), l[i].set)
		}
	}
}

func (e *encoder) body(b Body) {
	e.dst = appendHead(e.dst, majorMap, 1)
	e.text(string(b.StepKind()))
	e.fields(reflect.ValueOf(b))
}

func (e *encoder) slice(v reflect.Value, set bool) {
	switch v.Type() {
	case textsType:
		e.texts(canonicalSet(v.Interface().([]string), set))
	case addressesType:
		s := canonicalSet(v.Interface().([]Address), set)
		e.dst = appendHead(e.dst, majorArray, uint64(len(s)))
		for _, a := range s {
			e.address(a)
		}
	default:
		e.dst = appendHead(e.dst, majorArray, uint64(v.Len()))
		for i := range v.Len() {
			e.value(v.Index(i), false)
		}
	}
}

// canonicalSet sorts a copy and drops what is there twice, if it is a set.
func canonicalSet[S ~string](s []S, set bool) []S {
	if !set || rising(s) {
		return s
	}
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}

// rising says that each element is greater than the one before: such a list is
// its own canonical form.
func rising[S ~string](s []S) bool {
	for i := 1; i < len(s); i++ {
		if s[i-1] >= s[i] {
			return false
		}
	}
	return true
}

func (e *encoder) texts(s []string) {
	e.dst = appendHead(e.dst, majorArray, uint64(len(s)))
	for _, t := range s {
		e.text(t)
	}
}

func (e *encoder) stringMap(m map[string]string) {
	e.dst = appendHead(e.dst, majorMap, uint64(len(m)))
	for _, k := range sortedKeys(m) {
		e.text(k)
		e.text(m[k])
	}
}

func (e *encoder) address(a Address) {
	if e.resolve != nil {
		e.text(string(e.resolve(a)))
		return
	}
	e.text(string(a))
}

func (e *encoder) text(s string) {
	if !utf8.ValidString(s) && e.err == nil {
		e.err = fmt.Errorf("%q is not valid UTF-8", s)
	}
	e.dst = appendText(e.dst, s)
}

// data appends a Value.
func (e *encoder) data(v Value) {
	switch v := v.(type) {
	case Null:
		e.dst = append(e.dst, cborNull)
	case Bool:
		e.dst = appendBool(e.dst, bool(v))
	case Number:
		e.number(v)
	case String:
		e.text(string(v))
	case List:
		e.dst = appendHead(e.dst, majorArray, uint64(len(v)))
		for _, item := range v {
			e.data(item)
		}
	case Map:
		e.dst = appendHead(e.dst, majorMap, uint64(len(v)))
		for _, k := range sortedKeys(v) {
			e.text(k)
			e.data(v[k])
		}
	case Deferred:
		e.dst = appendHead(e.dst, majorTag, tagDeferred)
		e.dst = appendHead(e.dst, majorArray, 3)
		e.text(v.Source)
		e.data(v.Closed)
		e.texts(canonicalSet(v.Refs, true))
	default:
		panic(fmt.Sprintf("graph: value %T has no canonical form", v))
	}
}

func (e *encoder) number(n Number) {
	d, err := parseDecimal(n)
	if err != nil {
		if e.err == nil {
			e.err = err
		}
		return
	}
	if d.exponent == 0 {
		e.dst = appendInt(e.dst, d.mantissa)
		return
	}
	e.dst = appendHead(e.dst, majorTag, tagDecimal)
	e.dst = appendHead(e.dst, majorArray, 2)
	e.dst = appendInt(e.dst, d.exponent)
	e.dst = appendInt(e.dst, d.mantissa)
}

// sortedKeys is the order of section 4.2.1: by the encoded key, which is by
// length first, then by bytes.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return keys
}
