package module

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/go-version"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// Wanted is a package that a call needs.
type Wanted struct {
	Remote
	Constraint string // "" for none
	Allowed    version.Constraints
	Call       config.ModuleSource
}

// Package is where a package is.
type Package struct {
	Dir     string
	Version string // the tag that was chosen, if one was
}

// Packages finds packages. It is asked by one goroutine at a time.
type Packages interface {
	Package(Wanted) (Package, diag.List)
}

// Finder is config.Modules for all kinds of sources. It is safe for concurrent
// use.
type Finder struct {
	mu       sync.Mutex
	packages Packages
	origins  map[string]origin // by directory of the package; owned by mu
}

// origin says which package a directory is.
type origin struct {
	remote  Remote
	version string
}

var _ config.Modules = (*Finder)(nil)

// NewFinder makes a Finder that asks for packages.
func NewFinder(p Packages) *Finder { return &Finder{packages: p, origins: map[string]origin{}} }

// Find implements config.Modules.
func (f *Finder) Find(s config.ModuleSource) (config.Place, diag.List) {
	f.mu.Lock()
	defer f.mu.Unlock()
	source, fault := Parse(s.Text)
	if fault != nil {
		return config.Place{}, faultAt(fault, s)
	}
	switch source := source.(type) {
	case Remote:
		return f.remote(source, s)
	default:
		return f.local(s)
	}
}

func faultAt(f *Fault, s config.ModuleSource) diag.List {
	d := diag.Diagnostic{Code: diag.BadModuleSource, Range: s.TextRange, Summary: f.Summary, Detail: f.Detail}
	instead := f.Instead
	if info, err := os.Stat(filepath.Join(s.From.Dir, filepath.FromSlash(s.Text))); instead == "" && s.Text != "" && err == nil && info.IsDir() {
		instead = "./" + s.Text
	}
	if instead != "" {
		d.Fix = &diag.Fix{Help: fmt.Sprintf("write %q", instead), Range: s.TextRange, Text: fmt.Sprintf("%q", instead)}
	}
	return diag.List{d}
}

// local finds a directory beside the caller's. A package is a world of its own:
// paths in it do not lead out of it.
func (f *Finder) local(s config.ModuleSource) (config.Place, diag.List) {
	root, from, ok := f.packageOf(s.From.Dir)
	if !ok {
		return beside(s)
	}
	at, err := filepath.Rel(root, s.From.Dir)
	if err != nil {
		at = "."
	}
	dir := path.Join(filepath.ToSlash(at), s.Text)
	if !inside(dir) {
		return config.Place{}, diag.List{{Code: diag.BadModuleSource, Range: s.TextRange, Summary: "Module outside of its package",
			Detail: fmt.Sprintf("This module comes from %s, and %q leads out of that. Only the modules of a pipeline itself can use what is beside them.", from.remote.Package(), s.Text)}}
	}
	place, list := beside(s)
	place.Path = from.path(dir)
	return place, list
}

func (f *Finder) packageOf(dir string) (string, origin, bool) {
	for root, from := range f.origins {
		if dir == root || strings.HasPrefix(dir, root+string(filepath.Separator)) {
			return root, from, true
		}
	}
	return "", origin{}, false
}

// path names a directory of the package the same way on every machine.
func (o origin) path(dir string) string {
	if dir == "." {
		dir = ""
	}
	switch r := o.remote.(type) {
	case Git:
		r.Dir = dir
		return r.At(o.version)
	case OCI:
		r.Dir = dir
		return r.At(o.version)
	}
	return dir
}

func (f *Finder) remote(r Remote, s config.ModuleSource) (config.Place, diag.List) {
	want, list := wanted(r, s)
	if len(list) > 0 {
		return config.Place{}, list
	}
	got, list := f.packages.Package(want)
	if list.HasErrors() {
		return config.Place{}, list
	}
	from := origin{r, got.Version}
	f.origins[got.Dir] = from
	place := config.Place{Dir: filepath.Join(got.Dir, filepath.FromSlash(r.Subdir())), Path: from.path(r.Subdir())}
	if info, err := os.Stat(place.Dir); err != nil || !info.IsDir() {
		list.Append(noDirectory(got.Dir, r, s))
	}
	return place, list
}

// wanted checks a version, and that there is one exactly where one is needed.
func wanted(r Remote, s config.ModuleSource) (Wanted, diag.List) {
	w := Wanted{Remote: r, Constraint: strings.TrimSpace(s.Version), Call: s}
	var l diag.List
	if w.Constraint == "" {
		if o, ok := r.(OCI); ok && !o.Versioned() {
			l.Append(diag.Diagnostic{Code: diag.BadModuleSource, Range: s.TextRange, Summary: "Module without version",
				Detail: "An artifact is named with a tag or a digest, or a version is chosen among its tags.",
				Fix:    &diag.Fix{Help: "add a tag to the source (" + o.Repository + ":1.0.0), or version = \"~> 1.0\" to the block"}})
		}
		return w, l
	}
	if r.Versioned() {
		l.Errorf(diag.BadModuleSource, s.VersionRange, "Two versions", "The source names a state of the module already; take that out of it, or take version out.")
		return w, l
	}
	allowed, err := version.NewConstraint(w.Constraint)
	if err != nil {
		l.Errorf(diag.BadModuleSource, s.VersionRange, "Invalid version", "%q is no constraint on versions, such as \"1.2.3\", \"~> 1.2\" or \">= 1.0, < 3.0\".", s.Version)
	}
	w.Allowed = allowed
	return w, l
}

// noDirectory says which directories hold modules instead.
func noDirectory(root string, r Remote, s config.ModuleSource) diag.Diagnostic {
	d := diag.Diagnostic{Code: diag.BadModuleSource, Range: s.TextRange, Summary: "No such module",
		Detail: fmt.Sprintf("%s has no directory %s.", r.Package(), r.Subdir())}
	dirs := moduleDirs(root)
	if near, ok := diag.Nearest(r.Subdir(), dirs); ok {
		d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean //%s?", near)}
	} else if len(dirs) > 0 && len(dirs) <= 8 {
		d.Detail += " There are: " + strings.Join(dirs, ", ") + "."
	}
	return d
}

var errEnough = errors.New("enough")

// moduleDirs are the directories of a package that hold files of pipelines.
func moduleDirs(root string) []string {
	var dirs []string
	_ = filepath.WalkDir(root, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".weir.hcl") {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(p))
		if dir = filepath.ToSlash(dir); err == nil && dir != "." && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
		if len(dirs) == 100 {
			return errEnough
		}
		return err
	})
	return dirs
}
