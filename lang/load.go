package lang

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/cue"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/hcl"
	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/cache"
)

// Load reads the pipeline in dir. The Config is nil where so much of it could
// not be read that compiling the rest would mislead; the list then has errors.
// A Config may come with errors too: compile it all the same to learn of more
// problems, but use nothing that was made of it.
func Load(dir string, in config.Inputs) (*config.Config, *diag.Sources, diag.List) {
	lock, text, problems := module.ReadLock(dir)
	if in.Modules == nil {
		in.Modules = module.NewFinder(packages(lock, problems, in.Cache))
	}
	cfg, src, list := read(dir, in)
	src.Add(filepath.Join(dir, module.LockFile), text)
	list.Append(problems...)
	list.Sort()
	if cfg != nil {
		cfg.Images, cfg.Lock = lock.Digests(), lock.Digest()
	}
	return cfg, src, list
}

// packages are those of the lock.
func packages(lock *module.Lock, problems diag.List, dir string) module.Packages {
	switch {
	case problems.HasErrors():
		return module.Broken(problems)
	case dir == "":
		return module.FromLock(lock, nil)
	}
	return module.FromLock(lock, cache.Open(dir))
}

// read reads the files of a directory in the notation that they are in.
func read(dir string, in config.Inputs) (*config.Config, *diag.Sources, diag.List) {
	other := cue.Files(dir)
	if in.Only != "" {
		other = slices.DeleteFunc(other, func(name string) bool { return filepath.Base(name) != in.Only })
	}
	if len(other) == 0 {
		return hcl.Load(dir, in)
	}
	if ours, _ := filepath.Glob(filepath.Join(globbed(dir), "*"+hcl.Suffix)); len(ours) > 0 && in.Only == "" {
		var l diag.List
		l.Append(diag.Diagnostic{Code: diag.Conflict, Range: diag.Range{File: other[0]}, Summary: "Two notations in one directory",
			Detail:  "A pipeline is written in HCL or in CUE; this directory has files of both.",
			Related: []diag.Related{{Message: "the other notation", Range: diag.Range{File: ours[0]}}},
			Fix:     &diag.Fix{Help: "move the files of one notation into a directory of their own"}})
		return nil, &diag.Sources{}, l
	}
	cfg, src, list := cue.Load(dir, in)
	if cfg != nil { // modules are written in HCL
		cfg.Place, cfg.Loader = config.Place{Dir: dir, Path: "."}, hcl.NewLoader(src, in)
	}
	return cfg, src, list
}

// globbed is a path as a pattern that means itself.
func globbed(dir string) string {
	return strings.Map(func(r rune) rune {
		if slices.Contains([]rune{'*', '?', '['}, r) {
			return '?'
		}
		return r
	}, dir)
}
