package view

import (
	"bytes"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
)

// nightly has the blocks that the other plans have not.
func nightly(percent string, image string, zones graph.Value) specs {
	return specs{
		"pipeline":               graph.Pipeline{Name: "shop", Display: graph.Display{Background: "https://example.com/b.png"}},
		"secret_source.env.main": graph.SecretSource{Type: "env", Config: graph.Map{"prefix": graph.String("CI_")}},
		"group.all":              graph.Group{Jobs: []graph.Address{"job.nightly"}},
		"resource.git.app":       graph.Resource{Type: "git", Webhook: graph.Webhook{Token: graph.Deferred{Source: "${secret.main.hook}"}, Filters: map[string]string{"body.ref": "main"}}},
		"job.nightly": graph.Job{
			Schedule: graph.Schedule{Cron: "30 3 * * *", Timezone: "Europe/Berlin"},
			Params:   []graph.Param{{Name: "percent", Type: "number", Default: graph.Number(percent)}, {Name: "reason", Type: "string"}},
			Steps: []graph.Step{
				{Name: "zones", Body: graph.Load{File: graph.String("app/zones.json"), Format: "json"}},
				{Name: "test", When: graph.Deferred{Source: "${build.number > 1}"}, Across: []graph.Across{{Var: "go", Values: graph.List{graph.String("1.25")}}, {Var: "zone", Values: zones}},
					Body: graph.Task{Image: "x", Services: []graph.Service{
						{Name: "cache", Image: "valkey"},
						{Name: "db", Image: image, Ready: graph.Ready{Command: []string{"pg_isready"}, Timeout: 30_000}},
					}}},
				{Name: "production", Body: graph.Approval{Message: graph.String("Ship?"), Approvers: []string{"role:owner"}}},
				{Name: "self", Body: graph.SetPipeline{Dir: graph.String("app/ci"), Vars: graph.Map{"a": graph.String("b")}}},
			},
		},
	}
}

// Blocks with labels are shown as they are written, and only what changed in
// them; what came from the pipeline's defaults says so.
func TestPlanOfBlocks(t *testing.T) {
	b := graph.NewBuilder(graph.Header{})
	for a, s := range nightly("20", "postgres:18", graph.List{graph.String("a"), graph.String("b")}) {
		if err := b.Add(a, s, graph.Meta{Defaults: map[graph.Address][]string{"job.nightly": {"tags", "on_error"}}[a]}); err != nil {
			t.Fatal(err)
		}
	}
	to, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	from := pipelineGraph(t, nightly("10", "postgres:17", graph.Deferred{Source: "${load.zones}"}))
	for name, p := range map[string]*planner.Plan{
		"blocks_create": planner.New("main", "shop", 0, nil, from, nil),
		"blocks_change": planner.New("main", "shop", 7, from, to, nil),
	} {
		var out bytes.Buffer
		if err := WritePlan(&out, Terminal{}, p, PlanFull); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", out.Bytes())
	}
}
