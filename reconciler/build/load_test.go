package build

import (
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

func load(name string, reveal bool) graph.Step {
	return graph.Step{Name: name, Body: graph.Load{File: graph.String("app/x/v"), Format: "trim", Reveal: reveal}}
}

// made is a task that makes the artifact which loads read.
func made() graph.Step {
	return graph.Step{Name: "make", Body: graph.Task{Image: "i", Run: []string{"true"}, Outputs: []string{"app"}}}
}

func named(root string) graph.Deferred {
	return graph.Deferred{Source: "${" + root + "}", Refs: []string{root}}
}

// valueOf evaluates the one expression that there is: load.v.
func valueOf(_ graph.Deferred, roots map[string]graph.Value) (graph.Value, error) {
	return roots["load"].(graph.Map)["v"], nil
}

// loading plays a job whose load answers a value.
func loading(t *testing.T, j graph.Job, path, answer string) *harness {
	t.Helper()
	h := newHarness(t, j, nil)
	h.eval = valueOf
	for range 100 {
		h.decide()
		if h.state.Build.Status.Terminal() {
			return h
		}
		h.endOne()
		if runs := h.state.Runs[path]; len(runs) > 0 {
			runs[len(runs)-1].Result = []byte(answer)
		}
	}
	t.Fatal("the build does not end")
	return nil
}

func usingIt() graph.Step {
	return graph.Step{Name: "use", Body: graph.Task{Image: "i", Run: []string{"true"}, Env: graph.Map{"V": named("load.v"), "N": graph.String("1")}}}
}

func TestALoadReadsAnArtifact(t *testing.T) {
	h := loading(t, job(made(), load("v", true), usingIt()), "1", `{"value":"1.2"}`)
	task := h.tasks["1"]
	if got := string(task.GetStdin()); got != `{"file":"app/x/v","format":"trim","most":1048576}` {
		t.Errorf("its request is %s", got)
	}
	if m := task.GetMounts(); len(m) != 1 || m[0].GetPath() != "/tmp/build/app" || m[0].GetKind() != "input" || !task.GetResultOnStdout() || !task.GetHermetic() {
		t.Errorf("its task is %v", task)
	}
	if got := h.tasks["2"].GetEnv(); strings.Join(got, " ") != "N=1 V=1.2" || len(h.tasks["2"].GetLater()) > 0 {
		t.Errorf("who uses it is told %q, %q later", got, h.tasks["2"].GetLater())
	}
	if s := h.state.Steps["1"]; s.Message != `read "1.2"` || h.state.Build.Status != state.BuildSucceeded {
		t.Errorf("%+v, the build %s", s, h.state.Build.Status)
	}
}

// What is not revealed is in no task, no message and no row but its own run's.
func TestWhatIsNotRevealedIsLeftForLater(t *testing.T) {
	h := loading(t, job(made(), load("v", false), usingIt()), "1", `{"value":"hunter22"}`)
	task := h.tasks["2"]
	later, err := protocol.ParseLater(task.GetLater())
	if err != nil || later.Loads["v"] != (protocol.Load{Run: RunID(h.state.Build.ID, "1", 1), Hidden: true}) || later.Env["V"] == nil {
		t.Errorf("%+v, %v", later, err)
	}
	if text := task.String() + h.state.Steps["1"].Message; strings.Contains(text, "hunter22") || strings.Join(task.GetEnv(), " ") != "N=1" {
		t.Errorf("it is in the task: %s", text)
	}
}

func TestWhatALoadCannotBe(t *testing.T) {
	spread := func(reveal bool) graph.Job {
		s := task("t")
		s.Across = []graph.Across{{Var: "x", Values: named("load.v")}}
		return job(made(), load("v", reveal), s)
	}
	condition := task("t")
	condition.When = named("load.v")
	branch := job(made(), try(load("v", true)), usingIt())
	tests := map[string]struct {
		job    graph.Job
		path   string
		answer string
		want   string // in the build's message
	}{
		"no file":             {job(made(), load("v", true)), "1", `{"value":null,"error":"app/x/v: there is no such file"}`, `load "v": app/x/v: there is no such file`},
		"no answer":           {job(made(), load("v", true)), "1", `hunter22`, `load "v": the worker's answer holds no value`},
		"values":              {spread(true), "1", `{"value":["a","b"]}`, ``},
		"values, not shown":   {spread(false), "1", `{"value":["a","b"]}`, `${load.v} would be seen here: its load needs reveal = true`},
		"no list":             {spread(true), "1", `{"value":"a"}`, `across.x: values: it is no list`},
		"a condition":         {job(made(), load("v", false), condition), "1", `{"value":true}`, ``},
		"a step that errored": {branch, "1.0", `{"value":null,"error":"oops"}`, `load.v: its step is errored, so there is no value`},
		"no artifact":         {job(load("v", true)), "0", ``, `no step before it made artifact "app"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := loading(t, tt.job, tt.path, tt.answer)
			message := ""
			for _, c := range h.last.Commands {
				if f, ok := c.(FinishBuild); ok {
					message = f.Message
				}
			}
			if tt.want == "" && h.state.Build.Status != state.BuildSucceeded {
				t.Errorf("%s: %s", h.state.Build.Status, message)
			}
			if tt.want != "" && (h.state.Build.Status != state.BuildErrored || !strings.Contains(message, tt.want) || strings.Contains(message, "hunter")) {
				t.Errorf("%s: %s, want %s", h.state.Build.Status, message, tt.want)
			}
		})
	}
}

// Values of across have loads of their own.
func TestALoadInsideOfAcross(t *testing.T) {
	h := newHarness(t, job(over("x", 0, ab, do(made(), load("v", true), usingIt()))), nil)
	h.eval = valueOf
	for range 100 {
		h.decide()
		for path, value := range map[string]string{"0.0.1": "first", "0.1.1": "second"} {
			if runs := h.state.Runs[path]; len(runs) > 0 {
				runs[0].Result = []byte(`{"value":"` + value + `"}`)
			}
		}
		if h.state.Build.Status.Terminal() || !h.endOne() {
			break
		}
		for path, value := range map[string]string{"0.0.1": "first", "0.1.1": "second"} {
			if runs := h.state.Runs[path]; len(runs) > 0 {
				runs[0].Result = []byte(`{"value":"` + value + `"}`)
			}
		}
	}
	for path, want := range map[string]string{"0.0.2": "first", "0.1.2": "second"} {
		if got := strings.Join(h.tasks[path].GetEnv(), " "); got != "N=1 V="+want {
			t.Errorf("%s is told %q, want %s", path, got, want)
		}
	}
}
