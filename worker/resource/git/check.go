package git

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/go-git/go-billy/v5/osfs"
	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/weirci/weir/worker/resource"
)

// Type implements resource.Type.
type Type struct{}

// The keys of a version: the commit, or a tag and its commit.
const (
	keyRef    = "ref"
	keyCommit = "commit"
)

// Check lists commits, or tags. Where nothing is new since the given version one
// question to the server is enough; else as little history is fetched as does.
func (Type) Check(ctx context.Context, h resource.Host, req resource.Request) ([]resource.Version, error) {
	s, err := parseSource(req.Source)
	if err != nil {
		return nil, err
	}
	r, err := connect(h, s)
	if err != nil {
		return nil, s.redact(err)
	}
	versions, err := r.check(ctx, req.Version)
	return versions, s.redact(err)
}

func (r *remote) check(ctx context.Context, last resource.Version) ([]resource.Version, error) {
	refs, err := r.refs(ctx)
	if err != nil {
		return nil, err
	}
	if r.TagFilter != "" {
		return r.checkTags(ctx, refs, last)
	}
	branch, tip, err := r.head(refs)
	switch {
	case err != nil:
		return nil, err
	case tip.IsZero():
		fmt.Fprintf(r.host.Log, "%s has no commits yet\n", r.where())
		return []resource.Version{}, nil
	case last[keyRef] == tip.String():
		return []resource.Version{last}, nil
	}
	for _, depth := range r.depths(last) {
		found, err := r.checkDepth(ctx, branch, tip, plumbing.NewHash(last[keyRef]), depth)
		if errors.Is(err, errCut) && depth != whole {
			continue
		}
		return commitVersions(found), err
	}
	return nil, nil
}

// depths are how much history to try with: mostly, little will do.
func (r *remote) depths(last resource.Version) []int {
	switch {
	case r.local():
		return []int{whole}
	case last == nil && len(r.Paths)+len(r.IgnorePaths) == 0:
		return []int{1, 50, whole}
	}
	return []int{50, whole}
}

func (r *remote) checkDepth(ctx context.Context, branch string, tip, from plumbing.Hash, depth int) ([]plumbing.Hash, error) {
	repo, remove, err := scratch()
	if err != nil {
		return nil, err
	}
	defer remove()
	if err := r.fetch(ctx, repo, branch, depth, gogit.NoTags); err != nil {
		return nil, err
	}
	if !has(repo, tip) { // the branch was moved since the server was asked
		ref, err := repo.Reference(plumbing.NewRemoteReferenceName(origin, branch), true)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.where(), err)
		}
		tip = ref.Hash()
	}
	return r.since(repo, tip, from)
}

// scratch makes a bare repository that is gone after remove.
func scratch() (repo *gogit.Repository, remove func(), err error) {
	dir, err := tempDir()
	if err != nil {
		return nil, nil, fmt.Errorf("making a place for the history: %w", err)
	}
	remove = func() { _ = os.RemoveAll(dir) }
	repo, err = gogit.Init(filesystem.NewStorage(osfs.New(dir), cache.NewObjectLRUDefault()), nil)
	if err != nil {
		remove()
		return nil, nil, fmt.Errorf("making a place for the history: %w", err)
	}
	return repo, remove, nil
}

func commitVersions(commits []plumbing.Hash) []resource.Version {
	out := make([]resource.Version, len(commits))
	for i, h := range commits {
		out[i] = resource.Version{keyRef: h.String()}
	}
	return out
}
