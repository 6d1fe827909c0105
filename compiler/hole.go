package compiler

import (
	"cmp"
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
	x := indexHoles(holes)
	return slices.DeleteFunc(l, x.explain)
}

// holeIndex finds what holes explain.
type holeIndex struct {
	places   map[string][]diag.Range // by file, in the order of the file
	codes    map[diag.Code]bool      // of names that a block without a name may have
	anything bool                    // some file is missing as a whole
}

func indexHoles(holes []config.Hole) holeIndex {
	x := holeIndex{places: map[string][]diag.Range{}, codes: map[diag.Code]bool{}}
	for _, h := range holes {
		x.places[h.Range.File] = append(x.places[h.Range.File], h.Range)
		x.anything = x.anything || h.Kind == ""
		if len(h.Labels) == 0 {
			for _, c := range unnamed[h.Kind] {
				x.codes[c] = true
			}
		}
	}
	for _, of := range x.places {
		slices.SortFunc(of, func(a, b diag.Range) int { return cmp.Compare(a.Start.Byte, b.Start.Byte) })
	}
	return x
}

func (x holeIndex) explain(d diag.Diagnostic) bool {
	return x.inside(d.Range) || x.codes[d.Code] || x.anything && mayBeAnywhere(d) ||
		slices.ContainsFunc(d.Related, func(r diag.Related) bool { return x.inside(r.Range) })
}

// inside reports whether a range begins in a hole. Holes of a file do not
// overlap, but for headers of blocks inside of blocks that are holes.
func (x holeIndex) inside(r diag.Range) bool {
	of := x.places[r.File]
	n, _ := slices.BinarySearchFunc(of, r.Start.Byte+1, func(h diag.Range, at int) int { return cmp.Compare(h.Start.Byte, at) })
	return r.Start.Line > 0 && n > 0 && r.Start.Byte < of[n-1].End.Byte
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
