package reconciler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/state"
)

func (w *world) explainer() *reconciler.Explainer {
	return reconciler.NewExplainer(w.s, reconciler.Options{Now: time.Now, Rand: func() float64 { return .5 }, NewID: uuid.NewString, Eval: deferred.Eval})
}

// says checks that an explanation has, in this order, these reasons, and that each
// says what would change it.
func says(t *testing.T, want string, whys []reason.Why, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range whys {
		got = append(got, w.Reason)
		if w.Reason == "" || w.Message == "" || w.Unblock == "" || w.Subject == "" || strings.ContainsAny(w.Unblock, "{}") && !strings.Contains(w.Unblock, "{ every") {
			t.Errorf("a reason that says too little: %+v", w)
		}
	}
	if text := strings.Join(got, " "); text != want {
		t.Errorf("got %s, want %s\n%+v", text, want, whys)
	}
}

// With no server at all nothing is explained away: what is due says so, and what a
// server failed at says how.
func TestExplainWithoutAServer(t *testing.T) {
	w := newWorld(t)
	w.apply(pipeline(specs{
		"job.unit":  graph.Job{Steps: []graph.Step{task("test")}},
		"job.takes": graph.Job{Steps: []graph.Step{get()}},
	}))
	e, ctx := w.explainer(), t.Context()
	b := w.trigger("job.unit")
	whys, err := e.Job(ctx, w.id("job.unit"))
	says(t, "Manual Due", whys, err)
	if m := whys[1].Message; !strings.HasPrefix(m, "it starts; it is on the queue since ") {
		t.Error(m)
	}
	w.exec("UPDATE queue SET failures = 3, last_error = 'no disk' WHERE key = 'job/' || $1", w.id("job.unit"))
	whys, err = e.Build(ctx, b)
	says(t, "Failing", whys, err)
	if m := whys[0].Message; !strings.HasPrefix(m, "the server tried 3 times: no disk; it tries again at ") {
		t.Error(m)
	}
	w.exec("DELETE FROM queue")
	whys, err = e.Build(ctx, b)
	says(t, "Due", whys, err)
	if m := whys[0].Message; !strings.HasSuffix(m, "the next sweep puts it there") {
		t.Error(m)
	}
	whys, err = e.Job(ctx, w.id("job.takes"))
	says(t, "NoVersions", whys, err)
	if u := whys[0].Unblock; !strings.HasPrefix(u, "a check that finds one: `weir check demo/app`") {
		t.Error(u)
	}
	w.exec("UPDATE builds SET abort_requested_by = 'ann' WHERE id = $1", b)
	whys, err = e.Job(ctx, w.id("job.unit"))
	says(t, "Manual Aborting", whys, err)
	whys, err = e.Build(ctx, b)
	says(t, "Due", whys, err)
	w.exec("UPDATE pipelines SET paused = true")
	whys, err = e.Job(ctx, w.id("job.takes"))
	says(t, "Paused", whys, err)
	if m, u := whys[0].Message, whys[0].Unblock; !strings.HasPrefix(m, "its pipeline is paused; besides that: ") || !strings.HasPrefix(u, "`weir unpause pipeline demo`") {
		t.Error(m, u)
	}
	w.exec("UPDATE pipelines SET paused = false")
	w.exec("UPDATE objects SET spec_digest = NULL, exec_digest = NULL WHERE address = 'job.unit'")
	whys, err = e.Job(ctx, w.id("job.unit"))
	says(t, "Deleted", whys, err)
}

// The check of a resource: due, without a worker, done, and failed.
func TestExplainChecks(t *testing.T) {
	w := newWorld(t)
	w.apply(pipeline(specs{"job.unit": graph.Job{Steps: []graph.Step{get()}}}))
	e, ctx := w.explainer(), t.Context()
	explain := func() ([]reason.Why, error) { return e.Resource(ctx, w.id(app), "demo", string(app), "app") }
	whys, err := explain()
	says(t, "Due", whys, err)
	w.exec("UPDATE queue SET due_at = now() + interval '1 hour' WHERE key LIKE 'scope/%'")
	whys, err = explain()
	says(t, "Paced", whys, err)
	w.exec("UPDATE queue SET due_at = now()")
	whys, err = e.Resource(ctx, w.id(notes), "demo", string(notes), "notes")
	says(t, "Never", whys, err)
	if u := whys[0].Unblock; !strings.HasPrefix(u, "`weir check demo/notes`") {
		t.Error(u)
	}
	w.server("s1")
	w.await("NoWorker", func() string { whys, _ := explain(); return whys[0].Reason })
	whys, err = explain()
	says(t, "NoWorker", whys, err)
	if len(whys[0].Tables) != 1 || !strings.HasPrefix(whys[0].Message, "a check is under way: ") {
		t.Errorf("%+v", whys[0])
	}
	src := &outside{versions: []string{"a"}}
	w.worker("w1", 1, src.answer)
	w.await("NextCheck", func() string { whys, _ := explain(); return whys[0].Reason })
	w.exec("UPDATE scopes SET failures = 2, last_error = 'no such host'")
	whys, err = explain()
	says(t, "CheckFailed", whys, err)
	if m := whys[0].Message; !strings.HasSuffix(m, "its last check failed (2 in a row): no such host") {
		t.Error(m)
	}
}

// A build's steps: one that runs, on which worker; those after it; and a worker
// that is gone.
func TestExplainSteps(t *testing.T) {
	w := newWorld(t)
	hold := make(chan struct{})
	w.worker("w1", 4, func(run) end { <-hold; return end{} })
	t.Cleanup(func() { close(hold) })
	w.server("s1")
	w.apply(pipeline(specs{"job.unit": graph.Job{MaxInFlight: 1, Steps: []graph.Step{task("test"), task("next")}}}))
	b := w.trigger("job.unit")
	w.await("running", func() string {
		return w.query("SELECT coalesce((SELECT status FROM runs WHERE build_id = $1), '')", b)
	})
	e, ctx := w.explainer(), t.Context()
	whys, err := e.Build(ctx, b)
	says(t, "Running Program Previous", whys, err)
	if whys[1].Message != "its program runs on worker w1" || whys[1].Path != "0" || whys[2].Message != `waits for task "test"` {
		t.Errorf("%+v", whys)
	}
	second := w.trigger("job.unit")
	w.await("MaxInFlight", func() string { whys, _ := e.Build(ctx, second); return whys[0].Reason })
	w.await("Stalled", func() string { // until it says again that it lives
		w.exec("UPDATE workers SET status = 'stalled'")
		whys, err = e.Build(ctx, b)
		return whys[1].Reason
	})
	says(t, "Running Stalled Previous", whys, err)
	w.ok(w.s.Abort(ctx, "main", second, "ann"))
	whys, err = e.Build(ctx, second)
	says(t, "Ended", whys, err)
	if m := whys[0].Message; m != string(state.BuildAborted)+": aborted by ann before it started" {
		t.Error(m)
	}
}
