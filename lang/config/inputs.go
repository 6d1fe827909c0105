package config

import (
	"errors"
	"fmt"
	"strings"
)

// Inputs are what a pipeline gets from outside: values, and its modules.
type Inputs struct {
	Vars []Assignment      // --var and --var-file, in order; a later one wins
	Env  map[string]string // of WEIR_VAR_<name>, by name without the prefix; --var wins over it

	Modules Modules // finds the modules that are called; nil: those beside, and those of the lock that are in Cache
	Cache   string  // directory of what was fetched before; "": nothing was
	Only    string  // name of the one file of the pipeline's own directory that is read; "": all are

	// Unsaved are texts that an editor holds, by path: they are read instead of
	// what the disk has, or has not.
	Unsaved map[string][]byte
}

// Assignment is one --var, or one --var-file, of which only File is there.
type Assignment struct{ Name, Value, File string }

// EnvPrefix begins the environment variables that give values to variables.
const EnvPrefix = "WEIR_VAR_"

// NewInputs makes Inputs of the arguments of --var ("name=value") and of an
// environment ("KEY=value"), of which it takes only WEIR_VAR_*.
func NewInputs(vars, environ []string) (Inputs, error) {
	in := Inputs{Env: map[string]string{}}
	for _, v := range vars {
		a, err := NewAssignment(v)
		if err != nil {
			return Inputs{}, fmt.Errorf("--var %q: %w", v, err)
		}
		in.Vars = append(in.Vars, a)
	}
	for _, e := range environ {
		if key, value, ok := strings.Cut(e, "="); ok && strings.HasPrefix(key, EnvPrefix) {
			in.Env[strings.TrimPrefix(key, EnvPrefix)] = value
		}
	}
	return in, nil
}

// NewAssignment reads the argument of a --var.
func NewAssignment(text string) (Assignment, error) {
	name, value, ok := strings.Cut(text, "=")
	if name = strings.TrimSpace(name); !ok || name == "" {
		return Assignment{}, errors.New("want name=value")
	}
	return Assignment{Name: name, Value: value}, nil
}
