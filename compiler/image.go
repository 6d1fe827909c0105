package compiler

import (
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// image is what a task runs in: a reference to an image, or the name of an
// artifact that holds one.
func (u *unit) image(e config.Expr) (reference, artifact string) {
	if e == nil {
		return "", ""
	}
	if refs := e.Refs(); len(refs) == 1 && refs[0].Whole {
		switch refs[0].Root() {
		case "artifact":
			return "", u.imageArtifact(refs[0])
		case "resource":
			u.errorf(diag.NotSupported, e.Range(), "Not supported yet",
				"A resource as an image is part of the language, but not supported yet in this version of Weir. Get it in a step before and write image = artifact.<step>.")
			return "", ""
		}
	}
	return u.imageRef(e), ""
}

// imageArtifact is x of artifact.x.
func (u *unit) imageArtifact(r config.Ref) string {
	if len(r.Path) != 2 || r.Open {
		u.errorf(diag.UnknownName, r.Range, "Incomplete reference", "An artifact as an image is written image = artifact.<name>.")
		return ""
	}
	return r.Path[1].Name
}
