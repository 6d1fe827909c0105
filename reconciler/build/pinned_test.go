package build

import (
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

const (
	oldDigest = "sha256:0000000000000000000000000000000000000000000000000000000000000001"
	tagged    = "docker.io/library/golang:1"
)

// What a step ran in before it runs in again, at the same path and under the same
// name; nothing else is touched.
func TestImagesThatStepsHad(t *testing.T) {
	job := job(
		graph.Step{Name: "same", Body: graph.Task{Image: tagged, Run: []string{"true"}, Services: []graph.Service{{Name: "db", Image: "pg:17"}}}},
		graph.Step{Name: "elsewhere", Body: graph.Task{Image: tagged, Run: []string{"true"}}},
		graph.Step{Name: "other", Body: graph.Task{Image: "alpine", Run: []string{"true"}}},
	)
	h := newHarness(t, job, nil)
	h.state.Images = map[ImageOf]string{{"0", tagged}: oldDigest, {"0", "pg:17"}: oldDigest, {"2", tagged}: oldDigest}
	h.play()
	if got := h.tasks["0"]; got.GetImageRef() != tagged+"@"+oldDigest || got.GetServices()[0].GetImageRef() != "pg:17@"+oldDigest {
		t.Errorf("the step that had them: %v", got)
	}
	for path, want := range map[string]string{"1": tagged, "2": "alpine"} {
		if got := h.tasks[path].GetImageRef(); got != want {
			t.Errorf("step %s runs in %s, want %s", path, got, want)
		}
	}
	if job.Steps[0].Body.(graph.Task).Services[0].Image != "pg:17" {
		t.Error("the definition itself was changed")
	}
}

// What a get fetched is found again by others, also when its image is known by now.
func TestAFetchIsKeptUnderItsNameWithATag(t *testing.T) {
	h := newHarness(t, job(get()), nil)
	typ := graph.Address("resource_type.own")
	h.state.Resources["resource.mock.r"] = graph.Resource{TypeRef: typ}
	h.state.Types = map[graph.Address]graph.ResourceType{typ: {Image: tagged}}
	h.script = map[string][]string{"0": {"0"}}
	h.decide()
	before := fetchKey(h.tasks["0"])
	h.state.Images = map[ImageOf]string{{"0", tagged}: oldDigest}
	d := &decider{State: h.state, Options: Options{Now: h.now}}
	if got := d.keepAs(h.state.Job.Steps[0], "0", h.state.Runs["0"][0]); got != before {
		t.Errorf("kept as %s, looked for as %s", got, before)
	}
	if strings.Contains(h.tasks["0"].GetImageRef(), "@") {
		t.Error("it had a digest at first")
	}
}
