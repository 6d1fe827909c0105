package build

import (
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
)

// What an expression learns of a step: of the one of its own branch, value and
// attempt.
func TestStepValues(t *testing.T) {
	ask := with(task("ask"), func(s *graph.Step) {
		s.Body = graph.Task{Image: "i", Env: graph.Map{"S": graph.Deferred{Source: "${step.t.status} ${step.t.exit_code}", Refs: []string{"step.t.status", "step.t.exit_code"}}}}
	})
	own := with(task("t"), func(s *graph.Step) { s.Hooks.Ensure = []graph.Step{ask} })
	tests := map[string]struct {
		job    graph.Job
		script script
		want   map[string]string // by the path that asks
	}{
		"before":         {job(try(task("t")), ask), script{"0.0": {"3"}}, map[string]string{"1": "failed 3"}},
		"errored":        {job(try(task("t")), ask), script{"0.0": {"noimage"}}, map[string]string{"1": "errored null"}},
		"left out":       {job(when("false", task("t")), ask), nil, map[string]string{"1": "skipped null"}},
		"own hook":       {job(own), script{"0": {"7"}}, map[string]string{"0.ensure.0": "failed 7"}},
		"of one's value": {job(over("x", 0, ab, own)), script{"0.1": {"2"}}, map[string]string{"0.0.ensure.0": "succeeded 0", "0.1.ensure.0": "failed 2"}},
		"of all values":  {job(try(over("x", 0, ab, task("t"))), ask), script{"0.0.1": {"2"}}, map[string]string{"1": "failed null"}},
		"of the branch":  {job(par(do(task("t"), ask), do(try(task("t")), ask))), script{"0.1.0.0": {"4"}}, map[string]string{"0.0.1": "succeeded 0", "0.1.1": "failed 4"}},
		"of the attempt": {job(retry(do(own), 2)), script{"0.0": {"5"}}, map[string]string{"0.0.ensure.0": "failed 5", "0.attempt2.0.ensure.0": "succeeded 0"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, tt.job, tt.script)
			h.eval = func(_ graph.Deferred, roots map[string]graph.Value) (graph.Value, error) {
				step := roots["step"].(graph.Map)["t"].(graph.Map)
				code, _, _ := protocol.EnvText(step["exit_code"])
				return step["status"].(graph.String) + " " + graph.String(orElse(code, "null")), nil
			}
			h.play()
			for path, want := range tt.want {
				if got := strings.Join(h.tasks[path].GetEnv(), ""); got != "S="+want {
					t.Errorf("%s was told %q, want %q", path, got, want)
				}
			}
		})
	}
}
