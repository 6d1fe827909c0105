package build

import (
	"fmt"
	"slices"
	"strings"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// Before is the build that a build resumes: same job, revision, inputs and params.
// What succeeded in it is not run again, as long as what it made is there, and as
// long as what it was made of is the same: a step that has to run again takes all
// along that depends on it.
type Before struct {
	Number    int64
	Steps     map[string]BeforeStep // by path
	Artifacts map[string]Kept       // by name; those that are still there
	Answers   map[string][]byte     // of puts, by path
}

// BeforeStep is what became of a step.
type BeforeStep struct {
	Name   string // with the values of across
	Status state.StepStatus
}

// Kept is an artifact with the path and kind of the step that made it.
type Kept struct {
	Artifact
	Path string
	Kind string
}

// resumed ends a step as the build before has it, if it may. What a build sets it has
// to set itself: who does not loses it.
func (d *decider) resumed(s graph.Step, path string, t *weirv1.Task) (outcome, bool) {
	w := d.workOf(s, path)
	if w.kind == graph.StepLoad || w.kind == graph.StepSetPipeline || !d.succeededBefore(s, path) || !d.sameInputs(t) || !d.sameWords(s, path) {
		return outcome{}, false
	}
	made, there := d.madeBefore(w, path)
	if !there {
		return outcome{}, false
	}
	if w.kind == graph.StepPut {
		answer, err := w.answer(d.Before.Answers[path])
		if err != nil {
			return outcome{}, false
		}
		d.emit(SaveVersion{w.name, string(w.resource), true, answer})
	}
	for _, a := range made {
		d.emit(a)
	}
	return d.finish(path, ended(state.StepSucceeded, d.asBefore())), true
}

func (d *decider) asBefore() string { return fmt.Sprintf("as in build #%d", d.Before.Number) }

// succeededBefore: it is the same step, it succeeded, and no hook of something that
// runs again.
func (d *decider) succeededBefore(s graph.Step, path string) bool {
	if d.Before == nil || d.row(path).Status != state.StepWaiting {
		return false
	}
	b, ok := d.Before.Steps[path]
	return ok && b.Status == state.StepSucceeded && b.Name == d.labelled(path, s.Name) && !d.hookOfNew(path)
}

// madeBefore is what a step made, if all of it is there, and by that step.
func (d *decider) madeBefore(w work, path string) (made []AddArtifact, there bool) {
	var names []string
	switch w.kind {
	case graph.StepGet:
		names = []string{w.name}
	case graph.StepTask:
		for _, out := range w.task.Outputs {
			names = append(names, mapped(w.task.OutputMapping, out))
		}
	}
	for _, name := range names {
		key := scoped(name, d.scope(path))
		k, ok := d.Before.Artifacts[key]
		fetched := w.kind == graph.StepGet && k.Kind == string(graph.StepGet) // perhaps by another build
		if !ok || k.Path != path && !fetched {
			return nil, false
		}
		made = append(made, AddArtifact{Name: key, Artifact: k.Artifact, Reused: true})
	}
	return made, true
}

// sameInputs: all that the task would be given was there before.
func (d *decider) sameInputs(t *weirv1.Task) bool {
	if v := t.GetImageVolume(); v != "" && !d.wasBefore(v) {
		return false
	}
	return !slices.ContainsFunc(t.GetMounts(), func(m *weirv1.Mount) bool { return m.GetKind() == "input" && !d.wasBefore(m.GetVolume()) })
}

func (d *decider) wasBefore(volume string) bool {
	for _, k := range d.Before.Artifacts {
		if k.Volume == volume {
			return true
		}
	}
	return false
}

// sameWords: what its expressions say of other steps is as it was.
func (d *decider) sameWords(s graph.Step, path string) bool {
	for _, ref := range wordsOf(s.Body) {
		root, rest, _ := strings.Cut(ref, ".")
		name, _, _ := strings.Cut(rest, ".")
		switch root {
		case "load": // its file may have been made anew
			for _, a := range d.Artifacts {
				if !d.wasBefore(a.Volume) {
					return false
				}
			}
		case "step":
			f := finder{d: d, name: name, at: path, near: -1}
			f.steps(d.Job.Steps, "")
			f.hooks(d.Job.Hooks, "")
			if f.near < 0 || d.Before.Steps[f.path].Status != d.row(f.path).Status {
				return false
			}
		}
	}
	return true
}

// wordsOf are the references of the expressions of a get, put or task.
func wordsOf(b graph.Body) []string {
	var out []string
	var walk func(graph.Value)
	walk = func(v graph.Value) {
		switch v := v.(type) {
		case graph.Deferred:
			out = append(out, v.Refs...)
		case graph.List:
			for _, x := range v {
				walk(x)
			}
		case graph.Map:
			for _, x := range v {
				walk(x)
			}
		}
	}
	switch b := b.(type) {
	case graph.Get:
		walk(b.Params)
	case graph.Put:
		walk(b.Params)
		walk(b.GetParams)
	case graph.Task:
		walk(b.Env)
		for _, s := range b.Services {
			walk(s.Env)
		}
	}
	return out
}

// hookOfNew: the path is inside of a hook, of something of which a part runs in this
// build: then the hook is about that, and not about what was before.
func (d *decider) hookOfNew(path string) bool {
	parts := strings.Split(path, ".")
	for i, p := range parts {
		if isHook(p) && d.ranIn(parts[:i]) {
			return true
		}
	}
	return false
}

// ranIn: a step at or below a path has runs of this build, hooks of its own left out.
func (d *decider) ranIn(parent []string) bool {
	for path, runs := range d.Runs {
		parts := strings.Split(path, ".")
		if len(runs) == 0 || len(parts) < len(parent) || !slices.Equal(parts[:len(parent)], parent) {
			continue
		}
		if len(parts) == len(parent) || !isHook(parts[len(parent)]) {
			return true
		}
	}
	return false
}

func isHook(part string) bool {
	return slices.ContainsFunc(hookLists(graph.Hooks{}), func(h hookList) bool { return h.name == part })
}

// putAnswer is what the program of a put said: in this build, or in that which it
// resumes.
func (d *decider) putAnswer(put string) (protocol.Answer, error) {
	if runs := d.Runs[put]; len(runs) == 0 && d.Before != nil {
		return protocol.ParseAnswer("out", d.Before.Answers[put])
	}
	return protocol.ParseAnswer("out", d.lastRun(put).Result)
}
