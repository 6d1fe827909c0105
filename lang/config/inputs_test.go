package config

import "testing"

func TestInputs(t *testing.T) {
	in, err := NewInputs([]string{"a=1", "b=x=y", "a=2"}, []string{"WEIR_VAR_b=env", "WEIR_VAR_c=env", "HOME=/"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, value, from string }{
		{"a", "2", "--var a"}, // the last one wins
		{"b", "x=y", "--var b"},
		{"c", "env", "WEIR_VAR_c"},
	} {
		if v, from, ok := in.Lookup(c.name); !ok || v != c.value || from != c.from {
			t.Errorf("%s: %q from %q", c.name, v, from)
		}
	}
	if _, _, ok := in.Lookup("HOME"); ok {
		t.Error("took a variable that is not for us")
	}
}

func TestInputsBad(t *testing.T) {
	for _, v := range []string{"a", "=x", " =x", ""} {
		if _, err := NewInputs([]string{v}, nil); err == nil {
			t.Errorf("%q: no error", v)
		}
	}
}
