package build

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// eval knows build.number and version.r.ref.
func eval(d graph.Deferred, roots map[string]graph.Value) (graph.Value, error) {
	switch d.Source {
	case "${build.number}":
		return roots["build"].(graph.Map)["number"], nil
	case "${version.r.ref}":
		return roots["version"].(graph.Map)["r"].(graph.Map)["ref"], nil
	}
	return nil, errors.New("no such thing")
}

// taskOf is the task that a build with some artifacts makes of a step.
func taskOf(t *testing.T, s graph.Step, change ...func(*State)) (*weirv1.Task, StartRun, string) {
	t.Helper()
	h := newHarness(t, job(s), nil)
	h.state.Artifacts = map[string]Artifact{
		"src": {"run1", "run1-src", "w1"}, "img": {"run2", "run2-img", "w1"},
		"far": {"run3", "run3-far", "w2"}, "gone": {"run4", "run4-gone", ""},
	}
	for _, c := range change {
		c(&h.state)
	}
	for _, c := range Decide(h.state, Options{Now: h.now, Eval: eval}).Commands {
		switch c := c.(type) {
		case StartRun:
			return c.Task, c, ""
		case FinishStep:
			return nil, StartRun{}, c.Message
		}
	}
	t.Fatal("neither a run nor an end")
	return nil, StartRun{}, ""
}

func mounts(t *weirv1.Task) string {
	var out []string
	for _, m := range t.Mounts {
		out = append(out, m.Kind+" "+m.Volume+" "+m.Path)
	}
	return strings.Join(out, "\n")
}

func TestTheTaskOfATask(t *testing.T) {
	task, run, _ := taskOf(t, graph.Step{Name: "t", Tags: []string{"gpu"}, Timeout: 5000, Body: graph.Task{
		ImageArtifact: "img", Script: "make", Run: []string{"x"}, Dir: "code/sub", User: "nobody",
		Env:          graph.Map{"N": graph.Deferred{Source: "${build.number}"}, "A": graph.String("a b"), "L": graph.List{graph.Number("1")}, "Z": graph.Null{}},
		Inputs:       []string{"code"},
		InputMapping: map[string]string{"code": "src"},
		Outputs:      []string{"bin"},
		Caches:       []string{"/root/.cache", "rel"},
		Hermetic:     true, Limits: graph.Limits{CPU: 500, Memory: 1 << 20, Pids: 10},
	}})
	wantMounts := "input run1-src /tmp/build/code\noutput " + run.ID + "-bin /tmp/build/bin\ncache "
	if got := mounts(task); !strings.HasPrefix(got, wantMounts) || !strings.Contains(got, " /root/.cache\n") || !strings.HasSuffix(got, " /tmp/build/rel") {
		t.Errorf("mounts\n%s\nwant\n%s…", got, wantMounts)
	}
	task.Mounts = nil
	want := &weirv1.Task{}
	if err := prototext.Unmarshal([]byte(`image_volume: "run2-img" argv: ["/bin/sh", "-eu", "-c", "make", "sh", "x"] env: ["A=a b", "L=[1]", "N=7"]
		dir: "/tmp/build/code/sub" user: "nobody" hermetic: true cpu_millis: 500 memory_bytes: 1048576 pids: 10 timeout_ms: 5000`), want); err != nil {
		t.Fatal(err)
	}
	want.Labels = map[string]string{"team": "main", "pipeline": "shop", "job": "unit", "build": "0190a6b4-7d1c-7e0b-9a55-000000000001", "number": "7", "step": "t", "path": "0"}
	if prototext.Format(task) != prototext.Format(want) {
		t.Errorf("%s\nwant\n%s", prototext.Format(task), prototext.Format(want))
	}
	if run.Worker != "w1" || len(run.Tags) != 1 || run.Kind != "task" {
		t.Errorf("%+v", run)
	}
}

func TestTheTaskOfAGet(t *testing.T) {
	task, run, _ := taskOf(t, graph.Step{Name: "r", Body: graph.Get{Resource: "resource.mock.r", Params: graph.Map{"depth": graph.Number("1")}}})
	if want := `{"params":{"depth":1},"source":{"uri":"x"},"version":{"ref":"1"}}`; string(task.Stdin) != want {
		t.Errorf("input %s", task.Stdin)
	}
	if strings.Join(task.Argv, " ") != "/opt/resource/in /tmp/build/get" || task.ImageBuiltin != "mock" || !task.ResultOnStdout || run.Worker != "" {
		t.Errorf("%v", task)
	}
	if got := mounts(task); got != "output "+run.ID+"-r /tmp/build/get" {
		t.Errorf("mounts %s", got)
	}
	if !strings.Contains(strings.Join(task.Env, " "), "BUILD_JOB_NAME=unit BUILD_NAME=7 BUILD_PIPELINE_NAME=shop BUILD_TEAM_NAME=main") {
		t.Errorf("environment %s", task.Env)
	}
}

func TestTheTaskOfAPut(t *testing.T) {
	own := func(s *State) {
		s.Resources["resource.slack.x"] = graph.Resource{TypeRef: "resource_type.slack", Source: graph.Map{"url": graph.String("u")}}
		s.Types = map[graph.Address]graph.ResourceType{"resource_type.slack": {Image: "docker.io/x/slack"}}
	}
	params := graph.Map{"text": graph.Deferred{Source: "${version.r.ref}"}}
	task, _, _ := taskOf(t, graph.Step{Name: "x", Body: graph.Put{Resource: "resource.slack.x", Params: params, Inputs: []string{"src"}}}, own)
	if want := `{"params":{"text":"1"},"source":{"url":"u"}}`; string(task.Stdin) != want {
		t.Errorf("input %s", task.Stdin)
	}
	if task.ImageRef != "docker.io/x/slack" || mounts(task) != "input run1-src /tmp/build/put/src" {
		t.Errorf("%v", task)
	}
	all, _, _ := taskOf(t, graph.Step{Name: "x", Body: graph.Put{Resource: "resource.mock.r", AllInputs: true}}, func(s *State) {
		delete(s.Artifacts, "far")
		delete(s.Artifacts, "gone")
	})
	if mounts(all) != "input run2-img /tmp/build/put/img\ninput run1-src /tmp/build/put/src" {
		t.Errorf("mounts %s", mounts(all))
	}
}

func TestWhatCanNotBeMade(t *testing.T) {
	in := func(names ...string) graph.Task { return graph.Task{Image: "i", Inputs: names} }
	for want, body := range map[string]graph.Body{
		`no step before it made artifact "nix"`:               in("nix"),
		`artifact "gone" is gone with the worker that had it`: in("gone"),
		`artifacts "src" and "far" are on different workers`:  in("src", "far"),
		`env: K: no such thing`:                               graph.Task{Image: "i", Env: graph.Map{"K": graph.Deferred{Source: "${secret.x}"}}},
		`resource.git.nix is not there`:                       graph.Put{Resource: "resource.git.nix"},
		`env: K: no variable can hold a zero byte`:            graph.Task{Image: "i", Env: graph.Map{"K": graph.String("\x00")}},
	} {
		if _, _, got := taskOf(t, graph.Step{Name: "s", Body: body}); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What a step made is there for those that come after it, under the name it is
// mapped to, also where it failed.
func TestArtifacts(t *testing.T) {
	maker := graph.Step{Name: "m", Body: graph.Task{Image: "i", Outputs: []string{"o"}, OutputMapping: map[string]string{"o": "out"}}}
	for _, end := range []string{"0", "1"} {
		h := newHarness(t, job(get(), maker), script{"1": {end}})
		h.play()
		if a := h.state.Artifacts["out"]; a.Worker != "w1" || a.Volume != a.Run+"-o" || a.Run != RunID(h.state.Build.ID, "1", 1) {
			t.Errorf("after exit code %s: %+v", end, h.state.Artifacts)
		}
		if a := h.state.Artifacts["r"]; a.Volume != a.Run+"-r" {
			t.Errorf("of the get: %+v", a)
		}
	}
}

func TestVersionsAreSaved(t *testing.T) {
	h := newHarness(t, job(put()), nil)
	var saved []SaveVersion
	for h.state.Build.Status == state.BuildRunning {
		h.decide()
		for _, c := range h.last.Commands {
			if s, ok := c.(SaveVersion); ok {
				saved = append(saved, s)
			}
		}
		h.endOne()
	}
	if len(saved) != 2 || !saved[0].Output || saved[1].Output || saved[0].Resource != "resource.mock.r" || saved[0].Answer.Version["ref"] != "2" {
		t.Errorf("%+v", saved)
	}
}

// Services are told what is known now; what names secrets waits, by service.
func TestTheServicesOfATask(t *testing.T) {
	secret := graph.Deferred{Source: "${secret.main.password}", Refs: []string{"secret.main.password"}}
	task, _, why := taskOf(t, graph.Step{Name: "t", Body: graph.Task{
		Image: "x", Run: []string{"true"}, Network: "host",
		Services: []graph.Service{
			{Name: "cache", Image: "redis"},
			{
				Name: "db", Image: "postgres", Run: []string{"postgres"}, User: "u", Privileged: true,
				Env:    graph.Map{"N": graph.Deferred{Source: "${build.number}"}, "PASSWORD": secret},
				Ready:  graph.Ready{Command: []string{"pg_isready"}, Timeout: 5000},
				Limits: graph.Limits{CPU: 500, Memory: 1 << 20, Pids: 9},
			},
		},
	}})
	if why != "" {
		t.Fatal(why)
	}
	later, err := protocol.ParseLater(task.Later)
	if err != nil {
		t.Fatal(err)
	}
	db, _ := later.Beside["db"].(graph.Map)
	if len(later.Beside) != 1 || len(db) != 1 || len(graph.SecretRefs(db["PASSWORD"])) != 1 || later.Env != nil {
		t.Errorf("later: %v, %v", later.Beside, later.Env)
	}
	want := []*weirv1.Service{{Name: "cache", ImageRef: "redis"}, {
		Name: "db", ImageRef: "postgres", Argv: []string{"postgres"}, User: "u", Privileged: true, Env: []string{"N=7"},
		Ready: []string{"pg_isready"}, ReadyTimeoutMs: 5000, CpuMillis: 500, MemoryBytes: 1 << 20, Pids: 9,
	}}
	for i, s := range want {
		if got := task.Services[i]; !proto.Equal(got, s) {
			t.Errorf("got  %v\nwant %v", got, s)
		}
	}
	if task.Network != "host" {
		t.Errorf("network %q", task.Network)
	}
}
