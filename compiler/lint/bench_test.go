package lint

import (
	"fmt"
	"testing"

	"github.com/weirci/weir/compiler"
	"github.com/weirci/weir/lang"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/langtest"
)

// BenchmarkLint: the aim is below 100 ms for a thousand jobs, and linear.
func BenchmarkLint(b *testing.B) {
	for _, size := range []langtest.Size{{Jobs: 1000, Steps: 5, Files: 10}, {Jobs: 10_000, Steps: 5, Files: 100}} {
		b.Run(fmt.Sprintf("jobs=%d", size.Jobs), func(b *testing.B) {
			dir := b.TempDir()
			if err := langtest.Write(dir, size); err != nil {
				b.Fatal(err)
			}
			cfg, src, list := lang.Load(dir, config.Inputs{})
			g, origins, more := compiler.Trace(cfg)
			if list.HasErrors() || more.HasErrors() {
				b.Fatal(list, more)
			}
			in := Input{Config: cfg, Graph: g, Origins: origins, Sources: src}
			b.ReportMetric(float64(len(Run(in))), "findings")
			b.ReportAllocs()
			for b.Loop() {
				Run(in)
			}
		})
	}
}
