package module

import (
	"path"
	"strings"
)

// Source is where a module comes from: Directory, Git or OCI.
type Source interface{ source() }

// Remote is a source whose package has to be fetched: Git or OCI.
type Remote interface {
	Source
	Package() string // the package that it is in, as the lock names it
	Subdir() string  // the module's directory in the package, "" for all of it

	// At is the source with the version that was chosen for it.
	At(version string) string

	// Versioned says whether it names a version itself, so that none can be chosen.
	Versioned() bool
}

// Directory is one beside the files that name it: ./x or ../x.
type Directory struct{ Path string }

// Git is a directory of a repository.
type Git struct {
	URL string // https://…, http://…, ssh://…, file://…
	Ref string // tag, branch or commit; "" for the newest commit of the default branch
	Dir string // slash-separated, without .. ; "" for the whole repository
}

// OCI is a directory of an artifact in a registry.
type OCI struct {
	Repository  string // host/path
	Tag, Digest string // "" for what is to be chosen by a version
	Dir         string
}

func (Directory) source() {}
func (Git) source()       {}
func (OCI) source()       {}

// Package implements Remote: git::URL?ref=REF.
func (g Git) Package() string { return Git{URL: g.URL, Ref: g.Ref}.String() }

// Subdir implements Remote.
func (g Git) Subdir() string { return g.Dir }

// Versioned implements Remote.
func (g Git) Versioned() bool { return g.Ref != "" }

// At implements Remote.
func (g Git) At(version string) string {
	if version != "" {
		g.Ref = version
	}
	return g.String()
}

// String is the source as it is written.
func (g Git) String() string {
	text := "git::" + g.URL
	if g.Dir != "" {
		text += "//" + g.Dir
	}
	if g.Ref != "" {
		text += "?ref=" + g.Ref
	}
	return text
}

// Package implements Remote: oci://HOST/PATH:TAG.
func (o OCI) Package() string {
	o.Dir = ""
	return o.String()
}

// Subdir implements Remote.
func (o OCI) Subdir() string { return o.Dir }

// Versioned implements Remote.
func (o OCI) Versioned() bool { return o.Tag != "" || o.Digest != "" }

// At implements Remote.
func (o OCI) At(version string) string {
	if version != "" {
		o.Tag = version
	}
	return o.String()
}

// String is the source as it is written.
func (o OCI) String() string {
	text := "oci://" + o.Repository
	if o.Tag != "" {
		text += ":" + o.Tag
	}
	if o.Digest != "" {
		text += "@" + o.Digest
	}
	if o.Dir != "" {
		text += "//" + o.Dir
	}
	return text
}

// inside says whether a slash-separated path stays in the directory that it is
// relative to.
func inside(dir string) bool {
	clean := path.Clean(dir)
	return !path.IsAbs(clean) && clean != ".." && !strings.HasPrefix(clean, "../")
}
