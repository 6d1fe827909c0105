package cue_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/cue"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/langtest"
)

// Any pipeline, written in CUE, is the same pipeline: its graph has the same
// digest.
func TestTwins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := langtest.Random().Draw(t, "pipeline")
		cfg, want := compile(t, map[string]string{"p.weir.hcl": text})
		twin, err := cue.Write(cfg)
		if err != nil {
			t.Fatalf("%v of\n%s", err, text)
		}
		_, got := compile(t, map[string]string{"p.cue": string(twin)})
		if got.Digest() != want.Digest() {
			t.Fatalf("%s\nis another pipeline than\n%s\n%s\nnot\n%s", twin, text, got.Text(), want.Text())
		}
	})
}

// tester is a test, of rapid's or not.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func compile(t tester, files map[string]string) (*config.Config, *graph.Graph) {
	t.Helper()
	dir, err := os.MkdirTemp("", "twins")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cfg, src, list := lang.Load(dir, config.Inputs{})
	g, more := compiler.Compile(cfg)
	list.Append(more...)
	if list.HasErrors() {
		var text bytes.Buffer
		if err := diag.Text(&text, list, src, false); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("%s\n%v", text.String(), files)
	}
	return cfg, g
}
