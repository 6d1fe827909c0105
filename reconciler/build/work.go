package build

import (
	"fmt"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
)

// work is what one path runs: a task, an in, an out, or a program of weir's own. A put stands for two: its
// own path is the out, the path below it the in that follows.
type work struct {
	kind     graph.StepKind
	name     string
	task     graph.Task    // of a task
	resource graph.Address // of a get or put
	params   graph.Map
	put      graph.Put
	load     graph.Load
	sets     *setting                                    // of a step that sets a pipeline
	file     graph.Value                                 // of a task, that is to be read
	places   placesOf                                    // of a task that was read
	err      error                                       // it cannot be made
	version  func(d *decider) (map[string]string, error) // of a get
}

func (d *decider) workOf(s graph.Step, path string) work {
	switch b := s.Body.(type) {
	case graph.Task:
		switch {
		case b.File != nil && isFile(path):
			return work{kind: graph.StepLoad, name: s.Name, file: b.File}
		case b.File != nil:
			return d.definedTask(s, b, path)
		}
		return work{kind: graph.StepTask, name: s.Name, task: b}
	case graph.Load:
		return work{kind: graph.StepLoad, name: s.Name, load: b}
	case graph.SetPipeline:
		return work{kind: graph.StepSetPipeline, name: s.Name, sets: &setting{b, s.Name}}
	case graph.Get:
		return work{kind: graph.StepGet, name: s.Name, resource: b.Resource, params: b.Params, version: chosen(s.Name)}
	case graph.Put:
		if put, after := strings.CutSuffix(path, getSuffix); after {
			return work{kind: graph.StepGet, name: s.Name, resource: b.Resource, params: b.GetParams, version: madeBy(put)}
		}
		return work{kind: graph.StepPut, name: s.Name, resource: b.Resource, params: b.Params, put: b}
	}
	return work{}
}

// chosen is the version that the scheduler chose.
func chosen(name string) func(*decider) (map[string]string, error) {
	return func(d *decider) (map[string]string, error) {
		if v, ok := d.Inputs[name]; ok {
			return v, nil
		}
		return nil, fmt.Errorf("no version was chosen for it")
	}
}

// madeBy is the version that a put said it made.
func madeBy(put string) func(*decider) (map[string]string, error) {
	return func(d *decider) (map[string]string, error) {
		a, err := d.putAnswer(put)
		return a.Version, err
	}
}

func (w work) answer(result []byte) (protocol.Answer, error) {
	which := "in"
	if w.kind == graph.StepPut {
		which = "out"
	}
	return protocol.ParseAnswer(which, result)
}

// mapped is a name after a mapping.
func mapped(m map[string]string, name string) string {
	if to, ok := m[name]; ok {
		return to
	}
	return name
}
