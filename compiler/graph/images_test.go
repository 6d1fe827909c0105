package graph

import (
	"slices"
	"testing"
)

// Images are found wherever they may stand: in types, steps, nested steps and
// the hooks of both.
func TestImages(t *testing.T) {
	task := func(image string) []Step { return []Step{{Name: image, Body: Task{Image: image}}} }
	b := NewBuilder(Header{})
	for a, s := range map[Address]Spec{
		PipelineAddress:              Pipeline{Name: "p"},
		ResourceTypeAddress("slack"): ResourceType{Image: "type"},
		JobAddress("j"): Job{
			Steps: []Step{
				{Body: Parallel{Steps: []Step{{Body: Do{Steps: task("nested")}, Hooks: Hooks{OnAbort: task("hook")}}}}},
				{Body: Task{Image: "service-user", Services: []Service{{Name: "db", Image: "service"}}}},
				{Body: Task{ImageArtifact: "artifact"}},
				{Body: Task{Image: "nested"}},
			},
			Hooks: Hooks{Ensure: task("job-hook")},
		},
	} {
		if err := b.Add(a, s, Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := g.Images(), []string{"hook", "job-hook", "nested", "service", "service-user", "type"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
