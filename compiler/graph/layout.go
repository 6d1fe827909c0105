package graph

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// class is what a field can change; see the package comment.
type class uint8

const (
	classExec class = 1 << iota
	classPolicy
	classMeta

	maskExec = classExec
	maskSpec = classExec | classPolicy
	maskAll  = classExec | classPolicy | classMeta
)

// field is one tagged field of a spec's struct.
type field struct {
	index int
	name  string
	key   []byte // the name as CBOR text, for order and output
	class class
	set   bool // order means nothing: sorted in every canonical form
}

// layout is the tagged fields of a struct in canonical order.
type layout []field

// layouts are read off the struct tags once. The roots are listed; what they
// hold follows.
var layouts = sync.OnceValue(func() map[reflect.Type]layout {
	all := map[reflect.Type]layout{}
	for _, root := range []any{
		Pipeline{}, ResourceType{}, Resource{}, Job{}, SecretSource{}, Group{},
		Get{}, Put{}, Task{}, Load{}, SetPipeline{}, Approval{}, Do{}, Parallel{}, Try{}, Meta{}, Header{},
	} {
		addLayout(all, reflect.TypeOf(root))
	}
	return all
})

func addLayout(all map[reflect.Type]layout, t reflect.Type) {
	if _, done := all[t]; done || t.Kind() != reflect.Struct {
		return
	}
	all[t] = nil // breaks the recursion of Step in Hooks in Step
	var l layout
	for i := range t.NumField() {
		sf := t.Field(i)
		l = append(l, parseField(t, sf, i))
		elem := sf.Type
		if elem.Kind() == reflect.Slice {
			elem = elem.Elem()
		}
		addLayout(all, elem)
	}
	slices.SortFunc(l, func(a, b field) int { return bytes.Compare(a.key, b.key) })
	all[t] = l
}

func parseField(t reflect.Type, sf reflect.StructField, i int) field {
	parts := strings.Split(sf.Tag.Get("weir"), ",")
	f := field{index: i, name: parts[0], key: appendText(nil, parts[0])}
	if len(parts) < 2 || f.name == "" {
		panic(fmt.Sprintf("graph: %s.%s has no weir tag", t, sf.Name))
	}
	switch parts[1] {
	case "exec":
		f.class = classExec
	case "policy":
		f.class = classPolicy
	case "meta":
		f.class = classMeta
	default:
		panic(fmt.Sprintf("graph: %s.%s has class %q", t, sf.Name, parts[1]))
	}
	f.set = len(parts) > 2 && parts[2] == "set"
	return f
}

// present says whether a value has something to say under a mask: the zero
// value does not, nor does a struct whose fields of these classes are all zero.
func present(v reflect.Value, mask class) bool {
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range layouts()[v.Type()] {
			if f.class&mask != 0 && present(v.Field(f.index), mask) {
				return true
			}
		}
		return false
	case reflect.Slice, reflect.Map:
		return v.Len() > 0
	default:
		return !v.IsZero()
	}
}
