package notify

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/weirci/weir/state"
)

// dialect is how a forge wants to be told of a commit.
type dialect interface {
	base() string                                    // of its API; "": there is no one forge of this kind
	header(token string) http.Header                 // that shows who asks
	repository(base, name string) string             // the URL of a repository in the API
	status(repo, sha string, s commitStatus) request // without header
	already(code int, answer string) bool            // it has that status since before
}

// commitStatus is what a forge is told.
type commitStatus struct {
	status      string // of the build
	context     string
	description string
	url         string
}

// forge sets the status of a commit.
type forge struct {
	post *poster
	dialect
}

// commitSHA is what a commit is called, with SHA-1 or SHA-256.
var commitSHA = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// gitResource matches addresses of resources of the built-in type.
var gitResource = regexp.MustCompile(`(^|\.)resource\.git\.`)

// mostDescription is what GitHub takes.
const mostDescription = 140

func (f forge) send(ctx context.Context, m message) error {
	repo, token, err := f.where(m)
	if err != nil {
		return err
	}
	if m.d.Test {
		_, err := f.post.do(ctx, request{http.MethodGet, repo, f.header(token), nil})
		return err
	}
	sha, err := commit(m)
	if err != nil {
		return err
	}
	s := commitStatus{status: m.d.Status, url: m.url}
	if s.context, err = m.text("context", "weir/"+m.d.Pipeline+"/"+m.job()); err != nil {
		return err
	}
	if s.description, err = m.text("description", describe(m)); err != nil {
		return err
	}
	s.description = brief(s.description, mostDescription)
	r := f.status(repo, sha, s)
	r.header = f.header(token)
	answer, err := f.post.do(ctx, r)
	if a := (*answered)(nil); errors.As(err, &a) && f.already(a.code, string(answer)) {
		return nil
	}
	return err
}

// where is the repository in the API, and what opens it.
func (f forge) where(m message) (repo, token string, err error) {
	base, err := m.text("url", f.base())
	if err != nil {
		return "", "", err
	}
	name, err := m.need("repository")
	if err != nil {
		return "", "", err
	}
	parts := strings.Split(name, "/")
	for _, p := range parts {
		if p == "" || p == "." || p == ".." || !utf8.ValidString(p) || len(parts) < 2 {
			return "", "", hopeless("config.repository is no OWNER/NAME")
		}
	}
	token, err = m.need("token")
	if strings.ContainsAny(token, "\r\n\x00") {
		err = hopeless("config.token has more than one line")
	}
	return f.repository(strings.TrimRight(base, "/"), name), token, err
}

// commit is the one that the config names, or that of the build's only git input.
func commit(m message) (string, error) {
	sha, err := m.text("commit", "")
	if err != nil {
		return "", err
	}
	if sha == "" {
		if sha, err = inputCommit(m.d.Build.Inputs); err != nil {
			return "", err
		}
	}
	if !commitSHA.MatchString(sha) {
		return "", hopeless("%q is no commit: it has 40 or 64 hexadecimal digits", brief(sha, 80))
	}
	return sha, nil
}

func inputCommit(inputs []state.ToldInput) (string, error) {
	found := map[string]bool{}
	sha := ""
	for _, in := range inputs {
		if ref := in.Version["ref"]; ref != "" && gitResource.MatchString(string(in.Resource)) {
			found[ref], sha = true, ref
		}
	}
	switch len(found) {
	case 0:
		return "", nothing("the build has no git input, so there is no commit to tell of")
	case 1:
		return sha, nil
	}
	return "", hopeless("the build has %d git inputs at different commits: say which is meant, commit = version.NAME.ref", len(found))
}

func describe(m message) string {
	text := "#" + m.number() + " " + m.verb()
	if m.d.Message != "" {
		text += ": " + m.d.Message
	}
	return text
}

// escaped is each part of a path as it stands in a URL.
func escaped(name string) string {
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}
