package get

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/go-version"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/module"
)

// choose finds the tag of the highest version that a constraint allows; without
// a constraint the source says itself what it is, and the tag is "".
func (g *Getter) choose(w module.Wanted) (string, *diag.Diagnostic) {
	if w.Constraint == "" {
		return "", nil
	}
	tags, err := g.From.Tags(g.ctx, w.Remote)
	if err != nil {
		return "", cannot(w, err)
	}
	all := versions(tags)
	for _, v := range all {
		if w.Allowed.Check(v.Version) {
			return v.tag, nil
		}
	}
	return "", noVersion(w, all)
}

// tagged is a version and the tag that names it.
type tagged struct {
	*version.Version
	tag string
}

// versions are the tags that are versions, v1.2.3 or 1.2.3, the highest first.
// Of two tags for one version the one with the v wins, on every machine.
func versions(tags []string) []tagged {
	var all []tagged
	for _, t := range tags {
		if v, err := version.NewSemver(t); err == nil && strings.Count(t, ".") >= 2 && v.Metadata() == "" {
			all = append(all, tagged{v, t})
		}
	}
	slices.SortFunc(all, func(a, b tagged) int {
		if c := b.Compare(a.Version); c != 0 {
			return c
		}
		return strings.Compare(b.tag, a.tag)
	})
	return all
}

const shownVersions = 5

func noVersion(w module.Wanted, all []tagged) *diag.Diagnostic {
	d := &diag.Diagnostic{Code: diag.NoSuchVersion, Range: w.Call.VersionRange, Summary: "No such version"}
	if len(all) == 0 {
		d.Detail = fmt.Sprintf("%s has no versions: none of its tags is like v1.2.3.", w.Package())
		return d
	}
	names := make([]string, 0, shownVersions)
	for _, v := range all[:min(len(all), shownVersions)] {
		names = append(names, v.tag)
	}
	d.Detail = fmt.Sprintf("No version of %s satisfies %q. The highest are %s.", w.Package(), w.Constraint, strings.Join(names, ", "))
	if len(all) <= shownVersions {
		d.Detail = fmt.Sprintf("No version of %s satisfies %q. There are %s.", w.Package(), w.Constraint, strings.Join(names, ", "))
	}
	return d
}
