package examples

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/cue"
)

// TestTwins: each example has a twin in CUE, in its folder cue, and both are
// one pipeline: their graphs have the same digest.
func TestTwins(t *testing.T) {
	files, err := filepath.Glob("*/*.weir.hcl")
	if err != nil || len(files) < 3 {
		t.Fatalf("examples: %v, %v", files, err)
	}
	done := map[string]bool{}
	for _, f := range files {
		dir := filepath.Dir(f)
		if !done[dir] {
			t.Run(dir, func(t *testing.T) { twin(t, dir) })
		}
		done[dir] = true
	}
}

func twin(t *testing.T, dir string) {
	folder := filepath.Join(dir, "cue")
	if _, err := os.Stat(folder); os.IsNotExist(err) && *update {
		writeTwin(t, dir, folder)
	}
	want, got := compileDir(t, dir, dir), compileDir(t, folder, dir)
	if want.Digest() != got.Digest() {
		t.Errorf("%s is another pipeline than its twin:\n%s\nin HCL:\n%s", folder, got.Text(), want.Text())
	}
}

// writeTwin makes a first draft of a twin.
func writeTwin(t *testing.T, dir, folder string) {
	cfg, _, list := lang.Load(dir, inputs(t, dir))
	if cfg == nil {
		t.Fatal(list)
	}
	text, err := cue.Write(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "pipeline.cue"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}
