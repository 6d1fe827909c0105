package policy

import (
	"fmt"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

// BenchmarkEvaluate: one policy over jobs of five steps, without the process.
func BenchmarkEvaluate(b *testing.B) {
	for _, jobs := range []int{100, 1000} {
		b.Run(fmt.Sprintf("jobs=%d", jobs), func(b *testing.B) {
			g := wide(b, jobs)
			b.ReportAllocs()
			for b.Loop() {
				in, err := InputJSON(g)
				if err != nil {
					b.Fatal(err)
				}
				if v := Evaluate([]Policy{{"p.cue", `deny: [for s in input.steps if s.kind == "task" if s.privileged {msg: "no", address: s.address}]`}}, in); v.Denied() {
					b.Fatal(v)
				}
			}
		})
	}
}

func wide(b *testing.B, jobs int) *graph.Graph {
	b.Helper()
	all := graph.NewBuilder(graph.Header{})
	for i := range jobs {
		j := graph.Job{}
		for n := range 5 {
			j.Steps = append(j.Steps, graph.Step{Name: fmt.Sprintf("step%d", n), Body: graph.Task{Image: "docker.io/library/golang:1.26", Run: []string{"go", "test"}}})
		}
		if err := all.Add(graph.JobAddress(fmt.Sprintf("job%d", i)), j, graph.Meta{}); err != nil {
			b.Fatal(err)
		}
	}
	g, err := all.Finish()
	if err != nil {
		b.Fatal(err)
	}
	return g
}
