package draw

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

var update = flag.Bool("update", false, "write the golden files")

const (
	app   = graph.Address("resource.git.app")
	image = graph.Address("resource.registry_image.app")
	team  = graph.Address("resource.slack.team")
)

func get(r graph.Address, trigger bool, passed ...graph.Address) graph.Step {
	return graph.Step{Name: r.Name(), Body: graph.Get{Resource: r, Trigger: trigger, Passed: passed}}
}

func put(r graph.Address) graph.Step {
	return graph.Step{Name: r.Name(), Body: graph.Put{Resource: r}}
}

// shop has everything that a drawing shows: plain and triggering gets, passed
// of several jobs, gets and puts inside of groups and hooks, a job for itself.
func shop(t *testing.T) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	add := func(a graph.Address, s graph.Spec) {
		if err := b.Add(a, s, graph.Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	add(graph.PipelineAddress, graph.Pipeline{Name: "shop", Team: "main"})
	for _, r := range []graph.Address{app, image, team} {
		add(r, graph.Resource{Type: "mock"})
	}
	add("job.unit", graph.Job{
		Steps: []graph.Step{get(app, true), {Body: graph.Try{Steps: []graph.Step{put(team)}}}},
		Hooks: graph.Hooks{OnFailure: []graph.Step{put(team)}},
	})
	add("job.lint", graph.Job{Steps: []graph.Step{{Body: graph.Parallel{Steps: []graph.Step{get(app, false)}}}}})
	add("job.a_ship", graph.Job{Steps: []graph.Step{
		get(app, true, "job.lint", "job.unit"),
		{Body: graph.Do{Steps: []graph.Step{put(image)}}, Hooks: graph.Hooks{Ensure: []graph.Step{get(team, false)}}},
	}})
	add("job.deploy", graph.Job{Steps: []graph.Step{get(image, false, "job.a_ship"), get(app, true, "job.a_ship")}})
	add("job.alone", graph.Job{Steps: []graph.Step{{Name: "t", Body: graph.Task{Image: "x", Run: []string{"true"}}}}})
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestDraw(t *testing.T) {
	for name, draw := range map[string]func(*graph.Graph) string{"shop.txt": Text, "shop.dot": DOT, "shop.mmd": Mermaid, "shop.svg": SVG} {
		t.Run(name, func(t *testing.T) {
			got := draw(shop(t))
			file := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil || got != string(want) {
				t.Errorf("%v, got:\n%s\nwant:\n%s", err, got, want)
			}
		})
	}
}

// Names can hold what is special in the notations.
func TestEscapes(t *testing.T) {
	if got := dotText("job.a[\"x\\\"]"); got != `"job.a[\"x\\\"]"` {
		t.Error(got)
	}
	if got := mermaidText(`a["x#"]`); got != `a[#quot;x#35;#quot;]` {
		t.Error(got)
	}
}
