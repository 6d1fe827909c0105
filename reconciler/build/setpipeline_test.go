package build

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// answered is what a worker says that has compiled something.
func answered(t *testing.T, text string) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	out, err := json.Marshal(map[string]any{"graph": packed.Bytes()})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// playing plays a job until its step has compiled, with what its run answers.
func playing(t *testing.T, s graph.Step, result []byte) *harness {
	t.Helper()
	h := newHarness(t, graph.Job{Steps: []graph.Step{made(), s}}, nil)
	h.decide()
	h.endOne()
	h.decide()
	if runs := h.state.Runs["1"]; len(runs) > 0 {
		h.endOne()
		runs[0].Result = result
	}
	return h
}

func sets(name string, spec graph.SetPipeline) graph.Step {
	if spec.Dir == nil && spec.File == nil {
		spec.Dir = graph.String("app/ci")
	}
	return graph.Step{Name: name, Body: spec}
}

// asked are the pipelines that a decision wants set.
func asked(d Decision) (out []SetPipeline) {
	for _, c := range d.Commands {
		if c, ok := c.(SetPipeline); ok {
			out = append(out, c)
		}
	}
	return out
}

// The graph is asked to be set once, and the answer is the step's end.
func TestSetPipelineAsksOnce(t *testing.T) {
	for name, c := range map[string]struct {
		answer Set
		status state.StepStatus
		build  state.BuildStatus
		fault  state.Fault
	}{
		"set":     {Set{Done: true, Message: "m"}, state.StepSucceeded, state.BuildSucceeded, ""},
		"refused": {Set{Done: true, Message: "m", Refused: true, Fault: state.FaultUser}, state.StepFailed, state.BuildFailed, state.FaultUser},
		"denied":  {Set{Done: true, Message: "m", Refused: true, Fault: state.FaultPolicy}, state.StepFailed, state.BuildFailed, state.FaultPolicy},
	} {
		t.Run(name, func(t *testing.T) {
			h := playing(t, sets("shop", graph.SetPipeline{}), answered(t, "graph"))
			h.decide()
			got := asked(h.last)
			if len(got) != 1 || got[0].Pipeline != "shop" || got[0].Team != "main" || string(got[0].Graph) != "graph" || got[0].Run != h.state.Runs["1"][0].ID {
				t.Fatalf("asked %+v", got)
			}
			h.state.Sets[got[0].Run] = c.answer
			h.state.Runs["1"][0].Result = nil // the store lets go of it
			h.decide()
			if row := h.state.Steps["1"]; row.Status != c.status || row.Message != "m" || row.Fault != c.fault || h.state.Build.Status != c.build {
				t.Errorf("step %+v, build %s", row, h.state.Build.Status)
			}
		})
	}
}

// What cannot be compiled is never asked for, nor is what is to end: by an abort that
// comes while the graph is on its way.
func TestSetPipelineThatIsNotAskedFor(t *testing.T) {
	h := playing(t, sets("shop", graph.SetPipeline{}), []byte(`{"error": "no such thing"}`))
	h.decide()
	if row := h.state.Steps["1"]; len(asked(h.last)) > 0 || row.Status != state.StepFailed || row.Message != "no such thing" || row.Fault != state.FaultUser {
		t.Errorf("does not compile: %+v, asked %+v", row, asked(h.last))
	}
	h = playing(t, sets("shop", graph.SetPipeline{}), answered(t, "graph"))
	h.state.Build.AbortRequestedBy = "ann"
	h.decide()
	if row := h.state.Steps["1"]; len(asked(h.last)) > 0 || row.Status != state.StepAborted || h.state.Build.Status != state.BuildAborted {
		t.Errorf("aborted: %+v, asked %+v", row, asked(h.last))
	}
}

// The program is told what to read and what it is to be; the step says what cannot be.
func TestSetPipelineRequest(t *testing.T) {
	for name, c := range map[string]struct {
		step graph.Step
		want string // of standard input
		err  string
	}{
		"a directory": {sets("x", graph.SetPipeline{Vars: graph.Map{"a": graph.Number("1")}}), `{"as":"x","dir":"app/ci","instance":{},"name":"x","team":"main","vars":{"a":1}}`, ""},
		"a file":      {sets("x", graph.SetPipeline{File: graph.String("app/ci/p.cue"), Team: "web"}), `{"as":"x","dir":"app/ci","file":"p.cue","instance":{},"name":"x","team":"web","vars":{}}`, ""},
		"itself":      {sets("self", graph.SetPipeline{}), `{"as":"shop","dir":"app/ci","instance":{},"name":"shop","team":"main","vars":{}}`, ""},
		"an artifact": {sets("x", graph.SetPipeline{File: graph.String("app")}), "", "is an artifact"},
		"elsewhere":   {sets("x", graph.SetPipeline{Dir: graph.String("../x")}), "", "does not begin with the name of an artifact"},
		"not itself":  {sets("self", graph.SetPipeline{Team: "web"}), "", "is the pipeline of this build"},
	} {
		h := playing(t, c.step, nil)
		if c.err != "" {
			if row := h.state.Steps["1"]; row.Status != state.StepErrored || !strings.Contains(row.Message, c.err) {
				t.Errorf("%s: %+v", name, row)
			}
			continue
		}
		task := h.tasks["1"]
		if string(task.GetStdin()) != c.want || !task.GetHermetic() || len(task.GetMounts()) != 1 || task.GetMounts()[0].GetKind() != "input" {
			t.Errorf("%s: %s", name, task)
		}
	}
}

// Instances have names of their own, which follow from their values alone.
func TestPipelineName(t *testing.T) {
	name := func(m graph.Map) string {
		t.Helper()
		n, err := protocol.PipelineName("shop", m)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	eu := name(graph.Map{"zone": graph.String("eu"), "n": graph.Number("2")})
	for what, ok := range map[string]bool{
		"none is the name itself": name(nil) == "shop",
		"readable":                strings.HasPrefix(eu, "shop-2-eu-"),
		"the same values":         eu == name(graph.Map{"n": graph.Number("2"), "zone": graph.String("eu")}),
		"a number is no text":     eu != name(graph.Map{"n": graph.String("2"), "zone": graph.String("eu")}),
		"other keys":              eu != name(graph.Map{"n": graph.Number("2"), "area": graph.String("eu")}),
		"nothing else in it":      !strings.ContainsAny(name(graph.Map{"x": graph.String("a/b c\n\x00é")}), "/ \n\x00"),
		"bounded":                 len(name(graph.Map{"x": graph.String(strings.Repeat("é", 1000))})) < 110,
	} {
		if !ok {
			t.Error(what)
		}
	}
}
