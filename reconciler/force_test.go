package reconciler_test

import (
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
)

// A worker that is dead keeps an aborted build waiting; asked again, it ends at once,
// and what the worker may still say is too late.
func TestAnAbortByForceNeedsNoWorker(t *testing.T) {
	w := newWorld(t)
	started := make(chan run, 1)
	k := w.worker("w1", 4, func(r run) end {
		if r.label("step") == "t" {
			started <- r
		}
		return end{lost: true}
	})
	w.server("s1") // waits longer for a silent worker than this test takes
	w.apply(pipeline(specs{"job.unit": graph.Job{
		Steps: []graph.Step{{Name: "t", Body: graph.Task{Image: "oci:x", Run: []string{"true"}}, Hooks: graph.Hooks{Ensure: []graph.Step{task("hook")}}}},
	}}))
	id := w.trigger("job.unit")
	r := <-started
	k.mute.Store(true)

	asked := time.Now()
	w.ok(w.s.Abort(t.Context(), "main", id, "ann"))
	w.await("Ending", func() string {
		return w.query("SELECT coalesce((SELECT reason FROM conditions WHERE subject = 'step/' || $1 || '/0'), '')", id)
	})
	t.Logf("the step says so after %v", time.Since(asked))
	if got := w.builds(); got != "unit#1 running" {
		t.Fatalf("asked once: %s", got)
	}

	asked = time.Now()
	w.ok(w.s.Abort(t.Context(), "main", id, "bob"))
	w.await("unit#1 aborted", w.builds)
	t.Logf("ended by force after %v", time.Since(asked))
	if got := w.query("SELECT string_agg(status, ' ' ORDER BY path) FROM steps"); got != "aborted skipped" {
		t.Errorf("steps %s", got)
	}
	if got := w.query("SELECT status || ' ' || (SELECT status FROM containers WHERE run_id = runs.id) FROM runs WHERE id = $1", r.ID); got != "lost destroying" {
		t.Errorf("its run is %s", got)
	}
	late := k.late(r)
	if !late.Stale || w.builds() != "unit#1 aborted" {
		t.Errorf("a late report: %+v", late)
	}
	if got := w.query("SELECT string_agg(action || ' ' || actor, ', ' ORDER BY action) FROM audit_events WHERE action LIKE 'build.abort%'"); got != "build.abort ann, build.abort.force bob" {
		t.Errorf("audit %s", got)
	}
	w.sound()
}

// A put whose worker is lost in the middle runs once, says that nobody knows, and is
// a fault of the system.
func TestAPutThatIsLostIsNotRepeated(t *testing.T) {
	w := newWorld(t)
	puts := make(chan struct{}, 10)
	how := func(r run) end {
		if r.label("step") == "notes" {
			puts <- struct{}{}
			return end{lost: true}
		}
		return end{}
	}
	k := w.worker("w1", 4, how)
	w.server("s1", impatient)
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{
		{Body: graph.Do{Steps: []graph.Step{{Name: "notes", Body: graph.Put{Resource: notes}}}}, Retry: graph.Retry{Attempts: 3}},
	}}}))
	w.trigger("job.unit")
	<-puts
	w.worker("w2", 4, how) // there is another one that could
	k.mute.Store(true)
	w.await("unit#1 errored", w.builds)
	if got := w.query("SELECT count(*)::text FROM runs WHERE build_id IS NOT NULL"); got != "1" || len(puts) > 0 {
		t.Errorf("%s runs", got)
	}
	if got := w.query("SELECT fault || ': ' || message FROM builds"); got != `system: do: put "notes": its worker was lost while it ran, and it may have taken effect: it is not run again by itself. Look whether it did, then trigger a new build` {
		t.Errorf("%s", got)
	}
	w.sound()
}

// A key that has a build make room is no person: who then asks for its end asks for
// the first time, and its hooks still run. The second to ask does not wait.
func TestAnAbortAfterAKeyIsTheFirst(t *testing.T) {
	w := newWorld(t)
	started := make(chan string, 4)
	k := w.worker("w1", 4, func(r run) end {
		if r.label("step") == "t" { // and not the check of its resource
			started <- r.label("number")
		}
		return end{lost: true}
	})
	w.server("s1")
	w.apply(pipeline(specs{"job.unit": graph.Job{
		Concurrency: graph.Concurrency{Key: "site", OnNew: "cancel_running"},
		Steps:       []graph.Step{{Name: "t", Body: graph.Task{Image: "oci:x", Run: []string{"true"}}}},
	}}))
	id := w.trigger("job.unit")
	<-started
	k.mute.Store(true) // it ends by force, or not at all
	w.trigger("job.unit")
	w.await("concurrency key site", func() string {
		return w.query("SELECT coalesce(abort_requested_by, '') FROM builds WHERE id = $1", id)
	})
	forced := func() string { return w.query("SELECT coalesce(abort_forced_by, '') FROM builds WHERE id = $1", id) }

	w.ok(w.s.Abort(t.Context(), "main", id, "ann"))
	if got := forced(); got != "" {
		t.Fatalf("the first person to ask was taken for the second: forced by %s", got)
	}
	w.ok(w.s.Abort(t.Context(), "main", id, "bob"))
	if got := forced(); got != "bob" {
		t.Errorf("forced by %q", got)
	}
	w.await("unit#1 aborted, unit#2 running", w.builds)
	if got := w.query("SELECT string_agg(action || ' ' || actor, ', ' ORDER BY id) FROM audit_events WHERE action LIKE 'build.abort%'"); got != "build.abort ann, build.abort.force bob" {
		t.Errorf("audit %s", got)
	}
}
