package target

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Wish is what flags say; "" where they say nothing.
type Wish struct{ Server, Token, Team, Name string }

// Choice is the target of a command and where it comes from, for messages.
type Choice struct {
	Target
	From string
}

// Choose finds the target of a command. A choice with no Server says that there
// is none.
func Choose(w Wish, getenv func(string) string, cwd string) (Choice, error) {
	c, err := choose(w, getenv, cwd)
	if err != nil {
		return Choice{}, err
	}
	if token := first(w.Token, getenv("WEIR_TOKEN")); token != "" {
		c.Token = token
	}
	if team := first(w.Team, getenv("WEIR_TEAM")); team != "" {
		c.Team = team
	}
	c.Server = strings.TrimRight(c.Server, "/")
	return c, nil
}

func choose(w Wish, getenv func(string) string, cwd string) (Choice, error) {
	dir, dirErr := ConfigDir(getenv)
	var f File
	if dirErr == nil {
		var err error
		if f, err = Read(dir); err != nil {
			return Choice{}, err
		}
	}
	if w.Server != "" {
		return f.known(w.Server, "--server"), nil
	}
	if w.Name != "" {
		return f.named(w.Name)
	}
	if s := getenv("WEIR_SERVER"); s != "" {
		return f.known(s, "WEIR_SERVER"), nil
	}
	if c, err := dev(getenv, cwd); err != nil || c.Server != "" {
		return c, err
	}
	if f.Current != "" {
		return f.named(f.Current)
	}
	var t Target
	if path := filepath.Join(dir, devFile); dirErr == nil && readJSON(path, &t) == nil && t.Alive() {
		return Choice{Target: t, From: path}, nil
	}
	return Choice{}, nil
}

// dev is the `weir dev` that the environment names, or one near by.
func dev(getenv func(string) string, cwd string) (Choice, error) {
	if d := getenv("WEIR_DEV_DIR"); d != "" {
		var t Target
		path := filepath.Join(d, devFile)
		err := readJSON(path, &t)
		if errors.Is(err, fs.ErrNotExist) { // another one instead would be a surprise
			return Choice{}, fmt.Errorf("no `weir dev` runs in %s, which WEIR_DEV_DIR names: start it with `weir dev --dir %s`, or unset WEIR_DEV_DIR", d, d)
		}
		return Choice{Target: t, From: path}, err
	}
	t, path, _ := nearDev(cwd)
	return Choice{Target: t, From: path}, nil
}

// known is a server by its address, with the token of the target that has the
// same one.
func (f File) known(server, from string) Choice {
	for _, name := range slices.Sorted(maps.Keys(f.Targets)) {
		if t := f.Targets[name]; strings.TrimRight(t.Server, "/") == strings.TrimRight(server, "/") {
			return Choice{Target: t, From: from}
		}
	}
	return Choice{Target: Target{Server: server}, From: from}
}

func (f File) named(name string) (Choice, error) {
	t, ok := f.Targets[name]
	if !ok {
		return Choice{}, fmt.Errorf("there is no target %q: known are %s; add it with `weir target set %s --server URL --token TOKEN`",
			name, f.names(), name)
	}
	return Choice{Target: t, From: "target " + name}, nil
}

func (f File) names() string {
	if len(f.Targets) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(f.Targets)), ", ")
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
