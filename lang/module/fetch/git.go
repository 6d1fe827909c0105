package fetch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/go-git/go-billy/v5/osfs"
	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	gitcache "github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/memory"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/module"
	"github.com/weirci/weir/lang/module/cache"
	"github.com/weirci/weir/lang/module/get"
)

// advertised are the references of a repository, by their full names; annotated
// tags stand for their commits.
type advertised map[plumbing.ReferenceName]plumbing.Hash

var (
	wholeCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)
	partCommit  = regexp.MustCompile(`^[0-9a-f]{7,39}$`)
)

func (r Remotes) gitTags(ctx context.Context, m module.Git) ([]string, error) {
	refs, err := r.refs(ctx, m)
	return refs.names(plumbing.ReferenceName.IsTag), err
}

func (a advertised) names(of func(plumbing.ReferenceName) bool) []string {
	var names []string
	for name := range a {
		if of(name) {
			names = append(names, name.Short())
		}
	}
	slices.Sort(names)
	return names
}

// gitResolve finds a tag, a branch or a whole commit, in this order.
func (r Remotes) gitResolve(ctx context.Context, m module.Git) (get.Revision, error) {
	refs, err := r.refs(ctx, m)
	if err != nil {
		return get.Revision{}, err
	}
	if m.Ref == "" {
		if h, ok := refs[plumbing.HEAD]; ok {
			return get.Revision{ID: h.String()}, nil
		}
		return get.Revision{}, errors.New("the repository is empty: it has no commit that could be used")
	}
	if h, ok := refs[plumbing.NewTagReferenceName(m.Ref)]; ok {
		return get.Revision{ID: h.String(), Fixed: true}, nil
	}
	if h, ok := refs[plumbing.NewBranchReferenceName(m.Ref)]; ok {
		return get.Revision{ID: h.String()}, nil
	}
	switch {
	case wholeCommit.MatchString(m.Ref):
		return get.Revision{ID: m.Ref, Fixed: true}, nil
	case partCommit.MatchString(m.Ref):
		return get.Revision{}, fmt.Errorf("there is no tag or branch %s; if it is a commit, write all of its 40 digits", m.Ref)
	}
	return get.Revision{}, refs.missing(m.Ref)
}

func (a advertised) missing(ref string) error {
	names := append(a.names(plumbing.ReferenceName.IsTag), a.names(plumbing.ReferenceName.IsBranch)...)
	text := "there is no tag or branch " + ref
	if near, ok := diag.Nearest(ref, names); ok {
		text += "; did you mean " + near + "?"
	} else if len(names) > 0 && len(names) <= 10 {
		text += ", but " + strings.Join(names, ", ")
	}
	return errors.New(text)
}

// refs asks for the references, as who is known to the server if it must be.
func (r Remotes) refs(ctx context.Context, m module.Git) (advertised, error) {
	if path, ok := filePath(m.URL); ok {
		return localRefs(path)
	}
	var out advertised
	err := r.asUser(ctx, m.URL, func(auth transport.AuthMethod) error {
		remote := gogit.NewRemote(memory.NewStorage(), &config.RemoteConfig{Name: origin, URLs: []string{m.URL}})
		list, err := remote.ListContext(ctx, &gogit.ListOptions{Auth: auth, PeelingOption: gogit.AppendPeeled})
		out = peeled(list)
		return err
	})
	if errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return advertised{}, nil
	}
	return out, err
}

const origin = "origin"

func peeled(list []*plumbing.Reference) advertised {
	out := advertised{}
	for _, ref := range list {
		if ref.Type() == plumbing.HashReference && out[ref.Name()].IsZero() {
			out[ref.Name()] = ref.Hash()
		}
	}
	for _, ref := range list {
		if name, ok := strings.CutSuffix(ref.Name().String(), "^{}"); ok {
			out[plumbing.ReferenceName(name)] = ref.Hash()
			delete(out, ref.Name())
		}
		if ref.Name() == plumbing.HEAD && ref.Type() == plumbing.SymbolicReference {
			if h, ok := out[ref.Target()]; ok {
				out[plumbing.HEAD] = h
			}
		}
	}
	return out
}

// gitFetch writes the files of a commit.
func (r Remotes) gitFetch(ctx context.Context, m module.Git, revision string, to *cache.Tree) error {
	if path, ok := filePath(m.URL); ok {
		repo, err := openLocal(path)
		if err != nil {
			return err
		}
		return writeCommit(repo, revision, to)
	}
	dir, err := os.MkdirTemp("", "weir-get-*")
	if err != nil {
		return fmt.Errorf("making a directory to fetch into: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	repo, err := gogit.Init(filesystem.NewStorage(osfs.New(dir), gitcache.NewObjectLRUDefault()), nil)
	if err != nil {
		return fmt.Errorf("making a repository to fetch into: %w", err)
	}
	if _, err := repo.CreateRemote(&config.RemoteConfig{Name: origin, URLs: []string{m.URL}}); err != nil {
		return fmt.Errorf("making a repository to fetch into: %w", err)
	}
	if err := r.bring(ctx, repo, m, plumbing.NewHash(revision)); err != nil {
		return err
	}
	return writeCommit(repo, revision, to)
}

// bring fetches a commit in the cheapest way that the server allows: one
// reference that stands for it, the commit itself, everything.
func (r Remotes) bring(ctx context.Context, repo *gogit.Repository, m module.Git, commit plumbing.Hash) error {
	refs, err := r.refs(ctx, m)
	if err != nil {
		return err
	}
	type attempt struct {
		spec  string
		depth int
	}
	attempts := []attempt{{"+" + commit.String() + ":refs/weir/commit", 1}, {"+refs/*:refs/weir/*", 0}}
	for _, name := range slices.Sorted(maps.Keys(refs)) {
		if refs[name] == commit && name != plumbing.HEAD {
			attempts = append([]attempt{{"+" + name.String() + ":refs/weir/commit", 1}}, attempts...)
			break
		}
	}
	var last error
	for _, a := range attempts {
		last = r.asUser(ctx, m.URL, func(auth transport.AuthMethod) error {
			err := repo.FetchContext(ctx, &gogit.FetchOptions{RemoteName: origin, Auth: auth, Depth: a.depth, Tags: gogit.NoTags, Force: true,
				RefSpecs: []config.RefSpec{config.RefSpec(a.spec)}})
			if errors.Is(err, gogit.NoErrAlreadyUpToDate) {
				return nil
			}
			return err
		})
		if _, err := repo.CommitObject(commit); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if last != nil {
		return last
	}
	return get.ErrGone
}

// writeCommit writes the files of a commit; links and submodules have no place
// in a package.
func writeCommit(repo *gogit.Repository, revision string, to *cache.Tree) error {
	commit, err := repo.CommitObject(plumbing.NewHash(revision))
	if err != nil {
		return get.ErrGone
	}
	tree, err := commit.Tree()
	if err != nil {
		return fmt.Errorf("reading the commit: %w", err)
	}
	return writeTree(tree, to)
}

// filePath is the path of a file URL.
func filePath(raw string) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "file" {
		return "", false
	}
	return u.Path, true
}

func openLocal(path string) (*gogit.Repository, error) {
	repo, err := gogit.PlainOpen(path)
	if err != nil {
		return nil, fmt.Errorf("there is no repository at %s", path)
	}
	return repo, nil
}

// localRefs reads the references of a repository on this machine.
func localRefs(path string) (advertised, error) {
	repo, err := openLocal(path)
	if err != nil {
		return nil, err
	}
	all, err := repo.References()
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	out := advertised{}
	err = all.ForEach(func(ref *plumbing.Reference) error {
		h := ref.Hash()
		if ref.Type() == plumbing.SymbolicReference {
			to, err := repo.Reference(ref.Name(), true)
			if err != nil {
				return nil // HEAD of an empty repository
			}
			h = to.Hash()
		}
		if tag, err := repo.TagObject(h); err == nil {
			h = commitOf(repo, tag)
		}
		out[ref.Name()] = h
		return nil
	})
	return out, err
}

// commitOf is what a tag stands for, through tags of tags.
func commitOf(repo *gogit.Repository, tag *object.Tag) plumbing.Hash {
	for range 10 {
		next, err := repo.TagObject(tag.Target)
		if err != nil {
			break
		}
		tag = next
	}
	return tag.Target
}
