package reconciler_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// Two servers and a clock that was not looked at for five minutes: each tick has
// one build.
func TestEachTickHasOneBuild(t *testing.T) {
	w := newWorld(t)
	w.apply(pipeline(specs{"job.nightly": graph.Job{Schedule: graph.Schedule{Cron: "* * * * *", CatchUp: "all"}, Steps: []graph.Step{task("t")}}}))
	var from time.Time
	w.ok(w.s.Pool().QueryRow(t.Context(), "UPDATE objects SET last_tick_at = last_tick_at - interval '5 minutes' WHERE address = 'job.nightly' RETURNING last_tick_at").Scan(&from))
	w.worker("w", 4, func(run) end { return end{} })
	w.server("a")
	w.server("b")
	var builds, ticks, ended int64
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		w.ok(w.s.Pool().QueryRow(t.Context(), `SELECT count(*), count(DISTINCT tick_at), count(*) FILTER (WHERE status = 'succeeded')
			FROM builds WHERE job_id = $1 AND cause = 'schedule'`, w.id("job.nightly")).Scan(&builds, &ticks, &ended))
		if ended >= 5 {
			break
		}
	}
	if want := int64(time.Since(from) / time.Minute); builds != ticks || ticks < 5 || ticks > want+1 {
		t.Errorf("%d builds for %d ticks, %d ended, want %d", builds, ticks, ended, want)
	}
	var next time.Time // the last end of a build has the job looked at once more, before that
	w.await("0", func() string {
		w.ok(w.s.Pool().QueryRow(t.Context(), "SELECT due_at FROM queue WHERE key = $1", "job/"+w.id("job.nightly")).Scan(&next))
		return fmt.Sprint(next.Second())
	})
	if wait := time.Until(next); wait > time.Minute {
		t.Errorf("it is looked at again at %s", next)
	}
}

// Applied again it goes on ticking; with another clock it begins anew.
func TestClocksBeginWhenTheyAreApplied(t *testing.T) {
	w := newWorld(t)
	tick := func() (at *time.Time) {
		w.ok(w.s.Pool().QueryRow(t.Context(), "SELECT last_tick_at FROM objects WHERE address = 'job.nightly'").Scan(&at))
		return at
	}
	w.apply(pipeline(specs{"job.nightly": graph.Job{Schedule: graph.Schedule{Cron: "@daily"}, Steps: []graph.Step{task("t")}}}))
	first := tick()
	if first == nil || time.Since(*first) > time.Minute {
		t.Errorf("it begins at %v", first)
	}
}
