package place

import (
	"testing"
	"time"

	"github.com/weirci/weir/state"
)

func TestJudge(t *testing.T) {
	now, p := time.Unix(10_000, 0), DefaultPatience()
	for _, c := range []struct {
		name   string
		status state.WorkerStatus
		busy   int
		silent time.Duration
		want   Liveness
		again  time.Duration // from now; -1: not
	}{
		{"speaks", state.WorkerRunning, 3, time.Second, Alive, 14 * time.Second},
		{"silent", state.WorkerRunning, 3, 15 * time.Second, Stall, 105 * time.Second},
		{"silent while it lands", state.WorkerLanding, 3, time.Minute, Stall, time.Minute},
		{"stalled", state.WorkerStalled, 3, time.Minute, Alive, time.Minute},
		{"stalled for long", state.WorkerStalled, 3, 2 * time.Minute, Lose, -1},
		{"stalled without runs", state.WorkerStalled, 0, time.Hour, Alive, -1},
		{"landed", state.WorkerLanded, 0, time.Hour, Alive, -1},
	} {
		got, message, again := Judge(Worker{Name: "a", Status: c.status, InFlight: c.busy}, now.Add(-c.silent), p, now)
		want := time.Time{}
		if c.again >= 0 {
			want = now.Add(c.again)
		}
		if got != c.want || !again.Equal(want) || (got != Alive) != (message != "") {
			t.Errorf("%s: %q, %q, again %v", c.name, got, message, again)
		}
	}
}
