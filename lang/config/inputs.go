package config

import (
	"fmt"
	"strings"
)

// Inputs are what a pipeline gets from outside: values, and its modules.
type Inputs struct {
	Vars []Assignment      // --var, in order; a later one wins
	Env  map[string]string // of WEIR_VAR_<name>, by name without the prefix; --var wins over it

	Modules Modules // finds the modules that are called; nil: only those in directories beside

	// Unsaved are texts that an editor holds, by path: they are read instead of
	// what the disk has, or has not.
	Unsaved map[string][]byte
}

// Assignment is one --var.
type Assignment struct{ Name, Value string }

// EnvPrefix begins the environment variables that give values to variables.
const EnvPrefix = "WEIR_VAR_"

// NewInputs makes Inputs of the arguments of --var ("name=value") and of an
// environment ("KEY=value"), of which it takes only WEIR_VAR_*.
func NewInputs(vars, environ []string) (Inputs, error) {
	in := Inputs{Env: map[string]string{}}
	for _, v := range vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || strings.TrimSpace(name) == "" {
			return Inputs{}, fmt.Errorf("--var %q: want name=value", v)
		}
		in.Vars = append(in.Vars, Assignment{Name: strings.TrimSpace(name), Value: value})
	}
	for _, e := range environ {
		if key, value, ok := strings.Cut(e, "="); ok && strings.HasPrefix(key, EnvPrefix) {
			in.Env[strings.TrimPrefix(key, EnvPrefix)] = value
		}
	}
	return in, nil
}

// Lookup is the value given for a variable and where it came from.
func (in Inputs) Lookup(name string) (value, from string, ok bool) {
	for i := len(in.Vars) - 1; i >= 0; i-- {
		if in.Vars[i].Name == name {
			return in.Vars[i].Value, "--var " + name, true
		}
	}
	value, ok = in.Env[name]
	return value, EnvPrefix + name, ok
}
