package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a package may have at most.
const (
	MaxFiles = 10_000
	MaxBytes = 64 << 20 // of all files together
	maxName  = 1000     // bytes
)

// RefusedError is about what a package must not hold.
type RefusedError struct{ Name, Reason string }

func (e *RefusedError) Error() string {
	if e.Name == "" {
		return e.Reason
	}
	return fmt.Sprintf("%q %s", e.Name, e.Reason)
}

// Tree is a package while it is written. What a server sends is not trusted:
// nothing gets out of the directory, and nothing grows without limit.
type Tree struct {
	root  *os.Root
	sums  map[string]string
	bytes int64
}

func newTree(dir string) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("making the cache: %w", err)
	}
	return &Tree{root: root, sums: map[string]string{}}, nil
}

func (t *Tree) close() error {
	if len(t.sums) == 0 {
		return errors.Join(t.root.Close(), &RefusedError{"", "there are no files in it"})
	}
	return t.root.Close()
}

// File writes one file. Names are slash-separated; a name comes once.
func (t *Tree) File(name string, from io.Reader) error {
	if err := t.mayBe(name); err != nil {
		return err
	}
	if err := t.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return &RefusedError{name, "is both a file and a directory"}
	}
	f, err := t.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &RefusedError{name, "is there twice"}
	}
	if err != nil {
		return fmt.Errorf("writing to the cache: %w", err)
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), io.LimitReader(from, MaxBytes-t.bytes+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if t.bytes += n; t.bytes > MaxBytes {
		return &RefusedError{"", fmt.Sprintf("its files are larger than %d MiB together", MaxBytes>>20)}
	}
	t.sums[name] = hex.EncodeToString(h.Sum(nil))
	return nil
}

func (t *Tree) mayBe(name string) error {
	switch {
	case len(t.sums) >= MaxFiles:
		return &RefusedError{"", fmt.Sprintf("it has more than %d files", MaxFiles)}
	case len(name) > maxName:
		return &RefusedError{name[:40] + "…", "is too long a name"}
	case path.IsAbs(name), name == "..", strings.HasPrefix(path.Clean(name), "../"):
		return &RefusedError{name, "leads out of the package"}
	case !fs.ValidPath(name), name == ".", strings.Contains(name, `\`), !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl):
		return &RefusedError{name, "is no name that a file may have"}
	}
	return nil
}

// Refuse is for what is no file: links, devices, submodules.
func (t *Tree) Refuse(name, what string) error {
	return &RefusedError{name, "is " + what + ", and a package of modules has only files and directories"}
}
