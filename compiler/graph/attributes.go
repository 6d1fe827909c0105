package graph

import (
	"fmt"
	"reflect"
)

// Attributes is a spec as data: every field that is present, of all classes, by
// its canonical name. Steps are a List of Maps in which the body stands under
// the word for its kind. Diffs, JSON and text are made from it, so that no
// field can be forgotten in one of them.
func Attributes(s Spec) Map { return attributesOf(reflect.ValueOf(s), false) }

// AllAttributes is Attributes with the fields that are absent too: false, 0, an
// empty text, list or map, or null.
func AllAttributes(s Spec) Map { return attributesOf(reflect.ValueOf(s), true) }

func attributesOf(v reflect.Value, all bool) Map {
	out := Map{}
	for _, f := range layouts()[v.Type()] {
		fv := v.Field(f.index)
		if !all && !present(fv, maskAll) {
			continue
		}
		if fv.Type() == bodyType {
			b := fv.Interface().(Body)
			out[string(b.StepKind())] = attributesOf(fv.Elem(), all)
			continue
		}
		out[f.name] = attribute(fv, f.set, all)
	}
	return out
}

func attribute(v reflect.Value, set, all bool) Value {
	if v.Kind() == reflect.Interface && v.IsNil() {
		return Null{}
	}
	switch x := v.Interface().(type) {
	case Value:
		return x
	case []string:
		return stringList(canonicalSet(x, set))
	case []Address:
		return stringList(canonicalSet(x, set))
	case map[string]string:
		out := Map{}
		for k, s := range x {
			out[k] = String(s)
		}
		return out
	}
	switch v.Kind() {
	case reflect.String:
		return String(v.String())
	case reflect.Bool:
		return Bool(v.Bool())
	case reflect.Int64:
		return decimal{mantissa: v.Int()}.Number()
	case reflect.Struct:
		return attributesOf(v, all)
	case reflect.Slice:
		out := make(List, v.Len())
		for i := range out {
			out[i] = attribute(v.Index(i), false, all)
		}
		return out
	}
	panic(fmt.Sprintf("graph: %s is no attribute", v.Type()))
}

func stringList[S ~string](s []S) List {
	out := make(List, len(s))
	for i := range s {
		out[i] = String(s[i])
	}
	return out
}
