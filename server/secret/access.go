package secret

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// Access says where the sources of each team may read: what the operator did not
// name, no pipeline reaches.
type Access struct {
	Files map[string]string // directory by team
	Env   map[string]string // prefix of variables by team
}

// check keeps teams apart: what one may read must not lie within what another may.
func (a Access) check() error {
	for team, dir := range a.Files {
		if team == "" || !filepath.IsAbs(dir) {
			return fmt.Errorf("secrets of team %q in files: %q is no absolute path of a directory", team, dir)
		}
	}
	for team, prefix := range a.Env {
		if team == "" || prefix == "" {
			return fmt.Errorf("secrets of team %q in the environment: an empty prefix would be all of the server's variables", team)
		}
	}
	within := func(dir, in string) bool {
		rel, err := filepath.Rel(in, dir)
		return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
	}
	return errors.Join(apart(a.Files, within), apart(a.Env, strings.HasPrefix))
}

func apart(places map[string]string, within func(a, b string) bool) error {
	for team, place := range places {
		for other, around := range places {
			if team != other && within(place, around) {
				return fmt.Errorf("secrets: team %q could read those of team %q: %s is within %s", other, team, place, around)
			}
		}
	}
	return nil
}

// open finds the source of a team, or says what the operator would have to do.
func (r *Resolver) open(team string, s graph.SecretSource) (Source, error) {
	switch s.Type {
	case "file":
		dir, ok := r.access.Files[team]
		if !ok {
			return nil, fmt.Errorf("team %q may read no secrets from files of this server; its operator allows it with --secret-files %s=DIRECTORY", team, team)
		}
		return newFiles(dir, s.Config)
	case "env":
		prefix, ok := r.access.Env[team]
		if !ok {
			return nil, fmt.Errorf("team %q may read no secrets from the environment of this server; its operator allows it with --secret-env %s=PREFIX", team, team)
		}
		return newVariables(prefix, r.lookup, s.Config)
	}
	return nil, fmt.Errorf("sources of type %q are not run by this version of Weir", s.Type)
}

// ParseAccess reads TEAM=PLACE pairs, as operators give them.
func ParseAccess(pairs []string) (map[string]string, error) {
	out := map[string]string{}
	for _, p := range pairs {
		team, place, ok := strings.Cut(p, "=")
		if !ok || team == "" || place == "" {
			return nil, fmt.Errorf("%q is not TEAM=PLACE", p)
		}
		if _, twice := out[team]; twice {
			return nil, fmt.Errorf("team %q is named twice", team)
		}
		out[team] = place
	}
	return out, nil
}
