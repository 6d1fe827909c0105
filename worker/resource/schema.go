package resource

import (
	"reflect"
	"strings"
)

// Schema is what a type takes: the keys of each object, and what each is:
// string, bool, number, list, object or any.
type Schema struct{ Source, Get, Put map[string]string }

// SchemaOf reads a schema off the structs that Configure decodes into.
func SchemaOf[Source, Get, Put any]() Schema {
	return Schema{Source: kindsOf(reflect.TypeFor[Source]()), Get: kindsOf(reflect.TypeFor[Get]()), Put: kindsOf(reflect.TypeFor[Put]())}
}

func kindsOf(t reflect.Type) map[string]string {
	out := make(map[string]string, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		out[name] = kindName(t.Field(i).Type)
	}
	return out
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "number"
	case reflect.Slice:
		return "list"
	case reflect.Map, reflect.Struct:
		return "object"
	}
	return "any"
}
