package cue

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/hcl"
	"github.com/weirci/weir/lang/langtest"
)

// Reading a pipeline beside what `cue vet` does with the same data and the
// schema that other tools see: the aim is 1.5 times at most, and linear.
func BenchmarkLoad(b *testing.B) {
	each(b, func(b *testing.B, dir string) {
		for b.Loop() {
			if cfg, _, list := Load(dir, config.Inputs{}); cfg == nil {
				b.Fatal(list)
			}
		}
	})
}

func BenchmarkVet(b *testing.B) {
	each(b, func(b *testing.B, dir string) {
		for b.Loop() {
			if err := vet(b, dir); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func each(b *testing.B, run func(b *testing.B, dir string)) {
	for _, jobs := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("jobs=%d", jobs), func(b *testing.B) {
			dir := b.TempDir()
			writeLarge(b, dir, jobs)
			b.ReportAllocs()
			run(b, dir)
		})
	}
}

// writeLarge writes the twin of a large pipeline.
func writeLarge(tb testing.TB, dir string, jobs int) {
	tb.Helper()
	in := tb.TempDir()
	if err := langtest.Write(in, langtest.Size{Jobs: jobs, Steps: 5, Files: 10}); err != nil {
		tb.Fatal(err)
	}
	cfg, _, list := hcl.Load(in, config.Inputs{})
	if cfg == nil {
		tb.Fatal(list)
	}
	text, err := Write(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pipeline.cue"), text, 0o644); err != nil {
		tb.Fatal(err)
	}
}
