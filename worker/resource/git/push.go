package git

import (
	"context"
	"errors"
	"fmt"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/transport"
)

// target is the name of the remote that is pushed to: the repository may have an
// origin of its own, which is another one.
const target = "weir-put"

// rebases is how often a push is tried again when others push at the same time.
const rebases = 10

// pushBranch pushes, and gives the commit that was pushed in the end.
func (r *remote) pushBranch(ctx context.Context, repo *gogit.Repository, commit *object.Commit, params PutParams) (*object.Commit, error) {
	if params.OnlyTag {
		return commit, nil
	}
	for range rebases {
		err := r.push(ctx, repo, branchSpec(commit.Hash, params.Branch, params.Force))
		if err == nil {
			fmt.Fprintf(r.host.Log, "pushed %s to %s\n", short(commit.Hash), params.Branch)
			return commit, nil
		}
		tip, moved := r.movedOn(ctx, repo, commit, params.Branch)
		if !moved || params.Force {
			return nil, r.explain(err)
		}
		if !params.Rebase {
			return nil, fmt.Errorf("branch %s has moved on to %s, which %s does not contain; set rebase or force", params.Branch, short(tip.Hash), short(commit.Hash))
		}
		commit, err = rebase(repo, commit, tip, r.host.Now())
		if err != nil {
			return nil, fmt.Errorf("rebasing on %s: %w", short(tip.Hash), err)
		}
	}
	return nil, fmt.Errorf("branch %s moved on each of %d times that it was rebased on", params.Branch, rebases)
}

// movedOn looks, after a push that failed, whether the branch has commits that
// commit does not contain: the words of servers differ.
func (r *remote) movedOn(ctx context.Context, repo *gogit.Repository, commit *object.Commit, branch string) (tip *object.Commit, moved bool) {
	tip, err := r.fetchTip(ctx, repo, branch)
	if err != nil {
		return nil, false
	}
	return tip, !reach(repo, commit.Hash)[tip.Hash]
}

func (r *remote) targetRemote(repo *gogit.Repository) *gogit.Remote {
	return gogit.NewRemote(repo.Storer, &config.RemoteConfig{Name: target, URLs: []string{r.URI}})
}

func (r *remote) push(ctx context.Context, repo *gogit.Repository, specs ...config.RefSpec) error {
	err := r.targetRemote(repo).PushContext(ctx, &gogit.PushOptions{
		RemoteName: target, RefSpecs: specs, Auth: r.auth, InsecureSkipTLS: r.SkipSSLVerification, Progress: r.host.Log,
	})
	if errors.Is(err, gogit.NoErrAlreadyUpToDate) {
		return nil
	}
	return err
}

// pushTags pushes every tag of the repository, as git push --tags does.
func (r *remote) pushTags(ctx context.Context, repo *gogit.Repository) error {
	tags, err := repo.Tags()
	if err != nil {
		return fmt.Errorf("reading tags: %w", err)
	}
	defer tags.Close()
	if _, err := tags.Next(); err != nil {
		return nil // there are none
	}
	if err := r.push(ctx, repo, "refs/tags/*:refs/tags/*"); err != nil {
		return r.explain(fmt.Errorf("pushing tags: %w", err))
	}
	return nil
}

// fetchTip brings what the branch has become.
func (r *remote) fetchTip(ctx context.Context, repo *gogit.Repository, branch string) (*object.Commit, error) {
	name := plumbing.NewRemoteReferenceName(target, branch)
	err := r.targetRemote(repo).FetchContext(ctx, &gogit.FetchOptions{
		RemoteName: target, Auth: r.auth, InsecureSkipTLS: r.SkipSSLVerification, Tags: gogit.NoTags, Force: true,
		RefSpecs: []config.RefSpec{config.RefSpec(fmt.Sprintf("+%s:%s", plumbing.NewBranchReferenceName(branch), name))},
	})
	if err != nil && !errors.Is(err, gogit.NoErrAlreadyUpToDate) && !errors.Is(err, transport.ErrEmptyRemoteRepository) {
		return nil, r.explain(err)
	}
	ref, err := repo.Reference(name, true)
	if err != nil {
		return nil, fmt.Errorf("reading branch %s: %w", branch, err)
	}
	return repo.CommitObject(ref.Hash())
}
