package view_test

import (
	"strings"
	"testing"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/cmd/internal/view"
)

// A build whose second attempt waited long for its image.
func attempts() []*weirv1.Attempt {
	return []*weirv1.Attempt{
		{Path: "0", Step: "unit", Kind: "task", Attempt: 1, Status: "exited", Worker: "w1", QueueMs: 12, PlaceMs: 88, CreateMs: 200, RunMs: 700},
		{Path: "0", Step: "unit", Kind: "task", Attempt: 2, Status: "exited", Worker: "w2", QueueMs: 1000, PlaceMs: 5, PullMs: 6995, FetchMs: 1000, CreateMs: 500, RunMs: 2000, UploadMs: 500},
		{Path: "1", Kind: "get", Attempt: 1, Status: "unplaced", PlaceMs: 40},
	}
}

func TestTimes(t *testing.T) {
	var b strings.Builder
	if err := view.Times(attempts()).Write(&b, view.Terminal{}); err != nil {
		t.Fatal(err)
	}
	want := `
PATH  STEP                  STATUS    WORKER  QUEUE  PLACE  PULL  FETCH  CREATE  RUN    UPLOAD  TOTAL  · WAITS ▒ PREPARES █ RUNS
0     task unit             exited    w1      12ms   88ms   -     -      200ms   700ms  -       1.0s   ██
0     task unit, attempt 2  exited    w2      1.0s   5ms    7.0s  1.0s   500ms   2.0s   500ms   12s    ··▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒████▒
1     get                   unplaced          -      40ms   -     -      -       -      -       40ms
`
	if got := "\n" + b.String(); got != want {
		t.Errorf("got%s\nwant%s", got, want)
	}
}

func TestSlowest(t *testing.T) {
	const want = "slowest: task unit, attempt 2 (0) has taken 12s, of which 7.0s was pull: until its image was there"
	if got := view.Slowest(attempts()); got != want {
		t.Error(got)
	}
	for _, quick := range [][]*weirv1.Attempt{nil, attempts()[:1]} {
		if got := view.Slowest(quick); got != "" {
			t.Error(got)
		}
	}
}
