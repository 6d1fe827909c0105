package policy

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

// shop is a small pipeline, as a graph.
func shop(t testing.TB) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	for a, s := range map[graph.Address]graph.Spec{
		"pipeline":         graph.Pipeline{Name: "shop", Team: "payments", Labels: map[string]string{"tier": "1"}},
		"resource.git.app": graph.Resource{Type: "git", Source: graph.Map{"uri": graph.String("https://git.example.com/app.git")}},
		"job.unit": graph.Job{MaxInFlight: 2, Steps: []graph.Step{
			{Name: "app", Body: graph.Get{Resource: "resource.git.app", Trigger: true}},
			{Body: graph.Parallel{Steps: []graph.Step{
				{Name: "image", Body: graph.Task{Image: "docker.io/library/buildkit", Privileged: true}},
				{Name: "test", Timeout: 60000, Body: graph.Task{Image: "docker.io/library/golang:1.26"}},
			}}},
		}},
		"job.ship": graph.Job{DisableManualTrigger: true, Steps: []graph.Step{{Name: "app", Body: graph.Get{Resource: "resource.git.app", Passed: []graph.Address{"job.unit"}}}}},
	} {
		if err := b.Add(a, s, graph.Meta{File: "pipeline.weir.hcl", Line: 7}); err != nil {
			t.Fatal(err)
		}
	}
	g, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func input(t testing.TB, g *graph.Graph) []byte {
	t.Helper()
	b, err := json.Marshal(Input(g))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEvaluate(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want Verdict
	}{
		"privileged": {
			`package p
			deny: [for s in input.steps if s.kind == "task" if s.privileged {msg: "no privileged tasks: \(s.name)", address: s.address}]`,
			Verdict{Findings: []Finding{{Deny: true, Message: "no privileged tasks: image", Address: "job.unit#2"}}}},
		"without a package": {
			`warn: [for a, j in input.jobs if j.max_in_flight > 1 {msg: "one at a time", address: a}]`,
			Verdict{Findings: []Finding{{Message: "one at a time", Address: "job.unit"}}}},
		"a text is enough": {
			`deny: [if input.pipeline.team != "platform" {"only team platform"}]`,
			Verdict{Findings: []Finding{{Deny: true, Message: "only team platform"}}}},
		"nothing is found": {
			`deny: [for a, r in input.resources if r.type != "git" {msg: "only git", address: a}]`, Verdict{}},
		"CUE's own packages": {
			`import "strings"
			deny: [for s in input.steps if s.kind == "task" if !strings.HasPrefix(s.image, "registry.example.com/") if s.timeout_ms == 0 {msg: "image from elsewhere", address: s.address}]`,
			Verdict{Findings: []Finding{{Deny: true, Message: "image from elsewhere", Address: "job.unit#2"}}}},
		"two lists": {
			`deny: ["a"]
			warn: ["b"]`,
			Verdict{Findings: []Finding{{Deny: true, Message: "a"}, {Message: "b"}}}},
		"helpers": {
			`#pinned: =~"@sha256:"
			_tasks: [for s in input.steps if s.kind == "task" {s}]
			warn: [for s in _tasks if (s.image & #pinned) == _|_ {msg: "pin \(s.image)", address: s.address}]`,
			Verdict{Findings: []Finding{
				{Message: "pin docker.io/library/buildkit", Address: "job.unit#2"}, {Message: "pin docker.io/library/golang:1.26", Address: "job.unit#3"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range c.want.Findings {
				c.want.Findings[i].Policy = "p.cue"
			}
			got := Evaluate([]Policy{{"p.cue", c.text}}, input(t, shop(t)))
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// What cannot be evaluated denies, and says where and why.
func TestBrokenPolicies(t *testing.T) {
	for name, c := range map[string]struct{ text, message string }{
		"syntax":             {"deny: [", "expected"},
		"unknown name":       {"deny: [for s in inptu.steps {\"x\"}]", "inptu"},
		"unknown field":      {"deny: [for s in input.stepps {\"x\"}]", "stepps"},
		"no list":            {"deny: \"x\"", "list"},
		"wrong entry":        {"deny: [{message: \"x\"}]", "msg and perhaps address"},
		"not concrete":       {"deny: [string]", "incomplete"},
		"neither":            {"dney: [\"x\"]", "neither"},
		"import of a file":   {"import \"example.com/x\"\ndeny: [x.y]", "example.com/x"},
		"it fills its input": {"input: pipeline: name: \"other\"\ndeny: []", "hides the pipeline"},
		"a false condition":  {"deny: [if input.pipeline.name + 1 > 2 {\"x\"}]", "invalid operands"},
	} {
		t.Run(name, func(t *testing.T) {
			v := Evaluate([]Policy{{"p.cue", c.text}}, input(t, shop(t)))
			if !v.Denied() || len(v.Faults) == 0 {
				t.Fatalf("got %+v", v)
			}
			f := v.Faults[0]
			if f.Policy != "p.cue" || !strings.Contains(f.String(), c.message) || f.Line == 0 && name != "neither" && name != "it fills its input" {
				t.Errorf("got %s", f)
			}
		})
	}
}

// One bad policy does not hide what the others find.
func TestPoliciesAreIndependent(t *testing.T) {
	v := Evaluate([]Policy{{"a.cue", "deny: ["}, {"b.cue", `deny: ["b"]`}, {"c.cue", `deny: ["c"]`}}, input(t, shop(t)))
	if len(v.Faults) != 1 || len(v.Findings) != 2 || len(v.Reasons()) != 3 {
		t.Errorf("got %+v", v)
	}
}
