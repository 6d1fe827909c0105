package git

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// errCut says that the answer lies beyond the depth that was fetched.
var errCut = errors.New("the history is cut short")

// since lists the versions of a branch: the commits after from that pass the
// source's filters, oldest first, on the line of first parents; from itself comes
// first. Where from is no ancestor of tip (any more), or is the zero hash, it is
// the latest that passes.
func (s Source) since(repo *gogit.Repository, tip, from plumbing.Hash) ([]plumbing.Hash, error) {
	if from.IsZero() {
		return s.latest(repo, tip)
	}
	line, reached, err := firstParents(repo, tip, map[plumbing.Hash]bool{from: true})
	if err == nil && !reached { // on a line that was merged, or gone
		known := ancestors(repo, tip, from)
		if known == nil {
			return s.latest(repo, tip)
		}
		line, _, err = firstParents(repo, tip, known)
	}
	if err != nil {
		return nil, err
	}
	found := []plumbing.Hash{from}
	for _, c := range slices.Backward(line) {
		pass, err := s.passes(repo, c)
		if err != nil {
			return nil, err
		}
		if pass {
			found = append(found, c.Hash)
		}
	}
	return found, nil
}

// firstParents is the line from tip down to the first commit of stop, which is
// not in it, newest first; reached says that there was one.
func firstParents(repo *gogit.Repository, tip plumbing.Hash, stop map[plumbing.Hash]bool) (line []*object.Commit, reached bool, err error) {
	for c, err := repo.CommitObject(tip); c != nil || err != nil; c, err = firstParent(repo, c) {
		switch {
		case err != nil:
			return nil, false, err
		case stop[c.Hash]:
			return line, true, nil
		}
		line = append(line, c)
	}
	return line, false, nil
}

func (s Source) latest(repo *gogit.Repository, tip plumbing.Hash) ([]plumbing.Hash, error) {
	for c, err := repo.CommitObject(tip); c != nil || err != nil; c, err = firstParent(repo, c) {
		if err != nil {
			return nil, err
		}
		pass, err := s.passes(repo, c)
		if err != nil {
			return nil, err
		}
		if pass {
			return []plumbing.Hash{c.Hash}, nil
		}
	}
	return nil, nil
}

// firstParent is nil for a root.
func firstParent(repo *gogit.Repository, c *object.Commit) (*object.Commit, error) {
	if len(c.ParentHashes) == 0 {
		return nil, nil
	}
	parent, err := repo.CommitObject(c.ParentHashes[0])
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return nil, errCut
	}
	if err != nil {
		return nil, fmt.Errorf("reading commit %s: %w", short(c.ParentHashes[0]), err)
	}
	return parent, nil
}

// ancestors are those of from, itself among them; nil if tip does not descend
// from it.
func ancestors(repo *gogit.Repository, tip, from plumbing.Hash) map[plumbing.Hash]bool {
	start, err := repo.CommitObject(from)
	if err != nil || !reach(repo, tip)[from] {
		return nil
	}
	return reach(repo, start.Hash)
}

func reach(repo *gogit.Repository, from plumbing.Hash) map[plumbing.Hash]bool {
	seen := map[plumbing.Hash]bool{}
	todo := []plumbing.Hash{from}
	for len(todo) > 0 {
		h := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[h] {
			continue
		}
		if c, err := repo.CommitObject(h); err == nil {
			seen[h] = true
			todo = append(todo, c.ParentHashes...)
		}
	}
	return seen
}

// passes: no word to skip it, and a change in the paths that count.
func (s Source) passes(repo *gogit.Repository, c *object.Commit) (bool, error) {
	if !s.DisableCISkip && saysSkip(c.Message) {
		return false, nil
	}
	if len(s.Paths) == 0 && len(s.IgnorePaths) == 0 {
		return true, nil
	}
	changed, err := changedPaths(repo, c)
	if err != nil {
		return false, err
	}
	include, exclude := newPathspecs(s.Paths), newPathspecs(s.IgnorePaths)
	for _, p := range changed {
		if (len(s.Paths) == 0 || include.match(p)) && !exclude.match(p) {
			return true, nil
		}
	}
	return false, nil
}

func saysSkip(message string) bool {
	return strings.Contains(message, "[ci skip]") || strings.Contains(message, "[skip ci]")
}

// changedPaths compares with the first parent; all is new in a root.
func changedPaths(repo *gogit.Repository, c *object.Commit) ([]string, error) {
	parent, err := firstParent(repo, c)
	if err != nil {
		return nil, err
	}
	var before *object.Tree
	if parent != nil {
		if before, err = parent.Tree(); err != nil {
			return nil, fmt.Errorf("reading commit %s: %w", short(parent.Hash), err)
		}
	}
	after, err := c.Tree()
	if err != nil {
		return nil, fmt.Errorf("reading commit %s: %w", short(c.Hash), err)
	}
	changes, err := object.DiffTree(before, after)
	if err != nil {
		return nil, fmt.Errorf("comparing commit %s: %w", short(c.Hash), err)
	}
	var paths []string
	for _, change := range changes {
		for _, p := range []string{change.From.Name, change.To.Name} {
			if p != "" {
				paths = append(paths, p)
			}
		}
	}
	return paths, nil
}
