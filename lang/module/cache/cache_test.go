package cache_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/dirhash"
	"pgregory.net/rapid"

	"github.com/weirci/weir/lang/module/cache"
)

// files writes a package out of names and contents.
func files(content map[string]string) func(*cache.Tree) error {
	return func(t *cache.Tree) error {
		for name, text := range content {
			if err := t.File(name, strings.NewReader(text)); err != nil {
				return err
			}
		}
		return nil
	}
}

func add(t testing.TB, c *cache.Cache, content map[string]string) string {
	t.Helper()
	hash, err := c.Add(files(content))
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// What is added is there, under the hash that Go's own tools would give it.
func TestAdd(t *testing.T) {
	c := cache.Open(filepath.Join(t.TempDir(), "cache"))
	hash := add(t, c, map[string]string{"a.weir.hcl": "x", "sub/dir/b": "y"})
	if err := c.Check(hash); err != nil {
		t.Error(err)
	}
	want, err := dirhash.HashDir(c.Dir(hash), "", dirhash.Hash1)
	if err != nil || want != hash {
		t.Errorf("%s, dirhash says %s, %v", hash, want, err)
	}
	if text, err := os.ReadFile(filepath.Join(c.Dir(hash), "sub/dir/b")); err != nil || string(text) != "y" {
		t.Errorf("%q, %v", text, err)
	}
	if again := add(t, c, map[string]string{"sub/dir/b": "y", "a.weir.hcl": "x"}); again != hash {
		t.Errorf("the same files have the hashes %s and %s", hash, again)
	}
	if err := c.Check("h1:" + strings.Repeat("A", 43) + "="); !errors.Is(err, cache.ErrMissing) {
		t.Errorf("a package that is not there: %v", err)
	}
	if err := c.Check("../../etc"); !errors.Is(err, cache.ErrMissing) {
		t.Errorf("no hash: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(c.Root(), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// Other content has another hash, and the same has the same, whatever it is.
func TestHash(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		tree := rapid.MapOfN(rapid.StringMatching(`[a-c]{1,3}(/[d-f]{1,2})?`), rapid.StringN(0, 5, 20), 1, 6)
		c := cache.Open(dir)
		x, y := tree.Draw(t, "x"), tree.Draw(t, "y")
		hx, errX := c.Add(files(x))
		hy, errY := c.Add(files(y))
		if errX != nil || errY != nil { // a/b and a
			var refused *cache.RefusedError
			if !errors.As(errors.Join(errX, errY), &refused) {
				t.Fatal(errX, errY)
			}
			return
		}
		equal := len(x) == len(y)
		for name, text := range x {
			other, ok := y[name]
			equal = equal && ok && other == text
		}
		if (hx == hy) != equal {
			t.Fatalf("%v %s\n%v %s", x, hx, y, hy)
		}
	})
}

// Every way of changing a package is seen, and which files it touched; adding it
// again puts it right.
func TestTampered(t *testing.T) {
	for name, c := range map[string]struct {
		change func(dir string) error
		files  []string
	}{
		"changed": {func(d string) error { return os.WriteFile(d+"/files/a", []byte("evil"), 0o644) }, []string{"a"}},
		"added":   {func(d string) error { return os.WriteFile(d+"/files/c", nil, 0o644) }, []string{"c"}},
		"removed": {func(d string) error { return os.Remove(d + "/files/sub/b") }, []string{"sub/b"}},
		"link": {func(d string) error {
			return errors.Join(os.Remove(d+"/files/a"), os.Symlink("/etc/passwd", d+"/files/a"))
		}, []string{"a"}},
		"sums":    {func(d string) error { return os.WriteFile(d+"/sum", []byte("x"), 0o644) }, nil},
		"no sums": {func(d string) error { return os.Remove(d + "/sum") }, nil},
		"empty":   {func(d string) error { return os.RemoveAll(d + "/files") }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			store := cache.Open(t.TempDir())
			content := map[string]string{"a": "x", "sub/b": "y"}
			hash := add(t, store, content)
			if err := c.change(filepath.Dir(store.Dir(hash))); err != nil {
				t.Fatal(err)
			}
			var tampered *cache.TamperedError
			if err := store.Check(hash); !errors.As(err, &tampered) || !slices.Equal(tampered.Files, c.files) {
				t.Errorf("found: %v", err)
			}
			add(t, store, content)
			if err := store.Check(hash); err != nil {
				t.Errorf("put right: %v", err)
			}
		})
	}
}

// Many add the same at once, as parallel runs on a CI machine do.
func TestConcurrent(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			c := cache.Open(dir)
			hash, err := c.Add(files(map[string]string{"a": "x", "b/c": "y"}))
			if err != nil {
				t.Error(err)
			}
			if err := c.Check(hash); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if all, err := os.ReadDir(dir); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}

// A server cannot write outside of the package, nor without limit.
func TestRefused(t *testing.T) {
	for _, name := range []string{"../x", "/etc/passwd", "a/../../x", "a/./b", "", ".", "..", "a//b", "a\\b", "a\x00b", "a\nb", "\xff", strings.Repeat("a/", 600) + "a"} {
		refused(t, name, func(t *cache.Tree) error { return t.File(name, strings.NewReader("x")) })
	}
	refused(t, "twice", func(t *cache.Tree) error {
		return errors.Join(t.File("a", strings.NewReader("x")), t.File("a", strings.NewReader("y")))
	})
	refused(t, "file and directory", func(t *cache.Tree) error {
		return errors.Join(t.File("a", strings.NewReader("x")), t.File("a/b", strings.NewReader("y")))
	})
	refused(t, "no files", func(*cache.Tree) error { return nil })
	refused(t, "link", func(t *cache.Tree) error { return t.Refuse("l", "a link") })
	refused(t, "endless", func(t *cache.Tree) error { return t.File("a", endless{}) })
	refused(t, "too many", func(t *cache.Tree) error {
		for i := range cache.MaxFiles + 1 {
			if err := t.File("f"+strconv.Itoa(i), strings.NewReader("")); err != nil {
				return err
			}
		}
		return nil
	})
}

func refused(t *testing.T, what string, fill func(*cache.Tree) error) {
	t.Helper()
	c := cache.Open(t.TempDir())
	var refused *cache.RefusedError
	if _, err := c.Add(fill); !errors.As(err, &refused) {
		t.Errorf("%s: %v", what, err)
	}
	if left, err := os.ReadDir(c.Root()); err != nil || len(left) > 0 {
		t.Errorf("%s left %v behind, %v", what, left, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

var _ io.Reader = endless{}
