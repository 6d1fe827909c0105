package reconciler_test

import (
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// asked is a pipeline with a job that takes app when a person asks for it, and a worker
// whose checks answer when they are let go, one by one.
func asked(t *testing.T) (w *world, things *outside, letGo chan end) {
	w, things, letGo = newWorld(t), &outside{}, make(chan end)
	take := graph.Step{Name: "app", Body: graph.Get{Resource: app}}
	s := pipeline(specs{"job.take": graph.Job{Steps: []graph.Step{take}}})
	s[app] = graph.Resource{Type: "mock", CheckNever: true, Source: graph.Map{"x": graph.String("y")}}
	w.apply(s)
	w.server("s")
	w.worker("w", 4, func(r run) end {
		if r.label("step") != "check" {
			return things.answer(r)
		}
		found := things.answer(r) // what there is when it begins
		select {
		case e := <-letGo:
			if e.code == 0 {
				e = found
			}
			return e
		case <-r.ctx.Done():
			return end{lost: true}
		}
	})
	return w, things, letGo
}

func (w *world) ask(job graph.Address) string {
	w.Helper()
	id, err := w.s.TriggerWith(w.Context(), "main", w.id(job), "ann", postgres.TriggerInput{Check: true})
	w.ok(err)
	return id
}

func (w *world) status(build string) func() string {
	return func() string { return w.query("SELECT status FROM builds WHERE id = $1", build) }
}

func (w *world) waits(build string) func() string {
	return func() string {
		return w.query("SELECT coalesce((SELECT reason FROM conditions WHERE subject = 'build/' || $1), '')", build)
	}
}

func (w *world) took(build string) string {
	return w.query("SELECT v.version ->> 'ref' FROM build_inputs i JOIN versions v ON v.id = i.version_id WHERE i.build_id = $1", build)
}

// What a person asks for takes what there is at that time: a check that had begun before
// does not count, and several who ask share one that begins after.
func TestATriggerTakesNoOlderVersion(t *testing.T) {
	w, things, letGo := asked(t)
	things.push("a")
	w.check()
	w.await("1", func() string { return w.query("SELECT count(*)::text FROM runs WHERE status = 'running'") })
	things.push("b") // which that check did not see
	one, two := w.ask("job.take"), w.ask("job.take")
	w.await("Checking", w.waits(one))
	whys, err := w.explainer().Build(t.Context(), one)
	says(t, "Checking", whys, err)
	if m := whys[0].Message; !strings.HasPrefix(m, "waits for a check of resource.mock.app, asked for at ") {
		t.Error(m)
	}
	letGo <- end{}
	w.await("1", func() string { return w.query("SELECT count(*)::text FROM versions") })
	w.await("Checking", w.waits(one)) // it knows of a, and goes on waiting
	letGo <- end{}
	for _, b := range []string{one, two} {
		w.await("succeeded", w.status(b))
		if got := w.took(b); got != "b" {
			t.Errorf("it took %s", got)
		}
	}
	if n := w.query("SELECT count(*)::text FROM runs WHERE kind = 'check'"); n != "2" {
		t.Errorf("%s checks", n)
	}
	w.sound()
}

// A check that fails is an answer: the build takes what is known, and says so. One that
// is not asked for is not waited for, and neither is one of what is pinned.
func TestATriggerWhoseCheckFails(t *testing.T) {
	w, things, letGo := asked(t)
	things.push("a")
	first := w.ask("job.take")
	letGo <- end{}
	w.await("succeeded", w.status(first))
	things.push("b")
	second := w.ask("job.take")
	letGo <- end{code: 3}
	w.await("succeeded", w.status(second))
	whys, err := w.explainer().Build(t.Context(), second)
	w.ok(err)
	if m := whys[0].Message; w.took(second) != "a" || !strings.HasSuffix(m, "resource.mock.app is as it was known before: the check that it was asked for with failed: check ended with exit code 3") {
		t.Errorf("it took %s, and says: %s", w.took(second), m)
	}
	w.await("succeeded", w.status(w.trigger("job.take")))
	w.sound()
	third := w.ask("job.take")
	w.await("Checking", w.waits(third))
	w.ok(w.s.PinResource(t.Context(), "main", state.Pin{ResourceID: w.id(app), Version: map[string]string{"ref": "a"}, By: "ann"}))
	w.await("succeeded", w.status(third))
}
