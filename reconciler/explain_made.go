package reconciler

import (
	"maps"
	"slices"
	"strings"

	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/state"
)

// madeOf are the versions that a build takes, and the images that its steps had: what
// a build that does it again takes, too.
func madeOf(snap state.BuildSnapshot) []reason.Table {
	inputs := reason.Table{Title: "what it is made of", Candidates: "input", Constraints: []string{"version"}}
	for _, name := range slices.Sorted(maps.Keys(snap.Inputs)) {
		inputs.Rows = append(inputs.Rows, fact(name, pairs(snap.Inputs[name])))
	}
	images := reason.Table{Title: "the images that its steps had, where a tag names them", Candidates: "step", Constraints: []string{"image"}}
	for _, i := range snap.Images {
		images.Rows = append(images.Rows, fact(i.Path, i.Ref+"@"+i.Digest))
	}
	return slices.DeleteFunc([]reason.Table{inputs, images}, func(t reason.Table) bool { return len(t.Rows) == 0 })
}

func fact(name, text string) reason.Row {
	return reason.Row{Name: name, Verdicts: []reason.Verdict{{OK: true, Fact: text}}}
}

func pairs(version map[string]string) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(version)) {
		out = append(out, k+"="+version[k])
	}
	return strings.Join(out, " ")
}
