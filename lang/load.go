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
)

// Load reads the pipeline in dir. The Config is nil where so much of it could
// not be read that compiling the rest would mislead; the list then has errors.
// A Config may come with errors too: compile it all the same to learn of more
// problems, but use nothing that was made of it.
func Load(dir string, in config.Inputs) (*config.Config, *diag.Sources, diag.List) {
	if in.Modules == nil {
		in.Modules = module.Local{}
	}
	other := cue.Files(dir)
	if len(other) == 0 {
		return hcl.Load(dir, in)
	}
	if ours, _ := filepath.Glob(filepath.Join(globbed(dir), "*"+hcl.Suffix)); len(ours) > 0 {
		var l diag.List
		l.Append(diag.Diagnostic{Code: diag.Conflict, Range: diag.Range{File: other[0]}, Summary: "Two notations in one directory",
			Detail:  "A pipeline is written in HCL or in CUE; this directory has files of both.",
			Related: []diag.Related{{Message: "the other notation", Range: diag.Range{File: ours[0]}}},
			Fix:     &diag.Fix{Help: "move the files of one notation into a directory of their own"}})
		return nil, &diag.Sources{}, l
	}
	return cue.Load(dir, in)
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
