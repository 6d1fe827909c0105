package git

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// rebase puts the commits that lead to head, and that onto does not have, on top
// of it. It merges file by file, not inside files: a file that both sides changed
// is a conflict. The working tree is not touched.
func rebase(repo *gogit.Repository, head, onto *object.Commit, now time.Time) (*object.Commit, error) {
	line, reached, err := firstParents(repo, head.Hash, reach(repo, onto.Hash))
	if err != nil {
		return nil, err
	}
	if !reached {
		return nil, errors.New("the two have no commit in common")
	}
	for _, c := range slices.Backward(line) {
		if len(c.ParentHashes) > 1 {
			return nil, fmt.Errorf("commit %s is a merge", short(c.Hash))
		}
		if onto, err = pick(repo, c, onto, now); err != nil {
			return nil, err
		}
	}
	return onto, nil
}

// pick makes the commit that does to onto what c did to its parent.
func pick(repo *gogit.Repository, c, onto *object.Commit, now time.Time) (*object.Commit, error) {
	edits, err := editsOf(repo, c, onto)
	if err != nil {
		return nil, err
	}
	tree, err := edit(repo, onto.TreeHash, edits)
	if err != nil {
		return nil, err
	}
	next := &object.Commit{
		Author: c.Author, Committer: c.Committer, Message: c.Message,
		TreeHash: tree, ParentHashes: []plumbing.Hash{onto.Hash},
	}
	next.Committer.When = now
	h, err := store(repo, next)
	if err != nil {
		return nil, err
	}
	return repo.CommitObject(h)
}

// editsOf is what c changed, by path; nil removes. Paths that onto has otherwise
// than the parent of c are conflicts.
func editsOf(repo *gogit.Repository, c, onto *object.Commit) (map[string]*object.TreeEntry, error) {
	parent, err := firstParent(repo, c)
	if err != nil {
		return nil, err
	}
	before, err1 := parent.Tree()
	after, err2 := c.Tree()
	there, err3 := onto.Tree()
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	paths, err := changedPaths(repo, c)
	if err != nil {
		return nil, err
	}
	edits := map[string]*object.TreeEntry{}
	var conflicts []string
	for _, p := range paths {
		old, new, now := entry(before, p), entry(after, p), entry(there, p)
		if !sameEntry(old, now) && !sameEntry(new, now) {
			conflicts = append(conflicts, p)
		}
		edits[p] = new
	}
	if len(conflicts) > 0 {
		slices.Sort(conflicts)
		return nil, fmt.Errorf("both sides changed %s", strings.Join(slices.Compact(conflicts), ", "))
	}
	return edits, nil
}

func entry(t *object.Tree, p string) *object.TreeEntry {
	e, err := t.FindEntry(p)
	if err != nil {
		return nil
	}
	return e
}

func sameEntry(a, b *object.TreeEntry) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Hash == b.Hash && a.Mode == b.Mode
}

// edit writes a tree with some paths set or removed, and those below it.
func edit(repo *gogit.Repository, tree plumbing.Hash, edits map[string]*object.TreeEntry) (plumbing.Hash, error) {
	entries := map[string]object.TreeEntry{}
	if !tree.IsZero() {
		t, err := repo.TreeObject(tree)
		if err != nil {
			return tree, err
		}
		for _, e := range t.Entries {
			entries[e.Name] = e
		}
	}
	below := map[string]map[string]*object.TreeEntry{}
	for p, e := range edits {
		dir, rest, deeper := strings.Cut(p, "/")
		switch {
		case deeper:
			if below[dir] == nil {
				below[dir] = map[string]*object.TreeEntry{}
			}
			below[dir][rest] = e
		case e == nil:
			delete(entries, p)
		default:
			entries[p] = object.TreeEntry{Name: path.Base(p), Mode: e.Mode, Hash: e.Hash}
		}
	}
	for dir, edits := range below {
		if err := editBelow(repo, entries, dir, edits); err != nil {
			return tree, err
		}
	}
	sorted := slices.SortedFunc(maps.Values(entries), func(a, b object.TreeEntry) int {
		return strings.Compare(sortName(a), sortName(b))
	})
	return store(repo, &object.Tree{Entries: sorted})
}

// editBelow edits one subdirectory; an empty one goes.
func editBelow(repo *gogit.Repository, entries map[string]object.TreeEntry, dir string, edits map[string]*object.TreeEntry) error {
	sub := plumbing.ZeroHash
	if e, ok := entries[dir]; ok && e.Mode == filemode.Dir {
		sub = e.Hash
	}
	h, err := edit(repo, sub, edits)
	if err != nil {
		return err
	}
	t, err := repo.TreeObject(h)
	if err != nil {
		return err
	}
	switch {
	case len(t.Entries) > 0:
		entries[dir] = object.TreeEntry{Name: dir, Mode: filemode.Dir, Hash: h}
	case entries[dir].Mode == filemode.Dir:
		delete(entries, dir)
	}
	return nil
}

// sortName is what git sorts the entries of a tree by.
func sortName(e object.TreeEntry) string {
	if e.Mode == filemode.Dir {
		return e.Name + "/"
	}
	return e.Name
}

func store(repo *gogit.Repository, o interface {
	Encode(plumbing.EncodedObject) error
},
) (plumbing.Hash, error) {
	encoded := repo.Storer.NewEncodedObject()
	if err := o.Encode(encoded); err != nil {
		return plumbing.ZeroHash, err
	}
	return repo.Storer.SetEncodedObject(encoded)
}
