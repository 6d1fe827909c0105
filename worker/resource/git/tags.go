package git

import (
	"cmp"
	"context"
	"path"
	"slices"
	"time"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/weirci/weir/worker/resource"
)

// tagged is a tag and the commit that it names in the end.
type tagged struct {
	name    string
	commit  *object.Commit
	created time.Time
}

// checkTags lists the tags that match, by the time when they were made, from the
// given one on; or the last one.
func (r *remote) checkTags(ctx context.Context, refs []*plumbing.Reference, last resource.Version) ([]resource.Version, error) {
	if !slices.ContainsFunc(refs, func(ref *plumbing.Reference) bool { return r.wanted(ref) }) {
		return []resource.Version{}, nil
	}
	repo, remove, err := scratch()
	if err != nil {
		return nil, err
	}
	defer remove()
	if err := r.fetch(ctx, repo, "*", whole, gogit.AllTags); err != nil {
		return nil, err
	}
	tags, err := r.tags(repo, refs)
	if err != nil {
		return nil, err
	}
	from := slices.IndexFunc(tags, func(t tagged) bool { return t.name == last[keyRef] })
	if from < 0 {
		from = max(0, len(tags)-1)
	}
	versions := []resource.Version{}
	for _, t := range tags[from:] {
		versions = append(versions, resource.Version{keyRef: t.name, keyCommit: t.commit.Hash.String()})
	}
	return versions, nil
}

func (r *remote) wanted(ref *plumbing.Reference) bool {
	matches, _ := path.Match(r.TagFilter, ref.Name().Short())
	return ref.Name().IsTag() && matches
}

// tags are those that match, on the branch if one is given, and whose commits
// pass the filters of the source.
func (r *remote) tags(repo *gogit.Repository, refs []*plumbing.Reference) ([]tagged, error) {
	var on map[plumbing.Hash]bool
	if r.Branch != "" {
		_, tip, err := r.head(refs)
		if err != nil {
			return nil, err
		}
		on = reach(repo, tip)
	}
	var out []tagged
	for _, ref := range refs {
		if !r.wanted(ref) {
			continue
		}
		t, err := peel(repo, ref)
		if err != nil || on != nil && !on[t.commit.Hash] {
			continue // a tag of something else than a commit, or of another branch
		}
		pass, err := r.passes(repo, t.commit)
		if err != nil {
			return nil, err
		}
		if pass {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b tagged) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.name, b.name))
	})
	return out, nil
}

func peel(repo *gogit.Repository, ref *plumbing.Reference) (tagged, error) {
	t := tagged{name: ref.Name().Short()}
	tag, err := repo.TagObject(ref.Hash())
	if err == nil {
		t.created = tag.Tagger.When
		t.commit, err = tag.Commit()
		return t, err
	}
	t.commit, err = repo.CommitObject(ref.Hash())
	if err == nil {
		t.created = t.commit.Committer.When
	}
	return t, err
}
