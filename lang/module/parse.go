package module

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/distribution/reference"
)

// Fault is what is wrong with a source or a version, for people.
type Fault struct {
	Summary, Detail string
	Instead         string // what was meant most likely, "" where nobody knows
}

func (f *Fault) Error() string { return f.Summary + ": " + f.Detail }

func fault(summary, format string, args ...any) *Fault {
	return &Fault{Summary: summary, Detail: fmt.Sprintf(format, args...)}
}

const kinds = "A source is a directory beside these files (./x or ../x), a git repository (git::https://host/repository.git//dir?ref=v1.0.0) or an artifact in a registry (oci://host/repository:1.0.0//dir)."

// Parse reads a source as it is written.
func Parse(text string) (Source, *Fault) {
	git, isGit := strings.CutPrefix(text, "git::")
	oci, isOCI := strings.CutPrefix(text, "oci://")
	switch {
	case text == "":
		return nil, fault("Empty module source", "%s", kinds)
	case len(text) > maxText:
		return nil, fault("Module source too long", "It has %d bytes; %d are allowed.", len(text), maxText)
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return nil, fault("Invalid module source", "%q has white space or characters that cannot be seen.", text)
	case IsLocal(text):
		return local(text)
	case isGit:
		return parseGit(git)
	case isOCI:
		return parseOCI(oci)
	}
	return nil, unknown(text)
}

func local(text string) (Source, *Fault) {
	if strings.Contains(text, `\`) {
		f := fault("Invalid module source", "Paths are written with /, on every machine.")
		f.Instead = strings.ReplaceAll(text, `\`, "/")
		return nil, f
	}
	return Directory{Path: text}, nil
}

var scpForm = regexp.MustCompile(`^(?:(\w[\w.-]*)@)?([\w.-]+\.[\w.-]+):([^/].*)$`)

// unknown guesses what a source was meant to be.
func unknown(text string) *Fault {
	f := fault("Unknown kind of module source", "%q is of no kind that is known. %s", text, kinds)
	u, err := url.Parse(text)
	switch {
	case err == nil && slices.Contains(schemes, u.Scheme) && u.Host+u.Path != "":
		f.Instead = "git::" + text
	case scpForm.MatchString(text):
		f.Instead = scp(text)
	case strings.HasPrefix(text, "github.com/"), strings.HasPrefix(text, "gitlab.com/"), strings.HasPrefix(text, "bitbucket.org/"), strings.HasPrefix(text, "codeberg.org/"):
		f.Instead = hosted(text)
	}
	return f
}

func scp(text string) string {
	m := scpForm.FindStringSubmatch(text)
	user := m[1]
	if user == "" {
		user = "git"
	}
	return "git::ssh://" + user + "@" + m[2] + "/" + m[3]
}

// hosted is host/owner/repository/dir written out.
func hosted(text string) string {
	text, query, _ := strings.Cut(text, "?")
	parts := strings.SplitN(text, "/", 4)
	if len(parts) < 3 {
		return ""
	}
	out := "git::https://" + strings.Join(parts[:2], "/") + "/" + strings.TrimSuffix(parts[2], ".git") + ".git"
	if len(parts) > 3 {
		out += "//" + strings.TrimPrefix(parts[3], "/")
	}
	if query != "" {
		out += "?" + query
	}
	return out
}

var (
	schemes = []string{"https", "http", "ssh", "file"}
	refForm = regexp.MustCompile(`^[0-9A-Za-z_][\w./+@-]*$`)
)

const maxText = 2000 // bytes of a source

func parseGit(text string) (Source, *Fault) {
	if scpForm.MatchString(text) {
		f := fault("Not a URL", "git:: is followed by a URL, and %q is none.", text)
		f.Instead = scp(text)
		return nil, f
	}
	u, err := url.Parse(text)
	if err != nil || !slices.Contains(schemes, u.Scheme) {
		return nil, fault("Not a URL", "git:: is followed by a URL that begins with https://, http://, ssh:// or file://.")
	}
	if f := plainURL(u); f != nil {
		return nil, f
	}
	g := Git{}
	if g.Ref, err = ref(u.Query()); err != nil {
		return nil, fault("Invalid module source", "%s.", err)
	}
	repository, dir, _ := strings.Cut(u.Path, "//")
	var f *Fault
	if g.Dir, f = subdir(dir); f != nil {
		return nil, f
	}
	if strings.Trim(repository, "/") == "" {
		return nil, fault("Invalid module source", "The URL names no repository.")
	}
	u.Path, u.RawPath, u.RawQuery = strings.TrimSuffix(repository, "/"), "", ""
	g.URL = u.String()
	return g, nil
}

// plainURL refuses what does not belong into a file that everybody reads.
func plainURL(u *url.URL) *Fault {
	if _, set := u.User.Password(); set {
		return fault("Password in a module source", "What is written here is stored and shown in clear. Leave it out, and put it into ~/.netrc or a credential helper of git.")
	}
	switch {
	case u.Fragment != "":
		return fault("Invalid module source", "A source has no #: a directory follows after //, a tag, branch or commit after ?ref=.")
	case u.Scheme == "file" && u.Host != "":
		return fault("Invalid module source", "A file URL has three slashes and an absolute path: file:///srv/repository.git.")
	case u.Scheme != "file" && u.Host == "":
		return fault("Invalid module source", "The URL names no host.")
	case (u.Scheme == "http" || u.Scheme == "https") && u.User != nil:
		return fault("User in a module source", "Who fetches it differs from machine to machine. Leave the user out, and put it into ~/.netrc or a credential helper of git.")
	}
	return nil
}

func ref(q url.Values) (string, error) {
	for name := range q {
		if name != "ref" {
			return "", fmt.Errorf("a git source takes ?ref= and nothing else, not %q", name)
		}
	}
	name, given := q.Get("ref"), q.Has("ref")
	switch {
	case !given:
		return "", nil
	case len(q["ref"]) > 1:
		return "", fmt.Errorf("?ref= is there more than once")
	case strings.Contains(name, "//"):
		return "", fmt.Errorf("the directory stands before ?ref=, as in git::https://host/repository.git//dir?ref=v1.0.0")
	case !refForm.MatchString(name) || strings.Contains(name, ".."):
		return "", fmt.Errorf("%q is no tag, branch or commit", name)
	}
	return name, nil
}

// subdir is what follows after //.
func subdir(dir string) (string, *Fault) {
	dir = strings.Trim(dir, "/")
	if dir == "" {
		return "", nil
	}
	if !inside(dir) || strings.Contains(dir, `\`) {
		return "", fault("Module outside of its package", "The directory after // is one inside of what is fetched; %q leads out of it.", dir)
	}
	dir = path.Clean(dir)
	if dir == "." {
		return "", nil
	}
	if !fs.ValidPath(dir) {
		return "", fault("Invalid module source", "%q is no directory.", dir)
	}
	return dir, nil
}

func parseOCI(text string) (Source, *Fault) {
	name, dir, _ := strings.Cut(text, "//")
	o := OCI{}
	var f *Fault
	if o.Dir, f = subdir(dir); f != nil {
		return nil, f
	}
	host, rest, _ := strings.Cut(name, "/")
	if rest == "" || host != "localhost" && !strings.ContainsAny(host, ".:") {
		return nil, fault("Invalid module source", "oci:// is followed by the host of a registry and a repository in it: oci://registry.example.com/modules/service:1.0.0.")
	}
	parsed, err := reference.Parse(name)
	if err != nil {
		return nil, fault("Invalid module source", "%q cannot be in a registry: %s.", name, err)
	}
	named, ok := parsed.(reference.Named)
	if !ok {
		return nil, fault("Invalid module source", "%q names no repository.", name)
	}
	o.Repository = named.Name()
	if t, ok := parsed.(reference.Tagged); ok {
		o.Tag = t.Tag()
	}
	if d, ok := parsed.(reference.Digested); ok {
		o.Digest = d.Digest().String()
	}
	return o, nil
}
