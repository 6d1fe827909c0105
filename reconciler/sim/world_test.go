package sim

import "github.com/weirci/weir/compiler/graph"

const (
	src  graph.Address = "resource.mock.src"
	lib  graph.Address = "resource.mock.lib"
	made graph.Address = "resource.mock.made"
	out  graph.Address = "resource.mock.out"
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
// a put, serial groups, max_in_flight, hooks, retries, across, an approval, clocks and a
// concurrency key.
func world() (map[graph.Address]graph.Spec, []graph.Address) {
	plain := func(*graph.Get) {}
	passed := func(jobs ...graph.Address) func(*graph.Get) { return func(g *graph.Get) { g.Passed = jobs } }
	retried := task("retried")
	retried.Retry = graph.Retry{Attempts: 2, Backoff: 100}
	retried.Hooks.OnFailure = []graph.Step{task("sorry")}
	sorry := task("t")
	sorry.Hooks.OnFailure = []graph.Step{task("sorry")}
	both := graph.Step{Body: graph.Parallel{Limit: 2, FailFast: true, Steps: []graph.Step{task("a"), task("b"), task("c")}}}
	specs := map[graph.Address]graph.Spec{
		graph.PipelineAddress: graph.Pipeline{Name: "demo"},
		src:                   graph.Resource{Type: "mock", CheckNever: true},
		lib:                   graph.Resource{Type: "mock", CheckNever: true},
		out:                   graph.Resource{Type: "mock", CheckNever: true},
		made:                  graph.Resource{Type: "mock", CheckNever: true},
		"job.each":            graph.Job{MaxInFlight: 2, Steps: []graph.Step{get("src", src, func(g *graph.Get) { g.Every = true }), sorry}},
		"job.unit":            graph.Job{SerialGroups: []string{"g"}, Steps: []graph.Step{get("src", src, plain), both}},
		"job.lint":            graph.Job{Steps: []graph.Step{get("src", src, plain), get("lib", lib, plain), retried}, Hooks: graph.Hooks{Ensure: []graph.Step{task("clean")}}},
		"job.make":            graph.Job{SerialGroups: []string{"g"}, MaxInFlight: 1, Steps: []graph.Step{get("src", src, passed("job.unit", "job.lint")), get("lib", lib, passed("job.lint")), {Name: "made", Body: graph.Put{Resource: made}}}},
		"job.ship":            graph.Job{MaxInFlight: 1, Steps: []graph.Step{get("made", made, passed("job.make")), get("src", src, passed("job.make")), task("ship")}},
	}
	key := func(onNew string) graph.Concurrency {
		return graph.Concurrency{Key: worldKey, Limit: worldLimit, OnNew: onNew}
	}
	specs["job.queued"] = graph.Job{Concurrency: key(""), Steps: []graph.Step{get("src", src, plain), retried, {Name: "out", Body: graph.Put{Resource: out, NoGet: true}}}}
	specs["job.newest"] = graph.Job{Priority: 5, Concurrency: key("replace_pending"), Steps: []graph.Step{get("lib", lib, plain), task("t")}}
	specs["job.eager"] = graph.Job{Concurrency: key("cancel_running"), MaxInFlight: 1, Steps: []graph.Step{get("lib", lib, plain), task("t")}}
	specs["job.nightly"] = graph.Job{Schedule: graph.Schedule{Cron: "* * * * *", CatchUp: "all"}, Concurrency: key(""), Steps: []graph.Step{retried, {Name: "out", Body: graph.Put{Resource: out, NoGet: true}}}}
	tagged := task("t")
	tagged.Tags = []string{worldTag}
	specs["job.hourly"] = graph.Job{Schedule: graph.Schedule{Cron: "*/2 * * * *"}, MaxInFlight: 1, Steps: []graph.Step{tagged}}
	each := task("each")
	each.Across = []graph.Across{{Var: "os", Values: graph.List{graph.String("linux"), graph.String("plan9"), graph.String("haiku")}, MaxInFlight: 2}}
	each.Retry = graph.Retry{Attempts: 2}
	asks := graph.Step{Name: "sure", Timeout: 20_000, Body: graph.Approval{}}
	specs["job.many"] = graph.Job{MaxInFlight: 1, Steps: []graph.Step{get("lib", lib, plain), each}}
	specs["job.asks"] = graph.Job{MaxInFlight: 2, Steps: []graph.Step{get("made", made, plain), asks, task("go")}}
	specs["job.pair"] = graph.Job{Steps: []graph.Step{get("out", out, passed("job.queued")), get("src", src, passed("job.queued"))}}
	return specs, []graph.Address{"job.pair", out, "job.many", "job.asks", "job.queued", "job.newest", "job.eager", "job.nightly", "job.hourly", graph.PipelineAddress, src, lib, made, "job.each", "job.unit", "job.lint", "job.make", "job.ship"}
}
