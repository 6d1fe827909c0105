package compiler_test

import (
	"fmt"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/langtest"
)

// sizes: the aims are 0.3 s for the first two, 1 s for the last.
var sizes = []langtest.Size{
	{Jobs: 1000, Steps: 5, Files: 1},
	{Jobs: 1000, Steps: 5, Files: 10},
	{Jobs: 10_000, Steps: 5, Files: 100},
}

func each(b *testing.B, run func(b *testing.B, dir string)) {
	for _, s := range sizes {
		b.Run(fmt.Sprintf("jobs=%d/files=%d", s.Jobs, s.Files), func(b *testing.B) {
			dir := b.TempDir()
			if err := langtest.Write(dir, s); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			run(b, dir)
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	each(b, func(b *testing.B, dir string) {
		for b.Loop() {
			if cfg, _, list := lang.Load(dir, config.Inputs{}); cfg == nil {
				b.Fatal(list)
			}
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	each(b, func(b *testing.B, dir string) {
		cfg, _, list := lang.Load(dir, config.Inputs{})
		if cfg == nil {
			b.Fatal(list)
		}
		for b.Loop() {
			if g, list := compiler.Compile(cfg); g == nil {
				b.Fatal(list)
			}
		}
	})
}

func BenchmarkLoadAndCompile(b *testing.B) {
	each(b, func(b *testing.B, dir string) {
		for b.Loop() {
			cfg, _, list := lang.Load(dir, config.Inputs{})
			if g, more := compiler.Compile(cfg); g == nil {
				b.Fatal(list, more)
			}
		}
	})
}
