package config

import (
	"maps"
	"slices"
	"testing"
)

func TestInputs(t *testing.T) {
	in, err := NewInputs([]string{"a=1", " b =x=y", "a="}, []string{"WEIR_VAR_b=env", "WEIR_VAR_c=x=y", "HOME=/", "WEIR_VAR"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []Assignment{{Name: "a", Value: "1"}, {Name: "b", Value: "x=y"}, {Name: "a"}}; !slices.Equal(in.Vars, want) {
		t.Errorf("--var: %+v", in.Vars)
	}
	if want := map[string]string{"b": "env", "c": "x=y"}; !maps.Equal(in.Env, want) {
		t.Errorf("environment: %v", in.Env)
	}
}

func TestInputsBad(t *testing.T) {
	for _, v := range []string{"a", "=x", " =x", ""} {
		if _, err := NewInputs([]string{v}, nil); err == nil {
			t.Errorf("%q: no error", v)
		}
	}
}
