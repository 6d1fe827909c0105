package build

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// A step that sets a pipeline has two parts. A run compiles what is in the artifact,
// in a container without a network: nobody trusts what is there. Then a server, which
// does not trust the graph either, plans and applies it, and what became of that is
// an answer to the run: there is one for each run at most.

// compileMemory is what the compiler may take, besides its own bounds; so much has to
// be free on a worker.
const compileMemory = 1 << 30

// self is the name that stands for the build's own pipeline.
const self = "self"

// setting is a pipeline that a step sets.
type setting struct {
	spec graph.SetPipeline
	step string // its name
}

// target is the pipeline that is to be set.
func (d *decider) target(s setting, at string) (team, name string, err error) {
	if team = orElse(s.spec.Team, d.Build.Team); s.step == self {
		if team != d.Build.Team || len(s.spec.Instance) > 0 {
			return "", "", fmt.Errorf("%q is the pipeline of this build: it has no other team, and no instance", self)
		}
		return team, d.Build.Pipeline, nil
	}
	instance, err := d.openly(at).Map(s.spec.Instance)
	if err != nil {
		return "", "", fmt.Errorf("instance: %w", err)
	}
	name, err = protocol.PipelineName(s.step, instance)
	return team, name, err
}

// compile makes the task that compiles the pipeline.
func (m *maker) compile() (*weirv1.Task, error) {
	s := m.w.sets
	t := program("pipeline")
	t.MemoryBytes = compileMemory
	team, name, err := m.d.target(*s, m.at)
	if err != nil {
		return nil, err
	}
	ask := map[string]any{"name": name, "team": team, "as": s.step}
	if s.step == self {
		ask["as"] = name
	}
	where := s.spec.Dir
	if s.spec.File != nil {
		where = s.spec.File
	}
	at, err := m.inArtifact(t, where)
	if err != nil {
		return nil, err
	}
	ask["dir"] = at
	if s.spec.File != nil {
		ask["dir"], ask["file"] = path.Dir(at), path.Base(at)
		if !strings.Contains(at, "/") {
			return nil, fmt.Errorf("file %q is an artifact: a file in it is wanted", at)
		}
	}
	for key, values := range map[string]graph.Map{"vars": s.spec.Vars, "instance": s.spec.Instance} {
		known, err := m.d.openly(m.at).Map(values)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		ask[key] = graph.ValueJSON(nonNil(known))
	}
	t.Stdin, err = json.Marshal(ask)
	return t, err
}

// setPipeline decides about such a step: once the run has compiled it, the pipeline is
// to be set, and that has to be answered before the step goes on.
func (d *decider) setPipeline(s graph.Step, path string, c cancel) outcome {
	if d.row(path).Status == state.StepRunning && c == keepOn {
		run := d.lastRun(path)
		if _, answered := d.Sets[run.ID]; !answered && d.verdict(s, run).succeeded() {
			d.askToSet(s, path, run)
		}
		if a, asked := d.Sets[run.ID]; asked && !a.Done {
			d.wait(path, WaitRun, "its pipeline is being planned and applied")
			return goesOn
		}
	}
	return d.leaf(s, path, c)
}

// askToSet has the pipeline set, unless there is none to be.
func (d *decider) askToSet(s graph.Step, path string, run Run) {
	b, err := protocol.ParseCompiled(run.Result)
	if err != nil {
		return
	}
	if team, name, err := d.target(*d.workOf(s, path).sets, path); err == nil {
		d.emit(SetPipeline{Path: path, Run: run.ID, Team: team, Pipeline: name, Graph: b})
	}
}

// set is what became of a pipeline that was to be set.
func (d *decider) set(run Run) outcome {
	a, answered := d.Sets[run.ID]
	if !answered || !a.Done {
		if _, err := protocol.ParseCompiled(run.Result); err != nil {
			return ended(state.StepFailed, err.Error())
		}
		return ended(state.StepAborted, "was ended before its pipeline was applied")
	}
	if a.Refused {
		return ended(state.StepFailed, a.Message).by(a.Fault)
	}
	return ended(state.StepSucceeded, a.Message)
}
