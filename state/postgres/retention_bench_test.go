package postgres_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/weirci/weir/state"
)

// BenchmarkOldBuilds is one look for builds that are over among those of 21 jobs,
// where none is, and where all but a hundred of each are: WEIR_PAST=50000 makes a
// million.
func BenchmarkOldBuilds(b *testing.B) {
	builds, err := strconv.Atoi(os.Getenv("WEIR_PAST"))
	if err != nil {
		builds = 1000
	}
	p := newPast(b, 21, 0, builds)
	for name, before := range map[string]time.Duration{"none": 10 * 365 * 24 * time.Hour, "all": 0} {
		b.Run(name, func(b *testing.B) {
			var ask []state.OldBuildsOf
			for _, id := range p.jobs {
				ask = append(ask, state.OldBuildsOf{JobID: id, Builds: 100, Before: time.Now().Add(-before)})
			}
			for b.Loop() {
				got, err := p.s.OldBuilds(b.Context(), ask, false, 100)
				if want := 100; err != nil || before == 0 && len(got) != want || before > 0 && len(got) != 0 {
					b.Fatal(len(got), err)
				}
			}
		})
	}
}
