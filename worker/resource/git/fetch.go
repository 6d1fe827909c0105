package git

import (
	"context"
	"errors"
	"fmt"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
)

// whole is the depth of a history that is not cut short.
const whole = 0

// fetch brings branches ("*": all of them) into an empty repository.
func (r *remote) fetch(ctx context.Context, repo *gogit.Repository, branch string, depth int, tags gogit.TagMode) error {
	if r.local() {
		depth = whole
	}
	if _, err := repo.Remote(origin); err != nil {
		if _, err := repo.CreateRemote(&config.RemoteConfig{Name: origin, URLs: []string{r.URI}}); err != nil {
			return fmt.Errorf("making a repository: %w", err)
		}
	}
	err := repo.FetchContext(ctx, &gogit.FetchOptions{
		RemoteName: origin, Auth: r.auth, InsecureSkipTLS: r.SkipSSLVerification, Progress: r.host.Log,
		RefSpecs: []config.RefSpec{config.RefSpec(fmt.Sprintf("+refs/heads/%s:refs/remotes/%s/%s", branch, origin, branch))},
		Depth:    depth, Tags: tags, Force: true,
	})
	if err != nil && !errors.Is(err, gogit.NoErrAlreadyUpToDate) {
		return r.explain(err)
	}
	return nil
}

// has says whether a commit is in a repository.
func has(repo *gogit.Repository, h plumbing.Hash) bool {
	_, err := repo.CommitObject(h)
	return err == nil
}
