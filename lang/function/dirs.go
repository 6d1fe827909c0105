package function

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Dirs are the directories whose files functions may read. Paths are relative
// to the module's; what lies outside of both is refused, links included.
type Dirs struct {
	Module string // of the module whose expression it is
	Root   string // of the whole pipeline; "": that of the module
	Path   string // what path.module says; a path that begins with it means the same without

	// Value evaluates a template within bounds; nil: without any.
	Value func(hclsyntax.Expression, map[string]cty.Value, map[string]function.Function) (cty.Value, hcl.Diagnostics)
}

const (
	maxFile    = 16 << 20 // bytes
	maxEntries = 100_000  // that fileset looks at
)

// errNoDirs is what functions say where there are no files.
var errNoDirs = errors.New("files can be read only while a pipeline is compiled")

// locate finds the directory that a path is in, and the path inside of it.
func (d Dirs) locate(name string) (dir, inside string, err error) {
	if d.Module == "" {
		return "", "", errNoDirs
	}
	if rest, ok := strings.CutPrefix(name, d.Path+"/"); ok && d.Path != "" {
		name = rest
	}
	if path.IsAbs(name) || filepath.IsAbs(name) || strings.ContainsRune(name, 0) {
		return "", "", fmt.Errorf("%s: paths are relative to the module's directory", name)
	}
	for _, dir := range []string{d.Module, d.Root} {
		if dir == "" {
			continue
		}
		inside, err := filepath.Rel(dir, filepath.Join(d.Module, filepath.FromSlash(name)))
		if err == nil && filepath.IsLocal(inside) {
			return dir, inside, nil
		}
	}
	return "", "", fmt.Errorf("%s lies outside of the pipeline's directory", name)
}

// in calls f with the directory of a path.
func (d Dirs) in(name string, f func(root *os.Root, inside string) error) error {
	dir, inside, err := d.locate(name)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", name, cause(err))
	}
	defer root.Close() //nolint:errcheck // it was read only
	return f(root, inside)
}

// cause is an error of the file system without the path, which is said already
// and has the machine's directories in it.
func cause(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

func (d Dirs) read(name string) (b []byte, err error) {
	err = d.in(name, func(root *os.Root, inside string) error {
		if err := regular(root, name, inside); err != nil {
			return err
		}
		f, err := root.Open(inside)
		if err != nil {
			return fmt.Errorf("%s cannot be read: %w", name, cause(err))
		}
		defer f.Close()
		if b, err = io.ReadAll(io.LimitReader(f, maxFile+1)); err != nil {
			return fmt.Errorf("%s cannot be read: %w", name, cause(err))
		}
		if len(b) > maxFile {
			return fmt.Errorf("%s has more than %d MiB; that is the most that a function reads", name, maxFile>>20)
		}
		return nil
	})
	return b, err
}

// regular refuses what is no file with a text: opening a pipe would wait.
func regular(root *os.Root, name, inside string) error {
	info, err := root.Stat(inside)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %s", name)
	case err != nil:
		return fmt.Errorf("%s cannot be read: %w", name, cause(err))
	case info.IsDir():
		return fmt.Errorf("%s is a directory", name)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no regular file", name)
	}
	return nil
}

func (d Dirs) exists(name string) (found bool, err error) {
	err = d.in(name, func(root *os.Root, inside string) error {
		if _, err := root.Stat(inside); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		found = true
		return regular(root, name, inside)
	})
	return found && err == nil, err
}

// match lists the files of a directory that fit a pattern, sorted, with
// slashes on every system.
func (d Dirs) match(dir, pattern string) (names []string, err error) {
	if !doublestar.ValidatePattern(pattern) {
		return nil, fmt.Errorf("%q is no pattern, such as **/*.go", pattern)
	}
	err = d.in(dir, func(root *os.Root, inside string) error {
		below, err := fs.Sub(root.FS(), filepath.ToSlash(inside))
		if err != nil {
			return fmt.Errorf("%s cannot be read: %w", dir, cause(err))
		}
		c := &counting{FS: below}
		names, err = doublestar.Glob(c, path.Clean(pattern), doublestar.WithFilesOnly(), doublestar.WithNoFollow())
		if c.seen > maxEntries {
			return fmt.Errorf("%s has more than %d files; name a smaller directory", dir, maxEntries)
		}
		return err
	})
	slices.Sort(names)
	return slices.Compact(names), err
}

// counting is a file system that stops giving entries when there were too many.
type counting struct {
	fs.FS
	seen int
}

func (c *counting) ReadDir(name string) ([]fs.DirEntry, error) {
	if c.seen > maxEntries {
		return nil, fs.ErrInvalid
	}
	all, err := fs.ReadDir(c.FS, name)
	c.seen += len(all)
	return all, err
}
