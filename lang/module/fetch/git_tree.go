package fetch

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/weirci/weir/lang/module/cache"
)

func writeTree(tree *object.Tree, to *cache.Tree) error {
	walk := object.NewTreeWalker(tree, true, nil)
	defer walk.Close()
	for {
		name, entry, err := walk.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the commit: %w", err)
		}
		if err := writeEntry(tree, name, entry, to); err != nil {
			return err
		}
	}
}

func writeEntry(tree *object.Tree, name string, entry object.TreeEntry, to *cache.Tree) error {
	switch entry.Mode {
	case filemode.Dir:
		return nil
	case filemode.Symlink:
		return to.Refuse(name, "a symbolic link")
	case filemode.Submodule:
		return to.Refuse(name, "a submodule")
	}
	f, err := tree.TreeEntryFile(&entry)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	r, err := f.Reader()
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return errors.Join(to.File(name, r), r.Close())
}
