package compiler

import (
	"slices"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// withoutFollowUps drops problems that most likely follow from parts of the
// source that could not be read: those of what stands in for such a part, and
// names that it may have defined.
func withoutFollowUps(l diag.List, holes []config.Hole) diag.List {
	if len(holes) == 0 {
		return l
	}
	return slices.DeleteFunc(l, func(d diag.Diagnostic) bool {
		return slices.ContainsFunc(holes, func(h config.Hole) bool { return followsFrom(d, h) })
	})
}

func followsFrom(d diag.Diagnostic, h config.Hole) bool {
	if inside(d.Range, h.Range) || slices.ContainsFunc(d.Related, func(r diag.Related) bool { return inside(r.Range, h.Range) }) {
		return true
	}
	if h.Kind == "" {
		return mayBeAnywhere(d)
	}
	return len(h.Labels) == 0 && slices.Contains(unnamed[h.Kind], d.Code)
}

func inside(r, hole diag.Range) bool {
	return r.File == hole.File && r.Start.Line > 0 && r.Start.Byte >= hole.Start.Byte && r.Start.Byte < hole.End.Byte
}

// unnamed are the codes that a block without readable labels may be to blame
// for. Read only.
var unnamed = map[string][]diag.Code{
	"pipeline":      {diag.OnePipeline},
	"variable":      {diag.UnknownVariable, diag.Undeclared},
	"locals":        {diag.UnknownLocal},
	"resource":      {diag.UnknownResource},
	"resource_type": {diag.UnknownResourceType},
	"job":           {diag.UnknownJob, diag.NeverPassed},
	"task":          {diag.UnknownTask, diag.UnknownArtifact, diag.Empty},
	"get":           {diag.UnknownArtifact, diag.UnknownGet, diag.NeverPassed, diag.Empty},
	"put":           {diag.UnknownArtifact, diag.NeverPassed, diag.Empty},
	"load":          {diag.UnknownName, diag.Empty},
	"secret_source": {diag.UnknownName},
	"module":        {diag.UnknownModule},
	"output":        {diag.UnknownOutput},
}

// mayBeAnywhere are problems that a whole file that is missing explains: names
// that nothing else defines.
func mayBeAnywhere(d diag.Diagnostic) bool {
	switch d.Code {
	case diag.OnePipeline, diag.NeverPassed:
		return true
	case diag.Ambiguous, diag.UnknownFunction, diag.UnknownBuildField, diag.DefinedTwice, diag.Cycle:
		return false
	}
	return d.Code >= "W1" && d.Code < "W2"
}
