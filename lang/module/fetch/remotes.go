package fetch

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/cache"
	"github.com/weirci/weir/lang/module/get"
)

// Remotes fetches from all kinds of remotes. It is safe for concurrent use.
type Remotes struct {
	Getenv func(string) string
	Home   string // of the user, with .netrc and .ssh
}

var _ get.Fetcher = Remotes{}

// Tags implements get.Fetcher.
func (r Remotes) Tags(ctx context.Context, m module.Remote) ([]string, error) {
	switch m := m.(type) {
	case module.Git:
		return r.gitTags(ctx, m)
	case module.OCI:
		return ociTags(ctx, m)
	}
	return nil, errKind(m)
}

// Resolve implements get.Fetcher.
func (r Remotes) Resolve(ctx context.Context, m module.Remote, version string) (get.Revision, error) {
	switch m := m.(type) {
	case module.Git:
		if version != "" {
			m.Ref = version
		}
		return r.gitResolve(ctx, m)
	case module.OCI:
		if version != "" {
			m.Tag = version
		}
		return ociResolve(ctx, m)
	}
	return get.Revision{}, errKind(m)
}

// Fetch implements get.Fetcher.
func (r Remotes) Fetch(ctx context.Context, m module.Remote, revision string, to *cache.Tree) error {
	switch m := m.(type) {
	case module.Git:
		return r.gitFetch(ctx, m, revision, to)
	case module.OCI:
		return ociFetch(ctx, m, revision, to)
	}
	return errKind(m)
}

func errKind(m module.Remote) error { return fmt.Errorf("%s cannot be fetched", m.Package()) }

// unavailable is an error of a network or a server as one line.
func unavailable(host string, err error) error {
	return fmt.Errorf("%s: %w", host, errors.New(oneLine(err.Error())))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
