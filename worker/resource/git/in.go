package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/weirci/weir/worker/resource"
)

// GetParams of a get step.
type GetParams struct {
	Depth          int    `json:"depth"`            // this much history, more only where the commit lies deeper
	ShortRefFormat string `json:"short_ref_format"` // of .git/short_ref, default "%s"
	Submodules     string `json:"submodules"`       // "none": submodules are not fetched, and that is well
}

func parseGetParams(req resource.Request) (GetParams, error) {
	p, err := resource.Configure[GetParams]("params", req.Params)
	switch {
	case err != nil:
	case p.Depth < 0:
		err = fmt.Errorf("params.depth: %d is negative", p.Depth)
	case p.Submodules != "" && p.Submodules != "none":
		err = fmt.Errorf("params.submodules: %q: only none is there yet", p.Submodules)
	}
	return p, err
}

// In clones the repository into dir and checks the version's commit out, with no
// branch. Beside git's own files are .git/ref, .git/short_ref,
// .git/commit_message and .git/committer.
func (Type) In(ctx context.Context, h resource.Host, req resource.Request, dir string) (resource.Response, error) {
	s, err := parseSource(req.Source)
	if err != nil {
		return resource.Response{}, err
	}
	params, err := parseGetParams(req)
	if err != nil {
		return resource.Response{}, err
	}
	r, err := connect(h, s)
	if err != nil {
		return resource.Response{}, s.redact(err)
	}
	repo, commit, err := r.clone(ctx, dir, req.Version, params.Depth)
	if err != nil {
		return resource.Response{}, s.redact(err)
	}
	if err := checkout(h, repo, commit, params); err != nil {
		return resource.Response{}, err
	}
	if err := writeNotes(dir, req.Version[keyRef], commit, params); err != nil {
		return resource.Response{}, fmt.Errorf("writing beside the clone: %w", err)
	}
	return resource.Response{Version: req.Version, Metadata: r.metadata(commit)}, nil
}

// clone fetches until the commit is there: the branch to the depth that was asked
// for, then all of it, then all branches.
func (r *remote) clone(ctx context.Context, dir string, v resource.Version, depth int) (*gogit.Repository, *object.Commit, error) {
	branch := r.Branch
	if branch == "" {
		refs, err := r.refs(ctx)
		if err != nil {
			return nil, nil, err
		}
		branch = defaultBranch(refs)
	}
	tries := []struct {
		branch string
		depth  int
		tags   gogit.TagMode
	}{{branch, depth, gogit.NoTags}, {branch, whole, gogit.TagFollowing}, {"*", whole, gogit.AllTags}}
	if depth == whole || !plumbing.IsHash(v[keyRef]) {
		tries = tries[1:]
	}
	for _, try := range tries {
		repo, err := emptyRepository(dir)
		if err != nil {
			return nil, nil, err
		}
		if err := r.fetch(ctx, repo, try.branch, try.depth, try.tags); err != nil {
			return nil, nil, err
		}
		if commit, err := resolve(repo, v); err == nil {
			return repo, commit, nil
		}
	}
	return nil, nil, fmt.Errorf("%s has no commit %s (any more)", r.where(), v[keyRef])
}

// emptyRepository makes a new one, in place of one from an earlier try.
func emptyRepository(dir string) (*gogit.Repository, error) {
	if err := os.RemoveAll(filepath.Join(dir, gogit.GitDirName)); err != nil {
		return nil, fmt.Errorf("making a repository: %w", err)
	}
	repo, err := gogit.PlainInit(dir, false)
	if err != nil {
		return nil, fmt.Errorf("making a repository: %w", err)
	}
	return repo, nil
}

// resolve finds the commit of a version, whose ref is a commit or a tag.
func resolve(repo *gogit.Repository, v resource.Version) (*object.Commit, error) {
	name := v[keyRef]
	if c := v[keyCommit]; plumbing.IsHash(c) {
		name = c
	}
	if plumbing.IsHash(name) {
		return repo.CommitObject(plumbing.NewHash(name))
	}
	ref, err := repo.Reference(plumbing.NewTagReferenceName(name), true)
	if err != nil {
		return nil, err
	}
	t, err := peel(repo, ref)
	return t.commit, err
}

func checkout(h resource.Host, repo *gogit.Repository, commit *object.Commit, params GetParams) error {
	tree, err := repo.Worktree()
	if err == nil {
		err = tree.Checkout(&gogit.CheckoutOptions{Hash: commit.Hash, Force: true})
	}
	if err != nil {
		return fmt.Errorf("checking out %s: %w", short(commit.Hash), err)
	}
	fmt.Fprintf(h.Log, "HEAD is now at %s %s\n", short(commit.Hash), subject(commit))
	if _, err := tree.Filesystem.Stat(".gitmodules"); err == nil && params.Submodules != "none" {
		fmt.Fprintln(h.Log, "note: submodules are not fetched")
	}
	return nil
}

func subject(c *object.Commit) string {
	line, _, _ := strings.Cut(strings.TrimSpace(c.Message), "\n")
	return line
}

func writeNotes(dir, ref string, c *object.Commit, params GetParams) error {
	shortRef := ref
	if plumbing.IsHash(ref) {
		shortRef = ref[:7]
	}
	if params.ShortRefFormat != "" {
		shortRef = strings.ReplaceAll(params.ShortRefFormat, "%s", shortRef)
	}
	for name, content := range map[string]string{
		"ref": ref + "\n", "short_ref": shortRef + "\n", "commit_message": c.Message, "committer": c.Author.Email + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, gogit.GitDirName, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// metadata is what is worth showing of a commit.
func (r *remote) metadata(c *object.Commit) []resource.Metadata {
	const date = "2006-01-02 15:04:05 -0700"
	out := []resource.Metadata{
		{Name: "commit", Value: c.Hash.String()},
		{Name: "author", Value: c.Author.Name},
		{Name: "author_date", Value: c.Author.When.Format(date)},
	}
	if c.Committer != c.Author {
		out = append(out,
			resource.Metadata{Name: "committer", Value: c.Committer.Name},
			resource.Metadata{Name: "committer_date", Value: c.Committer.When.Format(date)})
	}
	if r.Branch != "" {
		out = append(out, resource.Metadata{Name: "branch", Value: r.Branch})
	}
	return append(out, resource.Metadata{Name: "message", Value: c.Message})
}
