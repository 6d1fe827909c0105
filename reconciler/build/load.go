package build

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// What a load may read. What is not to be shown is as large as a secret may be.
const (
	mostRevealed = 1 << 20
	mostHidden   = 64 << 10
	loadMemory   = 256 << 20
	loadPids     = 64
)

// load makes the task of a load: a program of weir's own that reads a file of an
// artifact and answers its value.
func (m *maker) load() (*weirv1.Task, error) {
	t := program("load")
	file, err := m.inArtifact(t, m.w.load.File)
	if err != nil {
		return nil, err
	}
	most := mostHidden
	if m.w.load.Reveal {
		most = mostRevealed
	}
	t.Stdin, err = json.Marshal(map[string]any{"file": file, "format": m.w.load.Format, "most": most})
	return t, err
}

// program is a task of weir's own, with nothing in its container but itself.
func program(name string) *weirv1.Task {
	return &weirv1.Task{
		ImageBuiltin: "step", Argv: []string{"/opt/weir/" + name}, Dir: tree, Hermetic: true, ResultOnStdout: true,
		MemoryBytes: loadMemory, Pids: loadPids,
	}
}

// inArtifact computes the path of a file in an artifact, and mounts the artifact.
func (m *maker) inArtifact(t *weirv1.Task, v graph.Value) (string, error) {
	v, err := m.d.openly(m.at).Value(v)
	if err != nil {
		return "", fmt.Errorf("file: %w", err)
	}
	text, _ := v.(graph.String)
	file := path.Clean(string(text))
	artifact, _, _ := strings.Cut(file, "/")
	if path.IsAbs(file) || artifact == "." || artifact == ".." {
		return "", fmt.Errorf("file %q does not begin with the name of an artifact", string(text))
	}
	return file, m.mount(t, artifact, path.Join(tree, artifact))
}

// hidden says that nobody may see the result.
func (w work) hidden() bool { return w.kind == graph.StepLoad && w.file == nil && !w.load.Reveal }

// loaded says what a load that has run says of itself: its value, if that is to be
// shown.
func (w work) loaded(result []byte) outcome {
	v, err := protocol.ParseLoaded(result)
	switch {
	case err != nil:
		return ended(state.StepErrored, err.Error())
	case !w.load.Reveal:
		return ended(state.StepSucceeded, "read a value that is not shown")
	}
	return ended(state.StepSucceeded, fmt.Sprintf("read %q", short(v)))
}

// loadStep is a load step and the last run of it, which has the value.
type loadStep struct {
	spec   graph.Load
	status state.StepStatus
	run    Run
}

// loadAt finds the load of a name as a path sees it.
func (d *decider) loadAt(name, at string) (loadStep, bool) {
	f := finder{d: d, name: name, at: at, near: -1, kind: graph.StepLoad}
	f.steps(d.Job.Steps, "")
	f.hooks(d.Job.Hooks, "")
	if f.near < 0 {
		return loadStep{}, false
	}
	spec, _ := f.found.Body.(graph.Load)
	l := loadStep{spec: spec, status: d.row(f.path).Status}
	if runs := d.Runs[f.path]; len(runs) > 0 {
		l.run = runs[len(runs)-1]
	}
	return l, true
}

// namedLoads are the values of the loads that an expression at a path names.
func (d *decider) namedLoads(v graph.Deferred, at string) (graph.Map, error) {
	out := graph.Map{}
	for _, name := range graph.LoadRefs(v) {
		l, err := d.readAt(name, at)
		if err != nil {
			return nil, err
		}
		if out[name], err = protocol.ParseLoaded(l.run.Result); err != nil {
			return nil, fmt.Errorf("load.%s: %w", name, err)
		}
	}
	return out, nil
}

// readAt is a load that has a value.
func (d *decider) readAt(name, at string) (loadStep, error) {
	l, ok := d.loadAt(name, at)
	switch {
	case !ok:
		return l, fmt.Errorf("load.%s: there is no such step", name)
	case l.status != state.StepSucceeded:
		return l, fmt.Errorf("load.%s: its step is %s, so there is no value", name, l.status)
	}
	return l, nil
}

// hides says that an expression names a loaded value that is not to be shown.
func (d *decider) hides(v graph.Deferred, at string) bool {
	return slices.ContainsFunc(graph.LoadRefs(v), func(name string) bool {
		l, ok := d.loadAt(name, at)
		return ok && !l.spec.Reveal
	})
}

// errHidden stands for an error that might quote a value.
var errHidden = errors.New("it cannot be computed; what is wrong is not told, because it names a loaded value without reveal = true")

// openly computes what people get to see, where nothing hidden may stand.
func (d *decider) openly(at string) protocol.Resolver {
	r := d.resolver(at)
	inner := r.Eval
	r.Eval = func(v graph.Deferred, roots map[string]graph.Value) (graph.Value, error) {
		if d.hides(v, at) {
			return nil, fmt.Errorf("%s would be seen here: its load needs reveal = true", v.Source)
		}
		if inner == nil {
			return nil, fmt.Errorf("%s: can not be evaluated here", v.Source)
		}
		return inner(v, roots)
	}
	return r
}

// loads says where the loaded values are that something left for later names.
func (m *maker) loads(v graph.Value) (map[string]protocol.Load, error) {
	var out map[string]protocol.Load
	for _, name := range graph.LoadRefs(v) {
		l, err := m.d.readAt(name, m.at)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = map[string]protocol.Load{}
		}
		out[name] = protocol.Load{Run: l.run.ID, Hidden: !l.spec.Reveal}
	}
	return out, nil
}
