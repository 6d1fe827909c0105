package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/weirci/weir/worker/resource"
)

// PutParams of a put step.
type PutParams struct {
	Repository string `json:"repository"` // the directory of a repository, among the inputs
	Branch     string `json:"branch"`     // instead of the source's
	Force      bool   `json:"force"`      // push whatever the branch has become
	Rebase     bool   `json:"rebase"`     // where the branch has moved on, put the commits on top and try again

	Tag       string `json:"tag"`        // a file with the name of a tag to make and push
	TagPrefix string `json:"tag_prefix"` // in front of that name
	Annotate  string `json:"annotate"`   // a file with the message of the tag
	OnlyTag   bool   `json:"only_tag"`   // push no branch

	// Commit is a message: what is in the working tree is committed with it first,
	// if anything differs. Concourse has no such thing; with it, the task needs no
	// git. CommitName and CommitEmail say who committed.
	Commit      string `json:"commit"`
	CommitName  string `json:"commit_name"`
	CommitEmail string `json:"commit_email"`
}

func parsePutParams(req resource.Request, s Source) (PutParams, error) {
	p, err := resource.Configure[PutParams]("params", req.Params)
	if p.Branch == "" {
		p.Branch = s.Branch
	}
	switch {
	case err != nil:
	case p.Repository == "":
		err = errors.New("params.repository is missing: the directory to push, among the inputs")
	case p.Force && p.Rebase:
		err = errors.New("params: force and rebase exclude each other")
	case p.OnlyTag && p.Tag == "":
		err = errors.New("params: only_tag needs tag")
	case p.Branch == "" && !p.OnlyTag:
		err = errors.New("a put needs source.branch, or params.branch")
	}
	return p, err
}

// Out pushes what is checked out in a repository among the inputs, and its tags.
func (Type) Out(ctx context.Context, h resource.Host, req resource.Request, dir string) (resource.Response, error) {
	s, err := parseSource(req.Source)
	if err != nil {
		return resource.Response{}, err
	}
	params, err := parsePutParams(req, s)
	if err != nil {
		return resource.Response{}, err
	}
	r, err := connect(h, s)
	if err != nil {
		return resource.Response{}, s.redact(err)
	}
	r.Branch = params.Branch
	commit, tag, err := r.out(ctx, dir, params)
	if err != nil {
		return resource.Response{}, s.redact(err)
	}
	v := resource.Version{keyRef: commit.Hash.String()}
	if s.TagFilter != "" && tag != "" {
		v = resource.Version{keyRef: tag, keyCommit: commit.Hash.String()}
	}
	return resource.Response{Version: v, Metadata: r.metadata(commit)}, nil
}

func (r *remote) out(ctx context.Context, dir string, params PutParams) (*object.Commit, string, error) {
	repo, err := openInput(dir, params.Repository)
	if err != nil {
		return nil, "", err
	}
	if params.Commit != "" {
		if err := r.commit(repo, params); err != nil {
			return nil, "", fmt.Errorf("committing: %w", err)
		}
	}
	head, err := repo.Head()
	if err != nil {
		return nil, "", fmt.Errorf("%s has no commit to push: %w", params.Repository, err)
	}
	commit, err := repo.CommitObject(head.Hash())
	if err != nil {
		return nil, "", fmt.Errorf("reading commit %s: %w", short(head.Hash()), err)
	}
	if commit, err = r.pushBranch(ctx, repo, commit, params); err != nil {
		return nil, "", err
	}
	tag, err := r.tag(repo, dir, commit, params)
	if err != nil {
		return nil, "", err
	}
	return commit, tag, r.pushTags(ctx, repo)
}

func openInput(dir, name string) (*gogit.Repository, error) {
	if !filepath.IsLocal(name) {
		return nil, fmt.Errorf("params.repository: %q is not inside the inputs", name)
	}
	repo, err := gogit.PlainOpen(filepath.Join(dir, name))
	if errors.Is(err, gogit.ErrRepositoryNotExists) {
		return nil, fmt.Errorf("params.repository: %s is no git repository, or no input of this step", name)
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", name, err)
	}
	return repo, nil
}

// commit commits the working tree as it is, if it is not as HEAD has it.
func (r *remote) commit(repo *gogit.Repository, params PutParams) error {
	tree, err := repo.Worktree()
	if err != nil {
		return err
	}
	if err := tree.AddWithOptions(&gogit.AddOptions{All: true}); err != nil {
		return err
	}
	status, err := tree.Status()
	if err != nil {
		return err
	}
	if status.IsClean() {
		fmt.Fprintln(r.host.Log, "nothing to commit")
		return nil
	}
	who := &object.Signature{Name: params.CommitName, Email: params.CommitEmail, When: r.host.Now()}
	if who.Name == "" {
		who.Name = "Weir"
	}
	if who.Email == "" {
		who.Email = "weir@localhost"
	}
	h, err := tree.Commit(params.Commit, &gogit.CommitOptions{Author: who, Committer: who})
	if err == nil {
		fmt.Fprintf(r.host.Log, "committed %s\n", short(h))
	}
	return err
}

// tag makes the tag that is asked for; making it again where it is already is none.
func (r *remote) tag(repo *gogit.Repository, dir string, commit *object.Commit, params PutParams) (string, error) {
	if params.Tag == "" {
		return "", nil
	}
	name, err := readParam(dir, "tag", params.Tag)
	if err != nil {
		return "", err
	}
	name = params.TagPrefix + name
	var options *gogit.CreateTagOptions
	if params.Annotate != "" {
		message, err := readParam(dir, "annotate", params.Annotate)
		if err != nil {
			return "", err
		}
		who := commit.Committer
		who.When = r.host.Now()
		options = &gogit.CreateTagOptions{Message: message, Tagger: &who}
	}
	if ref, err := repo.Tag(name); err == nil {
		if t, err := peel(repo, ref); err == nil && t.commit.Hash == commit.Hash {
			return name, nil
		}
	}
	if _, err := repo.CreateTag(name, commit.Hash, options); err != nil {
		return "", fmt.Errorf("making tag %s: %w", name, err)
	}
	return name, nil
}

func readParam(dir, param, path string) (string, error) {
	if !filepath.IsLocal(path) {
		return "", fmt.Errorf("params.%s: %q is not inside the inputs", param, path)
	}
	content, err := os.ReadFile(filepath.Join(dir, path))
	if err != nil {
		return "", fmt.Errorf("params.%s: %w", param, err)
	}
	text := strings.TrimSpace(string(content))
	if text == "" {
		return "", fmt.Errorf("params.%s: %s is empty", param, path)
	}
	return text, nil
}

func branchSpec(h plumbing.Hash, branch string, force bool) config.RefSpec {
	spec := h.String() + ":" + plumbing.NewBranchReferenceName(branch).String()
	if force {
		spec = "+" + spec
	}
	return config.RefSpec(spec)
}
