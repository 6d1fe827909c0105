package compiler

import (
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// image is what a task runs in: a reference to an image, an artifact that holds
// one, or a resource whose latest version is one.
func (u *unit) image(e config.Expr, out *graph.Task) {
	if e == nil {
		return
	}
	if _, literal := e.Literal(); literal {
		out.Image = u.imageRef(e)
		return
	}
	if refs := e.Refs(); len(refs) == 1 && refs[0].Whole {
		switch refs[0].Root() {
		case "artifact":
			out.ImageArtifact = u.imageArtifact(refs[0])
			return
		case "resource":
			if t, ok := u.target(e, "resource"); ok {
				out.ImageResource = graph.Address(t.String())
			}
			return
		}
	}
	out.Image = u.imageRef(e)
}

// imageArtifact is x of artifact.x.
func (u *unit) imageArtifact(r config.Ref) string {
	if len(r.Path) != 2 || r.Open {
		u.errorf(diag.UnknownName, r.Range, "Incomplete reference", "An artifact as an image is written image = artifact.<name>.")
		return ""
	}
	return r.Path[1].Name
}
