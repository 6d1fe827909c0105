package graph

import (
	"reflect"
)

// Reference is one place where a spec names another node.
type Reference struct {
	Role string // the field: resource, type_ref, passed
	To   Address
	Exec bool // what it names can change this node's result
}

// References lists what a spec names, in the order of its steps.
func References(s Spec) []Reference {
	var refs []Reference
	collectReferences(reflect.ValueOf(s), &refs)
	return refs
}

func collectReferences(v reflect.Value, refs *[]Reference) {
	for _, f := range layouts()[v.Type()] {
		fv := v.Field(f.index)
		switch {
		case fv.Type() == addressType:
			if fv.Len() > 0 {
				*refs = append(*refs, Reference{Role: f.name, To: Address(fv.String()), Exec: f.class == classExec})
			}
		case fv.Type() == bodyType:
			if !fv.IsNil() {
				collectReferences(fv.Elem(), refs)
			}
		case fv.Kind() == reflect.Struct:
			collectReferences(fv, refs)
		case fv.Kind() == reflect.Slice:
			collectSlice(fv, f, refs)
		}
	}
}

func collectSlice(v reflect.Value, f field, refs *[]Reference) {
	switch v.Type() {
	case addressesType:
		for _, a := range canonicalSet(v.Interface().([]Address), f.set) {
			*refs = append(*refs, Reference{Role: f.name, To: a, Exec: f.class == classExec})
		}
	case stepsType:
		for i := range v.Len() {
			collectReferences(v.Index(i), refs)
		}
	}
}
