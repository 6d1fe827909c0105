package compiler

import (
	"path"
	"strings"
	"unicode"

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
	text, ok := u.text(e)
	if !ok || !u.imageText(text, e.Range()) {
		return "", ""
	}
	return text, ""
}

// imageArtifact is x of artifact.x.
func (u *unit) imageArtifact(r config.Ref) string {
	if len(r.Path) != 2 || r.Open {
		u.errorf(diag.UnknownName, r.Range, "Incomplete reference", "An artifact as an image is written image = artifact.<name>.")
		return ""
	}
	return r.Path[1].Name
}

func (u *unit) imageText(text string, at diag.Range) bool {
	layout, isLayout := strings.CutPrefix(text, "oci:")
	switch {
	case text == "":
		u.errorf(diag.BadImage, at, "Empty image", "An image is a reference such as docker.io/library/alpine:3, or oci: and the path of an OCI layout.")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		u.errorf(diag.BadImage, at, "Invalid image", "%q has white space or control characters, which references to images never have.", text)
	case strings.Contains(text, "://"):
		u.errorf(diag.BadImage, at, "Invalid image", "A reference to an image has no scheme: write %q.", text[strings.Index(text, "://")+3:])
	case isLayout && !path.IsAbs(layout):
		u.list.Append(diag.Diagnostic{Code: diag.BadImage, Range: at, Summary: "Relative path of an image",
			Detail: "The path of an OCI layout is read on the worker, so one that is relative to these files means nothing there.",
			Fix:    &diag.Fix{Help: "write an absolute path, or make it a variable: image = \"oci:${var.images}/" + path.Clean(layout) + "\""}})
	default:
		return true
	}
	return false
}
