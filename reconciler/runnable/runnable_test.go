package runnable

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

func gaps(t *testing.T, specs map[graph.Address]graph.Spec) []string {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	for a, s := range specs {
		if err := b.Add(a, s, graph.Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, gap := range Unsupported(g) {
		text, ok := strings.CutSuffix(gap.String(), " is part of the language, but not run by this version of Weir")
		if !ok {
			t.Errorf("%q", gap)
		}
		out = append(out, text)
	}
	return out
}

func steps(s ...graph.Step) graph.Job { return graph.Job{Steps: s} }

func name(root string) graph.Deferred {
	return graph.Deferred{Source: "${" + root + "}", Refs: []string{root}}
}

// Each place is told by the node, the step and the word that people wrote.
func TestGaps(t *testing.T) {
	task := func(t graph.Task) graph.Step { return graph.Step{Name: "t", Body: t} }
	tests := map[string]struct {
		spec graph.Spec
		want []string
	}{
		"what runs": {steps(
			graph.Step{Name: "app", Tags: []string{"x"}, Timeout: 1, When: name("build.number"), Retry: graph.Retry{Attempts: 2}, Across: []graph.Across{{Var: "x"}}, Body: graph.Get{Resource: "resource.git.app", Trigger: true}},
			task(graph.Task{Image: "x", Hermetic: true, Env: graph.Map{"A": name("build.id"), "B": name("version.app.ref"), "C": name("params.n"), "S": name("secret.main.token"), "D": name("step.app.status"), "E": name("across.x")}}),
			graph.Step{Body: graph.Parallel{Steps: []graph.Step{{Name: "p", Body: graph.Put{Resource: "resource.git.app"}}}}},
		), nil},
		"a job": {graph.Job{
			Schedule: graph.Schedule{Cron: "@daily"}, Concurrency: graph.Concurrency{Key: "k"},
			Params: []graph.Param{{Name: "given", Default: graph.Null{}}, {Name: "must"}},
		}, nil},
		"steps at any depth": {graph.Job{
			Steps: []graph.Step{{When: name("secret.x.y"), Body: graph.Try{Steps: []graph.Step{{Name: "ok", Body: graph.SetPipeline{}}}}}},
			Hooks: graph.Hooks{Ensure: []graph.Step{{Name: "self", Body: graph.SetPipeline{}, Across: []graph.Across{{Var: "x"}}}}},
		}, []string{"job.a, try: when with secret.x.y"}},
		"a task": {steps(task(graph.Task{
			ImageResource: "resource.git.app", File: graph.String("app/x"), Platform: "linux", Network: "host",
			Services: []graph.Service{{Name: "db"}},
			Env:      graph.Map{"A": name("secret.main.token"), "B": graph.List{name("secret.main.token"), name("secret.x.y")}},
		})), nil},
		"a condition": {steps(graph.Step{Name: "t", When: name("secret.main.on"), Body: graph.Task{Image: "x"}}), []string{`job.a, task "t": when with secret.main.on`}},
		"params of steps": {steps(
			graph.Step{Name: "g", Body: graph.Get{Resource: "resource.git.app", Params: graph.Map{"k": name("secret.a.b")}}},
			graph.Step{Name: "p", Body: graph.Put{Resource: "resource.git.app", GetParams: graph.Map{"k": name("secret.g.y")}}},
		), nil},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			got := gaps(t, map[graph.Address]graph.Spec{"job.a": tt.spec, "resource.git.app": graph.Resource{Type: "git"}})
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestGapsBesideJobs(t *testing.T) {
	got := gaps(t, map[graph.Address]graph.Spec{
		"resource.git.app":       graph.Resource{Type: "git", Source: graph.Map{"key": name("secret.main.key")}, Webhook: graph.Webhook{Token: graph.String("x")}},
		"resource_type.own":      graph.ResourceType{Image: "x", Defaults: graph.Map{"key": name("secret.main.key")}},
		"secret_source.vault.v":  graph.SecretSource{Type: "vault"},
		"secret_source.file.f":   graph.SecretSource{Type: "file"},
		"secret_source.env.main": graph.SecretSource{Type: "env"},
		"group.all":              graph.Group{},
	})
	want := []string{`secret_source.vault.v: type "vault"`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A kind of step that is new in the graph is run, or refused: never forgotten.
func TestEveryKindOfStep(t *testing.T) {
	run := []graph.StepKind{graph.StepGet, graph.StepPut, graph.StepTask, graph.StepLoad, graph.StepSetPipeline, graph.StepApproval, graph.StepDo, graph.StepParallel, graph.StepTry}
	bodies := []graph.Body{graph.Get{}, graph.Put{}, graph.Task{}, graph.Load{}, graph.SetPipeline{}, graph.Approval{}, graph.Do{}, graph.Parallel{}, graph.Try{}}
	if len(bodies) != len(graph.StepKinds()) {
		t.Fatalf("%d bodies, %d kinds", len(bodies), len(graph.StepKinds()))
	}
	for _, b := range bodies {
		refused := len(gaps(t, map[graph.Address]graph.Spec{"job.a": steps(graph.Step{Name: "s", Body: b})})) > 0
		if refused == slices.Contains(run, b.StepKind()) {
			t.Errorf("%s: refused %v", b.StepKind(), refused)
		}
	}
}

func TestError(t *testing.T) {
	if Error(Unsupported(nil)) != nil {
		t.Error("an absent graph has gaps")
	}
	err := Error([]Gap{{"job.a", "", "x"}, {"job.b", `task "t"`, "file"}})
	if err == nil || strings.Count(err.Error(), "\n") != 1 || !strings.Contains(err.Error(), `job.b, task "t": file is part`) {
		t.Error(err)
	}
}
