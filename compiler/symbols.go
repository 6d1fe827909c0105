package compiler

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// symbols are the names that a configuration defines.
type symbols struct {
	variables map[string]*config.Variable
	locals    map[string]*config.Local
	types     map[string]*config.ResourceType
	resources map[string]map[string]*config.Resource // by type and name
	byName    map[string][]*config.Resource
	tasks     map[string]*config.SharedTask
	jobs      map[string]*config.Job
	sources   map[string]*config.SecretSource
	groups    map[string]*config.Group
	calls     map[string]*config.ModuleCall
	outputs   map[string]*config.Output
}

// collect gathers the names; of two blocks with one address the first counts.
func collect(cfg *config.Config, l *diag.List) *symbols {
	s := &symbols{resources: map[string]map[string]*config.Resource{}, byName: map[string][]*config.Resource{}}
	s.variables = table(cfg.Variables, "var", "variable", l, func(v *config.Variable) config.Name { return v.Name })
	s.locals = table(cfg.Locals, "local", "local value", l, func(v *config.Local) config.Name { return v.Name })
	s.types = table(cfg.ResourceTypes, "resource_type", "resource type", l, func(v *config.ResourceType) config.Name { return v.Name })
	s.tasks = table(cfg.Tasks, "task", "task", l, func(v *config.SharedTask) config.Name { return v.Name })
	s.jobs = table(cfg.Jobs, "job", "job", l, func(v *config.Job) config.Name { return v.Name })
	s.sources = table(cfg.SecretSources, "secret", "secret source", l, func(v *config.SecretSource) config.Name { return v.Name })
	s.groups = table(cfg.Groups, "group", "group", l, func(v *config.Group) config.Name { return v.Name })
	s.calls = table(cfg.Calls, "module", "module", l, func(c *config.ModuleCall) config.Name { return c.Name })
	s.outputs = table(cfg.Outputs, "output", "output", l, func(o *config.Output) config.Name { return o.Name })
	for _, r := range cfg.Resources {
		s.resource(r, l)
	}
	return s
}

func table[T any](blocks []T, kind, what string, l *diag.List, name func(T) config.Name) map[string]T {
	out := make(map[string]T, len(blocks))
	for _, b := range blocks {
		n := name(b)
		checkName(n, what, l)
		if first, ok := out[n.Text]; ok {
			twice(kind+"."+n.Text, n.Range, name(first).Range, l)
			continue
		}
		out[n.Text] = b
	}
	return out
}

func (s *symbols) resource(r *config.Resource, l *diag.List) {
	checkName(r.Type, "resource type", l)
	checkName(r.Name, "resource", l)
	of := s.resources[r.Type.Text]
	if of == nil {
		of = map[string]*config.Resource{}
		s.resources[r.Type.Text] = of
	}
	if first, ok := of[r.Name.Text]; ok {
		twice("resource."+r.Type.Text+"."+r.Name.Text, r.Name.Range, first.Name.Range, l)
		return
	}
	of[r.Name.Text] = r
	s.byName[r.Name.Text] = append(s.byName[r.Name.Text], r)
}

func twice(address string, at, first diag.Range, l *diag.List) {
	l.Append(diag.Diagnostic{Code: diag.DefinedTwice, Range: at, Summary: "Defined twice",
		Detail:  fmt.Sprintf("%s is defined more than once.", address),
		Related: []diag.Related{{Message: "the first definition", Range: first}}})
}

const maxName = 100 // bytes

// checkName holds names to what can be written in a reference and used as the
// name of a directory.
func checkName(n config.Name, what string, l *diag.List) bool {
	switch {
	case n.Text == "":
		l.Errorf(diag.BadName, n.Range, "Empty name of "+article(what), "A name must not be empty.")
	case len(n.Text) > maxName:
		l.Errorf(diag.BadName, n.Range, "Too long a name of "+article(what), "A name may have up to %d bytes; this one has %d.", maxName, len(n.Text))
	case !validName(n.Text):
		l.Errorf(diag.BadName, n.Range, "Invalid name of "+article(what),
			"%q is no name: names begin with a letter or _ and go on with letters, digits, - and _.", n.Text)
	default:
		return true
	}
	return false
}

func article(what string) string {
	if strings.IndexByte("aeiou", what[0]) >= 0 {
		return "an " + what
	}
	return "a " + what
}

func validName(s string) bool {
	for i, r := range s {
		switch {
		case unicode.IsLetter(r) || r == '_':
		case i > 0 && (unicode.IsDigit(r) || r == '-'):
		default:
			return false
		}
	}
	return s != ""
}

func sorted[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// resourceNames are all resources as type.name, sorted.
func (s *symbols) resourceNames() []string {
	var names []string
	for t, of := range s.resources {
		for n := range of {
			names = append(names, t+"."+n)
		}
	}
	slices.Sort(names)
	return names
}
