package resource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Configure decodes a source or params (what says which) into a struct with json
// tags. A key that the struct does not have is an error that lists those it has:
// a typing error must not become a silent default. Absent and null are nothing.
func Configure[T any](what string, raw json.RawMessage) (T, error) {
	var into T
	if len(bytes.TrimSpace(raw)) == 0 || string(bytes.TrimSpace(raw)) == "null" {
		return into, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return into, fmt.Errorf("%s is no object but %s", what, kindOf(raw))
	}
	known := keys(reflect.TypeFor[T]())
	var unknown []string
	for k := range fields {
		if !slices.Contains(known, k) {
			unknown = append(unknown, k)
		}
	}
	if len(unknown) > 0 {
		return into, unknownKeys(what, unknown, known)
	}
	if err := json.Unmarshal(raw, &into); err != nil {
		return into, wrongType(what, err)
	}
	return into, nil
}

func unknownKeys(what string, unknown, known []string) error {
	slices.Sort(unknown)
	has := "there are none"
	if len(known) > 0 {
		has = "known are " + strings.Join(known, ", ")
	}
	return fmt.Errorf("%s: unknown key %s; %s", what, strings.Join(unknown, ", "), has)
}

func wrongType(what string, err error) error {
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) {
		return fmt.Errorf("%s.%s is a %s, want %s", what, typ.Field, typ.Value, wanted(typ.Type))
	}
	return fmt.Errorf("%s: %w", what, err)
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}

// keys are the names of a struct's json tags, sorted.
func keys(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
