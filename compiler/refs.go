package compiler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// phase says whether an expression may name what only a run knows.
type phase bool

const (
	atCompile phase = false
	atRun     phase = true
)

// Roots of the language: those of this version, and those to come.
var (
	rootNames = []string{"across", "build", "event", "job", "load", "local", "module", "params", "path", "pipeline", "resource", "resource_type", "secret", "secret_source", "step", "task", "var", "version"}
)

// check reports every name that does not exist or may not stand here. It is
// false too, but silent, for values that failed and were reported where they
// are defined.
func (u *unit) check(refs []config.Ref, p phase) bool {
	ok := true
	for _, r := range refs {
		ok = u.checkRef(r, p) && ok
	}
	return ok
}

func (u *unit) checkRef(r config.Ref, p phase) bool {
	sym := u.m.sym
	if _, ok := u.given[r.Root()]; ok && r.Root() != "jobs" && r.Root() != "resources" && (r.Root() != "task" || len(r.Path) > 1 && (r.Path[1].Name == "key" || r.Path[1].Name == "value")) {
		return u.checkGiven(r)
	}
	switch root := r.Root(); root {
	case "jobs", "resources":
		if _, ok := u.given[root]; ok {
			return u.checkCompiled(r)
		}
		return u.unknownRoot(r)
	case "each", "count":
		u.outsideOfRepetition(r)
		return false
	case "module":
		return u.checkModule(r)
	case "path":
		fields := []string{"module", "root"}
		return u.named(r, diag.UnknownName, "path", func() []string { return fields }, func(n string) bool { return slices.Contains(fields, n) })
	case "var":
		return u.named(r, diag.UnknownVariable, "variable", func() []string { return sorted(sym.variables) }, has(sym.variables))
	case "local":
		return u.named(r, diag.UnknownLocal, "local value", func() []string { return sorted(sym.locals) }, has(sym.locals))
	case "job":
		if !u.named(r, diag.UnknownJob, "job", func() []string { return sorted(sym.jobs) }, has(sym.jobs)) {
			return false
		}
		return u.checkBlock(r, 2, u.m.jobs[r.Path[1].Name])
	case "task":
		return u.named(r, diag.UnknownTask, "shared task", func() []string { return sorted(sym.tasks) }, has(sym.tasks))
	case "resource_type":
		return u.named(r, diag.UnknownResourceType, "declared resource type", func() []string { return sorted(sym.types) }, has(sym.types))
	case "pipeline":
		fields := []string{"name", "team"}
		return u.named(r, diag.UnknownName, "pipeline field", func() []string { return fields }, func(n string) bool { return slices.Contains(fields, n) })
	case "resource":
		return u.checkResource(r)
	case "secret_source":
		return u.checkSource(r)
	case "version", "build", "event", "secret", "load", "across", "params", "step":
		return u.checkRunTime(r, p)
	default:
		return u.unknownRoot(r)
	}
}

// checkBlock checks which instance of a job or resource is meant.
func (u *unit) checkBlock(r config.Ref, n int, of *repeated) bool {
	if !u.m.expanded {
		return true
	}
	_, _, ok := u.checkInstance(r, n, of)
	return ok
}

func has[T any](m map[string]T) func(string) bool {
	return func(name string) bool { _, ok := m[name]; return ok }
}

// named checks root.name.
func (u *unit) named(r config.Ref, code diag.Code, what string, all func() []string, exists func(string) bool) bool {
	if len(r.Path) < 2 {
		u.errorf(diag.UnknownName, r.Range, "Incomplete reference", "%s by itself is no value; write %s.<name>.", r.Root(), r.Root())
		return false
	}
	name := r.Path[1].Name
	if !exists(name) {
		u.unknown(code, r.Path[1].Range, what, name, all())
		return false
	}
	return !u.m.failed[r.Root()+"."+name]
}

// unknown reports a name that does not exist, with the nearest that does.
func (u *unit) unknown(code diag.Code, at diag.Range, what, name string, known []string) {
	d := diag.Diagnostic{Code: code, Range: at, Summary: "Unknown " + what, Detail: fmt.Sprintf("There is no %s named %q.", what, name)}
	if near, ok := diag.Nearest(name, known); ok {
		d.Fix = diag.Replace(at, name, near)
	} else {
		d.Detail += listed(known)
	}
	u.list.Append(d)
}

const maxListed = 8

func listed(known []string) string {
	switch n := len(known); {
	case n == 0:
		return " There are none."
	case n <= maxListed:
		return " There are: " + strings.Join(known, ", ") + "."
	}
	return ""
}

func (u *unit) checkResource(r config.Ref) bool {
	if len(r.Path) < 3 {
		u.errorf(diag.UnknownName, r.Range, "Incomplete reference", "A reference to a resource has its type and its name: resource.git.app.")
		return false
	}
	if _, ok := u.m.sym.resources[r.Path[1].Name][r.Path[2].Name]; ok {
		return u.checkBlock(r, 3, u.m.resources[r.Path[1].Name+"."+r.Path[2].Name])
	}
	at := r.Path[1].Range.Join(r.Path[2].Range)
	u.unknown(diag.UnknownResource, at, "resource", r.Path[1].Name+"."+r.Path[2].Name, u.m.sym.resourceNames())
	return false
}

func (u *unit) unknownRoot(r config.Ref) bool {
	root, at := r.Root(), r.Path[0].Range
	if root == "artifact" {
		u.errorf(diag.WrongReference, r.Range, "Artifact as a value", "An artifact may be named only as the image of a task: image = artifact.<name>.")
		return false
	}
	d := diag.Diagnostic{Code: diag.UnknownName, Range: at, Summary: "Unknown name", Detail: fmt.Sprintf("Nothing is named %q.", root)}
	if near, ok := diag.Nearest(root, rootNames); ok {
		d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean %q?", near), Range: at, Text: near}
	} else {
		d.Detail += " Names begin with one of: " + strings.Join(rootNames, ", ") + "."
	}
	if len(r.Path) == 1 && root == strings.ToUpper(root) && d.Fix == nil {
		d.Fix = &diag.Fix{Help: fmt.Sprintf("where the shell's variable is meant, write $%s or $${%s}", root, root)}
	}
	u.list.Append(d)
	return false
}
