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

// A task with a file is two: a program of weir's own reads the definition, on the
// path below the task's, and the task then is what both say.
const fileSuffix = ".file"

// fileTask decides about such a task.
func (d *decider) fileTask(s graph.Step, path string, c cancel) outcome {
	if row := d.row(path); row.Status.Terminal() {
		return known(row)
	}
	if !d.read(path) {
		if o := d.leaf(s, path+fileSuffix, c); !o.done {
			d.wait(path, WaitStep, "waits for its file to be read")
			return goesOn
		} else if !o.succeeded() {
			return d.finish(path, o)
		}
	}
	if c != keepOn && d.row(path).Status == state.StepWaiting {
		return d.finish(path, ended(state.StepAborted, string(c)))
	}
	return d.leaf(s, path, c)
}

// read says that the file of a task has been read.
func (d *decider) read(path string) bool {
	return d.row(path+fileSuffix).Status == state.StepSucceeded
}

// define makes the task that reads the file.
func (m *maker) define() (*weirv1.Task, error) {
	t := program("task")
	file, err := m.inArtifact(t, m.w.file)
	if err != nil {
		return nil, err
	}
	t.Stdin, err = json.Marshal(map[string]any{"file": file})
	return t, err
}

// defined says what the run that has read the file says of itself.
func defined(result []byte) outcome {
	if _, err := protocol.ParseDefinition(result); err != nil {
		return ended(state.StepErrored, err.Error())
	}
	return ended(state.StepSucceeded, "")
}

// definedTask is the work of a task with a file: what the step says, and under it
// what the file says.
func (d *decider) definedTask(s graph.Step, b graph.Task, path string) work {
	w := work{kind: graph.StepTask, name: s.Name, task: b}
	def, err := protocol.ParseDefinition(d.lastRun(path + fileSuffix).Result)
	if err != nil {
		w.err = err
		return w
	}
	w.task, w.places = filled(b, def), places(b, def)
	switch {
	case !hasImage(w.task):
		w.err = fmt.Errorf("neither the step nor %s says in which image it runs", fileName(b.File))
	case len(w.task.Run) == 0 && w.task.Script == "":
		w.err = fmt.Errorf("neither the step nor %s says what it runs", fileName(b.File))
	}
	return w
}

// hasImage says that a task says in which image it runs.
func hasImage(t graph.Task) bool {
	return t.Image != "" || t.ImageArtifact != "" || t.ImageResource != ""
}

func fileName(v graph.Value) string {
	if text, ok := v.(graph.String); ok {
		return string(text)
	}
	return "its file"
}

// filled fills what a step leaves out. Rights and services are the step's alone.
func filled(t graph.Task, d protocol.Definition) graph.Task {
	if !hasImage(t) {
		t.Image = d.Image
	}
	if len(t.Run) == 0 && t.Script == "" { // a step's own command takes the place of both
		t.Run, t.Script = d.Run, d.Script
	} else if t.Script == "" {
		t.Script = d.Script
	}
	t.Dir, t.User, t.Hermetic = orElse(t.Dir, d.Dir), orElse(t.User, d.User), t.Hermetic || d.Hermetic
	env := graph.Map{}
	for k, v := range d.Env {
		env[k] = graph.String(v)
	}
	for k, v := range t.Env {
		env[k] = v
	}
	t.Env = env
	if len(t.Inputs) == 0 {
		t.Inputs = names(d.Inputs)
	}
	if len(t.Outputs) == 0 {
		t.Outputs = names(d.Outputs)
	}
	if len(t.Caches) == 0 {
		t.Caches = d.Caches
	}
	if t.Limits == (graph.Limits{}) {
		t.Limits = graph.Limits{CPU: d.CPU, Memory: d.Memory, Pids: d.Pids}
	}
	return t
}

func names(ms []protocol.DefinedMount) []string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Name)
	}
	return out
}

// places are where a file wants its inputs and outputs, and which inputs need not be
// there; of those that it names and the step does not.
type placesOf struct {
	inputs, outputs map[string]string
	optional        map[string]bool
}

func places(t graph.Task, d protocol.Definition) placesOf {
	p := placesOf{map[string]string{}, map[string]string{}, map[string]bool{}}
	if len(t.Inputs) == 0 {
		for _, m := range d.Inputs {
			p.inputs[m.Name], p.optional[m.Name] = m.Path, m.Optional
		}
	}
	if len(t.Outputs) == 0 {
		for _, m := range d.Outputs {
			p.outputs[m.Name] = m.Path
		}
	}
	return p
}

// at is where a name is in the step's directory.
func at(places map[string]string, name string) string {
	return path.Join(tree, orElse(places[name], name))
}

// isFile says that a path is that of reading a task's file.
func isFile(path string) bool { return strings.HasSuffix(path, fileSuffix) }
