package reconciler_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler"
)

func TestAVersionGoesFromJobToJob(t *testing.T) {
	w := newWorld(t)
	src := &outside{}
	k := w.worker("w1", 4, src.answer)
	w.server("s1")
	w.apply(pipeline(specs{
		"job.unit": graph.Job{Steps: []graph.Step{get(), task("test")}},
		"job.ship": graph.Job{Steps: []graph.Step{get("job.unit"), task("ship")}},
	}))
	w.await("1", func() string { return w.query("SELECT count(*)::text FROM scopes WHERE last_ok_at IS NOT NULL") })
	src.push("a")
	w.check()
	w.await("ship#1 succeeded, unit#1 succeeded", w.builds)
	if got := k.order(); got != "unit:app unit:test ship:ship" {
		t.Errorf("runs %s", got)
	}
	src.push("b")
	w.check()
	w.await("ship#1 succeeded, ship#2 succeeded, unit#1 succeeded, unit#2 succeeded", w.builds)
	w.sound()
	if m := w.query(`SELECT string_agg(version->>'ref' || metadata::text, ' ' ORDER BY check_order) FROM versions`); m != `a[{"name": "by", "value": "fake"}] b[{"name": "by", "value": "fake"}]` {
		t.Errorf("versions %s", m)
	}
	if c := w.query("SELECT string_agg(reason, ' ') FROM conditions WHERE subject LIKE 'job/%'"); c != "NothingNew NothingNew" {
		t.Errorf("conditions %s", c)
	}
}

func TestAFailureStopsTheChainAndHooksRun(t *testing.T) {
	w := newWorld(t)
	src := &outside{versions: []string{"a"}}
	k := w.worker("w1", 4, func(r run) end {
		if r.label("step") == "test" {
			return end{code: 3}
		}
		return src.answer(r)
	})
	w.server("s1")
	w.apply(pipeline(specs{
		"job.unit": graph.Job{Steps: []graph.Step{get(), task("test"), task("never")}, Hooks: graph.Hooks{OnFailure: []graph.Step{{Name: "notes", Body: graph.Put{Resource: notes}}}}},
		"job.ship": graph.Job{Steps: []graph.Step{get("job.unit")}},
	}))
	w.await("unit#1 failed", w.builds)
	if got := k.order(); got != "unit:app unit:test unit:notes unit:notes" {
		t.Errorf("runs %s", got)
	}
	if m := w.query("SELECT message FROM builds"); m != `task "test": exit code 3` {
		t.Errorf("message %q", m)
	}
	if c := w.query("SELECT message FROM conditions WHERE subject = 'job/' || $1", w.id("job.ship")); c != "no version of resource.mock.app has passed job.unit yet" {
		t.Errorf("condition %q", c)
	}
}

func TestWhatWaitsSaysWhy(t *testing.T) {
	w := newWorld(t)
	w.server("s1")
	w.apply(pipeline(specs{"job.unit": graph.Job{MaxInFlight: 1, Steps: []graph.Step{task("test")}}}))
	first, second := w.trigger("job.unit"), w.trigger("job.unit")
	reason := func(subject string) func() string {
		return func() string {
			return w.query("SELECT coalesce((SELECT reason || ': ' || message FROM conditions WHERE subject = $1), '')", subject)
		}
	}
	w.await("MaxInFlight: build #1 is running, and no more than 1 may at once", reason("build/"+second))
	var id string
	w.await("ok", func() string {
		id = w.query("SELECT coalesce((SELECT id::text FROM runs WHERE build_id = $1), '')", first)
		if id == "" {
			return ""
		}
		return "ok"
	})
	w.await("NoWorker: no worker is registered: start one with weir worker", reason("run/"+id))
	w.worker("w1", 1, func(run) end { return end{} })
	w.await("unit#1 succeeded, unit#2 succeeded", w.builds)
	w.await("", reason("run/"+id))
	w.sound()
}

func TestAbortKillsAndCleansUp(t *testing.T) {
	w := newWorld(t)
	k := w.worker("w1", 2, func(r run) end {
		if r.label("step") == "long" {
			<-r.kill
			return end{code: 143}
		}
		return end{}
	})
	w.server("s1")
	long := task("long")
	long.Hooks.Ensure = []graph.Step{task("clean")}
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{long, task("never")}}}))
	id := w.trigger("job.unit")
	w.await("unit:long", k.order)
	w.ok(w.s.Abort(t.Context(), "main", id, "bob"))
	w.await("unit#1 aborted", w.builds)
	if got := k.order(); got != "unit:long unit:clean" {
		t.Errorf("runs %s", got)
	}
	w.sound()
}

func TestALostWorkerIsReplaced(t *testing.T) {
	w := newWorld(t)
	dumb := w.worker("w1", 2, func(run) end { return end{lost: true} })
	w.server("s1", impatient)
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{task("test")}}}))
	w.trigger("job.unit")
	w.await("unit:test", dumb.order)
	dumb.mute.Store(true)
	k := w.worker("w2", 2, func(run) end { return end{} })
	w.await("unit#1 succeeded", w.builds)
	if got := k.order(); got != "unit:test" {
		t.Errorf("runs of the second worker %s", got)
	}
	runs := strings.Fields(w.query("SELECT string_agg(status, ' ' ORDER BY attempt) FROM runs WHERE build_id IS NOT NULL"))
	if runs[0] != "lost" || runs[len(runs)-1] != "exited" {
		t.Errorf("runs %s", runs)
	}
}

// Serial groups hold, and each build is run once, whoever reconciles.
func TestTwoServersShareTheWork(t *testing.T) {
	w := newWorld(t)
	inGroup := make(chan struct{}, 1)
	k := w.worker("w1", 8, func(r run) end {
		if r.label("step") == "alone" {
			select {
			case inGroup <- struct{}{}:
				time.Sleep(time.Millisecond)
				<-inGroup
			default:
				t.Error("two builds of one serial group at once")
			}
		}
		return end{}
	})
	w.server("s1")
	w.server("s2")
	jobs := specs{}
	for i := range 4 {
		jobs[graph.JobAddress(fmt.Sprint("j", i))] = graph.Job{SerialGroups: []string{"g"}, Steps: []graph.Step{task("alone")}}
	}
	w.apply(pipeline(jobs))
	for range 5 {
		for a := range jobs {
			w.trigger(a)
		}
	}
	w.await("20", func() string { return w.query("SELECT count(*)::text FROM builds WHERE status = 'succeeded'") })
	w.sound()
	if n := len(strings.Fields(k.order())); n != 20 {
		t.Errorf("%d runs for 20 builds", n)
	}
}

// A server that dies in the middle leaves its claims; another goes on when their
// leases end.
func TestAServerDiesInTheMiddle(t *testing.T) {
	w := newWorld(t)
	src := &outside{}
	w.worker("w1", 4, src.answer)
	short := func(o *reconciler.Options) { o.Lease = 300 * time.Millisecond; o.Poll = 50 * time.Millisecond }
	w.apply(pipeline(specs{
		"job.unit": graph.Job{Steps: []graph.Step{get(), task("a"), task("b"), task("c")}},
		"job.ship": graph.Job{Steps: []graph.Step{get("job.unit"), task("ship")}},
	}))
	src.push("a")
	for i := range 8 {
		s := w.server(fmt.Sprint("s", i), short)
		time.Sleep(time.Duration(5+7*i) * time.Millisecond)
		s.die()
		<-s.done
	}
	w.server("last", short)
	w.check()
	w.await("ship#1 succeeded, unit#1 succeeded", w.builds)
	w.sound()
}

func TestGarbageGoes(t *testing.T) {
	w := newWorld(t)
	w.worker("w1", 4, func(run) end { return end{} })
	w.server("s1", func(o *reconciler.Options) { o.Keep.Ended = 50 * time.Millisecond; o.Keep.Worker = time.Hour })
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{{Name: "a", Body: graph.Task{Image: "oci:x", Outputs: []string{"out"}, Caches: []string{"/c"}}}}}}))
	w.trigger("job.unit")
	w.await("unit#1 succeeded", w.builds)
	w.await("cache creating", func() string { // the output is being destroyed, or gone already
		return w.query("SELECT coalesce(string_agg(kind || ' ' || status, ', ' ORDER BY kind), '') FROM volumes WHERE status <> 'destroying'")
	})
	w.await("a log put together", func() string {
		return w.query("SELECT coalesce(string_agg('a log put together', ', '), '') FROM runs WHERE log_packed")
	})
	if n := w.query("SELECT count(*)::text FROM artifacts"); n != "0" {
		t.Errorf("%s artifacts without a volume", n)
	}
}
