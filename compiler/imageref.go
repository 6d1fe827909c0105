package compiler

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/distribution/reference"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// imageRef is a reference to an image as the graph has it: checked, and with
// the digest that the lock has for it. "" is none.
func (u *unit) imageRef(e config.Expr) string {
	text, ok := u.text(e)
	if !ok {
		return ""
	}
	if _, known := u.c.goodImages.Load(text); !known { // few images serve many tasks
		if !u.imageText(text, e.Range()) {
			return ""
		}
		u.c.goodImages.Store(text, true)
	}
	if digest, ok := u.c.root.cfg.Images[text]; ok {
		return text + "@" + digest
	}
	return text
}

// imageText checks a reference to an image: of a registry, or a layout on disk.
func (u *unit) imageText(text string, at diag.Range) bool {
	layout, isLayout := strings.CutPrefix(text, "oci:")
	switch {
	case text == "":
		u.errorf(diag.BadImage, at, "Empty image", "An image is a reference such as docker.io/library/alpine:3, or oci: and the path of an OCI layout.")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		u.errorf(diag.BadImage, at, "Invalid image", "%q has white space or control characters, which references to images never have.", text)
	case strings.Contains(text, "://"):
		u.errorf(diag.BadImage, at, "Invalid image", "A reference to an image has no scheme: write %q.", text[strings.Index(text, "://")+3:])
	case isLayout:
		return u.imageLayout(layout, at)
	default:
		return u.imageName(text, at)
	}
	return false
}

func (u *unit) imageLayout(layout string, at diag.Range) bool {
	name, digest, pinned := strings.Cut(layout, "@")
	switch {
	case !path.IsAbs(layout):
		u.list.Append(diag.Diagnostic{Code: diag.BadImage, Range: at, Summary: "Relative path of an image",
			Detail: "The path of an OCI layout is read on the worker, so one that is relative to these files means nothing there.",
			Fix:    &diag.Fix{Help: "write an absolute path, or make it a variable: image = \"oci:${var.images}/" + path.Clean(layout) + "\""}})
	case pinned && !digestForm.MatchString(digest):
		u.errorf(diag.BadImage, at, "Invalid image", "%q is no digest: a digest is sha256: and 64 hexadecimal digits.", digest)
	case strings.HasSuffix(name, ":"):
		u.errorf(diag.BadImage, at, "Invalid image", "Nothing stands after the colon, which is for a tag.")
	default:
		return true
	}
	return false
}

func (u *unit) imageName(text string, at diag.Range) bool {
	_, err := reference.ParseDockerRef(text)
	if err == nil {
		return true
	}
	d := diag.Diagnostic{Code: diag.BadImage, Range: at, Summary: "Invalid image", Detail: fmt.Sprintf("%q is no reference to an image: %s.", text, imageFault(text, err))}
	if lower := strings.ToLower(text); lower != text {
		if _, err := reference.ParseDockerRef(lower); err == nil {
			d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean %q?", lower)}
		}
	}
	u.list.Append(d)
	return false
}

var (
	digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	tagForm    = regexp.MustCompile(`^\w[\w.-]{0,127}$`)
	partForm   = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$`)
)

// imageFault says which part of a reference is wrong; the library's own errors
// mostly say only that one is.
func imageFault(text string, err error) string {
	name, digest, pinned := strings.Cut(text, "@")
	if pinned && !digestForm.MatchString(digest) {
		return fmt.Sprintf("%q is no digest; a digest is sha256: and 64 hexadecimal digits", digest)
	}
	tagged := strings.LastIndexByte(name, ':')
	if tagged > strings.LastIndexByte(name, '/') {
		if tag := name[tagged+1:]; !tagForm.MatchString(tag) {
			return fmt.Sprintf("%q is no tag; a tag has letters, digits, _, - and ., begins with none of the last two and has 128 characters at most", tag)
		}
		name = name[:tagged]
	}
	parts := strings.Split(name, "/")
	if len(parts) > 1 && (strings.ContainsAny(parts[0], ".:") || parts[0] == "localhost") {
		parts = parts[1:] // the registry
	}
	for _, p := range parts {
		switch {
		case p == "":
			return "a part of its name between two / is empty"
		case strings.ToLower(p) != p:
			return fmt.Sprintf("%q has capital letters, and names of images have none", p)
		case strings.Contains(p, ":"):
			return fmt.Sprintf("%q has a colon; only one stands behind the name, before the tag", p)
		case !partForm.MatchString(p):
			return fmt.Sprintf("%q is no name; names have small letters, digits, and single . _ or - between them", p)
		}
	}
	if errors.Is(err, reference.ErrNameTooLong) {
		return "its name is longer than 255 characters"
	}
	return err.Error()
}
