package planner

import (
	"fmt"
	"testing"

	"github.com/weirci/weir/compiler/graph"
)

// jobs is a pipeline of n jobs, each with a resource; the last job has changed.
func jobs(b *testing.B, n int, script string) *graph.Graph {
	specs := map[graph.Address]graph.Spec{"pipeline": graph.Pipeline{Name: "big"}}
	for i := range n / 2 {
		r := graph.ResourceAddress("git", fmt.Sprint("r", i))
		specs[r] = gitSource(fmt.Sprintf("https://example.com/%d.git", i))
		s := "make test"
		if i == n/2-1 {
			s = script
		}
		specs[graph.JobAddress(fmt.Sprint("j", i))] = graph.Job{Steps: []graph.Step{
			{Name: "app", Body: graph.Get{Resource: r, Trigger: true}}, task("test", s),
		}}
	}
	return build(b, specs)
}

func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		prior, same, changed := jobs(b, n, "make"), jobs(b, n, "make"), jobs(b, n, "make all")
		for name, to := range map[string]*graph.Graph{"same": same, "one": changed, "destroy": nil} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					New("main", "big", 1, prior, to, nil)
				}
			})
		}
		b.Run(fmt.Sprintf("create/%d", n), func(b *testing.B) {
			for b.Loop() {
				for _, c := range New("main", "big", 0, nil, same, nil).Changes {
					Attributes(c)
				}
			}
		})
	}
}
