package cache

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Cache is a directory of packages. It is safe for concurrent use, by several
// processes too.
type Cache struct{ dir string }

// Open gives the cache in a directory, which need not be there yet.
func Open(dir string) *Cache { return &Cache{dir: dir} }

// ErrMissing says that a package is not in the cache.
var ErrMissing = errors.New("not in the cache")

// TamperedError says that a package is not what it was when it was put there.
type TamperedError struct {
	Dir   string
	Files []string // that were changed, added or taken away; none where nobody can tell
}

func (e *TamperedError) Error() string {
	if len(e.Files) == 0 {
		return e.Dir + " has been changed"
	}
	return fmt.Sprintf("%s has been changed: %s", e.Dir, strings.Join(e.Files, ", "))
}

const (
	filesDir = "files"
	sumFile  = "sum"
	prefix   = "h1:"
)

// Dir is where the files of a package are, if it is there.
func (c *Cache) Dir(hash string) string { return filepath.Join(c.entry(hash), filesDir) }

// Root is the directory of all packages.
func (c *Cache) Root() string { return c.dir }

func (c *Cache) entry(hash string) string {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(hash, prefix))
	if err != nil || len(raw) != sha256.Size {
		return filepath.Join(c.dir, "none")
	}
	return filepath.Join(c.dir, hex.EncodeToString(raw))
}

// Check says whether a package is there and what it was: nil, ErrMissing, or a
// *TamperedError.
func (c *Cache) Check(hash string) error {
	entry := c.entry(hash)
	list, err := os.ReadFile(filepath.Join(entry, sumFile))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(entry); err == nil {
			return &TamperedError{Dir: entry}
		}
		return ErrMissing
	}
	if err != nil {
		return fmt.Errorf("reading the cache: %w", err)
	}
	now, err := sums(c.Dir(hash))
	if err != nil {
		return &TamperedError{Dir: entry}
	}
	switch {
	case hashOf(string(list)) != hash:
		return &TamperedError{Dir: entry}
	case listOf(now) != string(list):
		return &TamperedError{Dir: entry, Files: changed(string(list), now)}
	}
	return nil
}

// changed are the files that are not as a list says, sorted.
func changed(list string, now map[string]string) []string {
	then := map[string]string{}
	for line := range strings.Lines(list) {
		if sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  "); ok {
			then[name] = sum
		}
	}
	differ := map[string]bool{}
	for name, sum := range then {
		if now[name] != sum {
			differ[name] = true
		}
	}
	for name := range now {
		if then[name] == "" {
			differ[name] = true
		}
	}
	return slices.Sorted(maps.Keys(differ))
}

// Add puts a package there that fill writes, and gives its hash. One that is
// there already stays, unless it has been changed: then it is replaced.
func (c *Cache) Add(fill func(*Tree) error) (hash string, err error) {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return "", fmt.Errorf("making the cache: %w", err)
	}
	tmp, err := os.MkdirTemp(c.dir, ".new-*")
	if err != nil {
		return "", fmt.Errorf("making the cache: %w", err)
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	list, err := write(tmp, fill)
	if err != nil {
		return "", err
	}
	hash = hashOf(list)
	if c.Check(hash) == nil {
		return hash, nil
	}
	return hash, c.install(tmp, hash)
}

// write fills a directory as an entry of the cache.
func write(dir string, fill func(*Tree) error) (list string, err error) {
	files := filepath.Join(dir, filesDir)
	if err := os.Mkdir(files, 0o755); err != nil {
		return "", fmt.Errorf("making the cache: %w", err)
	}
	t, err := newTree(files)
	if err != nil {
		return "", err
	}
	if err := errors.Join(fill(t), t.close()); err != nil {
		return "", err
	}
	list = listOf(t.sums)
	if err := os.WriteFile(filepath.Join(dir, sumFile), []byte(list), 0o644); err != nil {
		return "", fmt.Errorf("writing to the cache: %w", err)
	}
	return list, os.Chmod(dir, 0o755)
}

// install renames a finished entry to its place. What is in the place has been
// changed, or another process was faster and has put the same there.
func (c *Cache) install(tmp, hash string) error {
	entry := c.entry(hash)
	err := os.Rename(tmp, entry)
	if err == nil || c.Check(hash) == nil {
		return nil
	}
	old, mkErr := os.MkdirTemp(c.dir, ".old-*")
	if mkErr != nil {
		return fmt.Errorf("replacing %s: %w", entry, mkErr)
	}
	defer func() { _ = os.RemoveAll(old) }()
	_ = os.Rename(entry, filepath.Join(old, "entry"))
	if err := os.Rename(tmp, entry); err != nil && c.Check(hash) != nil {
		return fmt.Errorf("replacing %s: %w", entry, err)
	}
	return nil
}

// sums are the SHA-256 of all files below a directory, by slash-separated name.
// What is neither file nor directory has a sum that nothing has.
func sums(dir string) (map[string]string, error) {
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		sum := "no file"
		if d.Type().IsRegular() {
			sum, err = fileSum(path)
		}
		all[filepath.ToSlash(name)] = sum
		return err
	})
	return all, err
}

func fileSum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}

func listOf(sums map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		fmt.Fprintf(&b, "%s  %s\n", sums[name], name)
	}
	return b.String()
}

func hashOf(list string) string {
	sum := sha256.Sum256([]byte(list))
	return prefix + base64.StdEncoding.EncodeToString(sum[:])
}
