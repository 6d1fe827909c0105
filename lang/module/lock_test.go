package module_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/module"
)

var update = flag.Bool("update", false, "write the golden files")

// TestLockProblems: each archive is a lock and what is said about it.
func TestLockProblems(t *testing.T) {
	files, err := filepath.Glob("testdata/lock/*.txtar")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d archives, %v", len(files), err)
	}
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		if err != nil || len(a.Files) != 2 {
			t.Fatal(f, err)
		}
		_, list := module.ParseLock(module.LockFile, a.Files[0].Data)
		var src diag.Sources
		src.Add(module.LockFile, a.Files[0].Data)
		var got bytes.Buffer
		if err := diag.Text(&got, list, &src, false); err != nil {
			t.Fatal(err)
		}
		if !list.HasErrors() {
			t.Errorf("%s: nothing is wrong with it", f)
		}
		if bytes.Equal(got.Bytes(), a.Files[1].Data) {
			continue
		}
		if !*update {
			t.Errorf("%s:\n%s", f, got.Bytes())
			continue
		}
		a.Files[1].Data = got.Bytes()
		if err := os.WriteFile(f, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func drawLock(t *rapid.T) *module.Lock {
	hex := rapid.StringMatching(`[0-9a-f]{64}`)
	l := &module.Lock{}
	for n := range rapid.IntRange(0, 4).Draw(t, "modules") {
		sum := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash")
		l.Modules = append(l.Modules, module.Locked{
			Source:     fmt.Sprintf("git::https://h/%d.git", n),
			Constraint: rapid.StringN(0, 20, 60).Filter(printable).Draw(t, "constraint"),
			Version:    rapid.SampledFrom([]string{"", "v1.0.0"}).Draw(t, "version"),
			Revision:   hex.Draw(t, "revision")[:40],
			Hash:       "h1:" + base64.StdEncoding.EncodeToString(sum),
		})
	}
	for n := range rapid.IntRange(0, 3).Draw(t, "images") {
		l.Images = append(l.Images, module.Image{Reference: fmt.Sprintf("r/i:%d", n), Digest: "sha256:" + hex.Draw(t, "digest")})
	}
	return l
}

func printable(s string) bool { return !strings.ContainsAny(s, "\r\n") }

// What is written is read back, in whatever order it was made, and written the same.
func TestLockRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLock(t)
		text := l.Bytes()
		back, list := module.ParseLock("l", text)
		if len(list) > 0 {
			t.Fatalf("%v\n%s", list, text)
		}
		if !bytes.Equal(back.Bytes(), text) || back.Digest() != l.Digest() {
			t.Fatalf("not the same again:\n%s", text)
		}
		for _, m := range l.Modules {
			if got, ok := back.Find(m.Source, m.Constraint); !ok || got.Revision != m.Revision || got.Hash != m.Hash || got.Version != m.Version {
				t.Fatalf("%+v became %+v", m, got)
			}
		}
		slices.Reverse(l.Modules)
		slices.Reverse(l.Images)
		if !bytes.Equal(l.Bytes(), text) || back.Digest() != l.Digest() {
			t.Fatal("the order matters")
		}
	})
}

func TestWriteLock(t *testing.T) {
	dir := t.TempDir()
	l := &module.Lock{Images: []module.Image{{Reference: "x:1", Digest: "sha256:" + strings.Repeat("a", 64)}}}
	if err := module.WriteLock(dir, l); err != nil {
		t.Fatal(err)
	}
	back, text, list := module.ReadLock(dir)
	if len(list) > 0 || back.Digests()["x:1"] != l.Images[0].Digest || !bytes.Equal(text, l.Bytes()) {
		t.Errorf("%+v, %v", back, list)
	}
	if err := module.WriteLock(dir, &module.Lock{}); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	if back, text, list := module.ReadLock(dir); !back.Empty() || text != nil || len(list) > 0 {
		t.Errorf("no lock: %+v, %q, %v", back, text, list)
	}
	if err := os.Mkdir(filepath.Join(dir, module.LockFile), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, _, list := module.ReadLock(dir); !list.HasErrors() {
		t.Error("a directory is taken for a lock")
	}
	if err := module.WriteLock(filepath.Join(dir, "none"), l); err == nil {
		t.Error("a lock is written into nowhere")
	}
}

// Whatever a lock holds, reading it ends, says where it is wrong, and what is
// right survives being written.
func FuzzParseLock(f *testing.F) {
	files, err := filepath.Glob("testdata/lock/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.Files[0].Data)
	}
	f.Add([]byte("module \"git::https://h/x.git\" {\n  revision = \"" + strings.Repeat("0", 40) + "\"\n  hash     = \"h1:" + strings.Repeat("A", 43) + "=\"\n}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, list := module.ParseLock("l", text)
		for _, d := range list {
			if d.Range.Start.Byte > len(text) || d.Range.End.Byte > len(text) || d.Range.Start.Byte > d.Range.End.Byte {
				t.Fatalf("a range outside of the text: %+v", d.Range)
			}
		}
		if len(list) > 0 {
			return
		}
		back, list := module.ParseLock("l", l.Bytes())
		if len(list) > 0 || !bytes.Equal(back.Bytes(), l.Bytes()) {
			t.Fatalf("%v\n%s", list, l.Bytes())
		}
	})
}
