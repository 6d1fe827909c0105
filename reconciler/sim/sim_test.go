package sim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

const (
	src  graph.Address = "resource.mock.src"
	lib  graph.Address = "resource.mock.lib"
	made graph.Address = "resource.mock.made"
)

func get(name string, r graph.Address, change func(*graph.Get)) graph.Step {
	g := graph.Get{Resource: r, Trigger: true}
	change(&g)
	return graph.Step{Name: name, Body: g}
}

func task(name string) graph.Step {
	return graph.Step{Name: name, Body: graph.Task{Image: "i"}}
}

// world is a pipeline with one of everything: every, latest, fan-in through passed,
// a put, serial groups, max_in_flight, hooks, retries.
func world() (map[graph.Address]graph.Spec, []graph.Address) {
	plain := func(*graph.Get) {}
	passed := func(jobs ...graph.Address) func(*graph.Get) { return func(g *graph.Get) { g.Passed = jobs } }
	retried := task("retried")
	retried.Retry = graph.Retry{Attempts: 2, Backoff: 100}
	retried.Hooks.OnFailure = []graph.Step{task("sorry")}
	both := graph.Step{Body: graph.Parallel{Limit: 2, FailFast: true, Steps: []graph.Step{task("a"), task("b"), task("c")}}}
	specs := map[graph.Address]graph.Spec{
		graph.PipelineAddress: graph.Pipeline{Name: "demo"},
		src:                   graph.Resource{Type: "mock", CheckNever: true},
		lib:                   graph.Resource{Type: "mock", CheckNever: true},
		made:                  graph.Resource{Type: "mock", CheckNever: true},
		"job.each":            graph.Job{MaxInFlight: 2, Steps: []graph.Step{get("src", src, func(g *graph.Get) { g.Every = true }), task("t")}},
		"job.unit":            graph.Job{SerialGroups: []string{"g"}, Steps: []graph.Step{get("src", src, plain), both}},
		"job.lint":            graph.Job{Steps: []graph.Step{get("src", src, plain), get("lib", lib, plain), retried}, Hooks: graph.Hooks{Ensure: []graph.Step{task("clean")}}},
		"job.make":            graph.Job{SerialGroups: []string{"g"}, MaxInFlight: 1, Steps: []graph.Step{get("src", src, passed("job.unit", "job.lint")), get("lib", lib, passed("job.lint")), {Name: "made", Body: graph.Put{Resource: made}}}},
		"job.ship":            graph.Job{MaxInFlight: 1, Steps: []graph.Step{get("made", made, passed("job.make")), get("src", src, passed("job.make")), task("ship")}},
	}
	key := func(onNew string) graph.Concurrency {
		return graph.Concurrency{Key: worldKey, Limit: worldLimit, OnNew: onNew}
	}
	specs["job.queued"] = graph.Job{Concurrency: key(""), Steps: []graph.Step{get("src", src, plain), task("t")}}
	specs["job.newest"] = graph.Job{Concurrency: key("replace_pending"), Steps: []graph.Step{get("lib", lib, plain), task("t")}}
	specs["job.eager"] = graph.Job{Concurrency: key("cancel_running"), MaxInFlight: 1, Steps: []graph.Step{get("lib", lib, plain), task("t")}}
	specs["job.nightly"] = graph.Job{Schedule: graph.Schedule{Cron: "* * * * *", CatchUp: "all"}, Concurrency: key(""), Steps: []graph.Step{task("t")}}
	specs["job.hourly"] = graph.Job{Schedule: graph.Schedule{Cron: "*/2 * * * *"}, MaxInFlight: 1, Steps: []graph.Step{task("t")}}
	return specs, []graph.Address{"job.queued", "job.newest", "job.eager", "job.nightly", "job.hourly", graph.PipelineAddress, src, lib, made, "job.each", "job.unit", "job.lint", "job.make", "job.ship"}
}

func histories() int {
	if n, err := strconv.Atoi(os.Getenv("WEIR_SIM_HISTORIES")); err == nil {
		return n
	}
	return 1500
}

// TestSim plays WEIR_SIM_HISTORIES histories (make sim: many), or the one with the seed
// WEIR_SIM_SEED.
func TestSim(t *testing.T) {
	if s, err := strconv.ParseUint(os.Getenv("WEIR_SIM_SEED"), 10, 64); err == nil {
		play(t, s, true)
		return
	}
	done := map[string]int{}
	for seed := range uint64(histories()) {
		play(t, seed, false).count(done)
	}
	t.Logf("%v", done)
	for _, want := range []string{"succeeded", "failed", "errored", "aborted", "job.ship succeeded", "lost runs"} {
		if done[want] == 0 {
			t.Errorf("no history had: %s (%v)", want, done)
		}
	}
}

func play(t *testing.T, seed uint64, loud bool) *History {
	t.Helper()
	specs, addresses := world()
	h := New(rand.New(rand.NewPCG(seed, 1)), specs, addresses)
	fail := func(err error) {
		t.Helper()
		if !loud {
			t.Fatalf("seed %d: %v\nWEIR_SIM_SEED=%d shows it", seed, err, seed)
		}
		t.Fatalf("%s\n%v", strings.Join(h.Trace, "\n"), err)
	}
	for range 50 + h.dice.IntN(250) {
		h.Step()
		if err := h.Check(); err != nil {
			fail(err)
		}
	}
	if err := h.Settle(); err != nil {
		fail(err)
	}
	return h
}

// count says what a history had, so that the test is known to see all of it.
func (h *History) count(done map[string]int) {
	for _, b := range h.DB.builds {
		done[string(b.row.Status)]++
		done[fmt.Sprintf("%s %s", b.row.Job, b.row.Status)]++
	}
	for _, r := range h.DB.runs {
		done[string(r.row.Status)+" runs"]++
	}
}

// A simulator that can not fail is worth nothing: break the rules it holds.
func TestSimCheckSees(t *testing.T) {
	specs, addresses := world()
	h := New(rand.New(rand.NewPCG(1, 1)), specs, addresses)
	id := ""
	for _, o := range h.DB.objects {
		if o.Address == "job.ship" {
			id = o.ID
		}
	}
	for range 2 {
		b := h.DB.newBuild(id, "manual")
		b.row.Status = "running"
	}
	if err := h.Check(); err == nil || !strings.Contains(err.Error(), "2 builds run, at most 1 may") {
		t.Errorf("%v", err)
	}
}
