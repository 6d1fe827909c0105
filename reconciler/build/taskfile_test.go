package build

import (
	"fmt"
	"strings"
	"testing"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// fromFile is a task whose definition is in an artifact.
func fromFile(change func(*graph.Task)) graph.Step {
	t := graph.Task{File: graph.String("app/ci/unit.yml")}
	if change != nil {
		change(&t)
	}
	return graph.Step{Name: "t", Body: t}
}

// reading plays a job whose second step reads a file that says what answer has.
func reading(t *testing.T, answer string, steps ...graph.Step) *harness {
	t.Helper()
	h := newHarness(t, job(append([]graph.Step{made()}, steps...)...), nil)
	for range 100 {
		h.decide()
		if h.state.Build.Status.Terminal() {
			return h
		}
		h.endOne()
		if runs := h.state.Runs["1.file"]; len(runs) > 0 {
			runs[len(runs)-1].Result = []byte(answer)
		}
	}
	t.Fatal("the build does not end")
	return nil
}

func mountsOf(t *weirv1.Task) string {
	var out []string
	for _, m := range t.GetMounts() {
		out = append(out, m.GetKind()+":"+m.GetPath())
	}
	return strings.Join(out, " ")
}

const unit = `{"task":{"image":"golang","run":["go","test"],"dir":"app","env":{"A":"file","B":"file"},"inputs":[{"name":"app","path":"src/app"},{"name":"more","optional":true}],` +
	`"outputs":[{"name":"bin","path":"out"}],"caches":["cache"],"memory_bytes":100}}`

func TestATaskIsReadFromItsFile(t *testing.T) {
	h := reading(t, unit, fromFile(func(t *graph.Task) { t.Env = graph.Map{"B": graph.String("step")} }))
	read, task := h.tasks["1.file"], h.tasks["1"]
	if string(read.GetStdin()) != `{"file":"app/ci/unit.yml"}` || mountsOf(read) != "input:/tmp/build/app" {
		t.Errorf("the file is read by %v", read)
	}
	got := fmt.Sprint(task.GetImageRef(), task.GetArgv(), task.GetDir(), task.GetEnv(), task.GetMemoryBytes(), mountsOf(task))
	if want := "golang[go test]/tmp/build/app[A=file B=step] 100input:/tmp/build/src/app output:/tmp/build/out cache:/tmp/build/cache"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, ok := h.state.Artifacts["bin"]; !ok || h.rows() != "0=succeeded 1=succeeded 1.file=succeeded" {
		t.Errorf("%s, artifacts %v", h.rows(), h.state.Artifacts)
	}
}

// What the step says is above what the file says.
func TestTheStepIsAboveItsFile(t *testing.T) {
	h := reading(t, unit, fromFile(func(t *graph.Task) {
		t.Image, t.Script, t.Inputs, t.Outputs, t.InputMapping = "alpine", "echo", []string{"src"}, []string{"x"}, map[string]string{"src": "app"}
		t.Limits, t.Privileged = graph.Limits{Memory: 5}, true
	}))
	task := h.tasks["1"]
	got := fmt.Sprint(task.GetImageRef(), len(task.GetArgv()), task.GetMemoryBytes(), task.GetPrivileged(), mountsOf(task))
	if want := "alpine5 5 trueinput:/tmp/build/src output:/tmp/build/x cache:/tmp/build/cache"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAFileThatCannotBeUsed(t *testing.T) {
	for answer, want := range map[string]string{
		`{"error":"app/ci/unit.yml: there is no such file"}`: "app/ci/unit.yml: there is no such file",
		`hello`:                  "the worker answered hello: want a task",
		`{}`:                     "holds no task",
		`{"task":{"run":["x"]}}`: "neither the step nor app/ci/unit.yml says in which image it runs",
		`{"task":{"image":"x"}}`: "neither the step nor app/ci/unit.yml says what it runs",
		`{"task":{"image":"oci:/etc","run":["x"]}}`:                   "only the pipeline may name one",
		`{"task":{"image":"x","run":["x"],"dir":"../.."}}`:            "outside of the step's directory",
		`{"task":{"inputs":[{"name":"app","path":"/etc"}]}}`:          `"app" at "/etc"`,
		`{"task":{"outputs":[{"name":"../x"}]}}`:                      `"../x", which is no name`,
		`{"task":{"caches":["/"]}}`:                                   `a cache at "/"`,
		`{"task":{"env":{"A=":"x"}}}`:                                 "cannot be set",
		`{"task":{"image":"x","run":["x"],"memory_bytes":-1}}`:        "below zero",
		`{"task":{"image":"x","run":["x"],"inputs":[{"name":"no"}]}}`: `no step before it made artifact "no"`,
	} {
		h := reading(t, answer, hooked(fromFile(nil)))
		if s := h.state.Steps["1"]; s.Status != state.StepErrored || !strings.Contains(s.Message, want) || h.state.Build.Status != state.BuildErrored {
			t.Errorf("%s: %+v, want %s", answer, s, want)
		}
		if got := strings.Join(h.order, " "); !strings.HasSuffix(got, "1.on_error.0 1.ensure.0") {
			t.Errorf("%s: runs %s", answer, got)
		}
	}
}

// An abort while the file is read, or between the two, ends the step as aborted.
func TestAbortWhileTheFileIsRead(t *testing.T) {
	h := newHarness(t, job(made(), hooked(fromFile(nil)), task("never")), map[string][]string{"1.file": {"hang"}})
	h.abort = "1.file"
	h.play()
	if got := h.rows(); h.state.Build.Status != state.BuildAborted || !strings.Contains(got, "1=aborted 1.file=aborted") || !strings.Contains(got, "1.on_abort.0=succeeded") || !strings.Contains(got, "2=skipped") {
		t.Errorf("%s: %s", h.state.Build.Status, got)
	}
	h = newHarness(t, job(made(), fromFile(nil)), nil)
	for h.state.Steps["1.file"].Status != state.StepRunning {
		h.decide()
		h.endOne()
	}
	h.state.Runs["1.file"][0].Result = []byte(unit)
	h.state.Build.AbortRequestedBy = "ann"
	h.play()
	if got := h.rows(); got != "0=succeeded 1=aborted 1.file=succeeded" {
		t.Errorf("%s", got)
	}
}

func TestAConditionLeavesOutTheReadingToo(t *testing.T) {
	h := reading(t, unit, when("false", fromFile(nil)))
	if got := h.rows(); got != "0=succeeded 1=skipped 1.file=skipped" || h.state.Build.Status != state.BuildSucceeded {
		t.Errorf("%s", got)
	}
}
