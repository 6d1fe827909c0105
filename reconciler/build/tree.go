package build

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// Seed is a row of steps before anything has happened.
type Seed struct {
	Path string
	Ord  int
	Kind graph.StepKind
	Name string
}

// Seeds are the rows of a build that starts: each step of the tree, hooks, the
// get after each put and the reading of each task's file, in source order.
func Seeds(job graph.Job) []Seed {
	var s seeder
	s.steps(job.Steps, "")
	s.hooks(job.Hooks, "")
	return s.out
}

type seeder struct {
	out  []Seed
	name func(path, name string) string // nil: as it is
}

func (s *seeder) steps(steps []graph.Step, prefix string) {
	for i, step := range steps {
		s.step(step, child(prefix, i))
	}
}

func (s *seeder) step(step graph.Step, path string) {
	s.add(path, step.Body.StepKind(), step.Name)
	if len(step.Across) > 0 {
		return // what is inside has rows when its values are known
	}
	if put, ok := step.Body.(graph.Put); ok && !put.NoGet {
		s.add(path+getSuffix, graph.StepGet, step.Name)
	}
	if task, ok := step.Body.(graph.Task); ok && task.File != nil {
		s.add(path+fileSuffix, graph.StepLoad, step.Name)
	}
	s.steps(children(step.Body), attemptPrefix(path, 1))
	s.hooks(step.Hooks, path+".")
}

func (s *seeder) add(path string, kind graph.StepKind, name string) {
	if s.name != nil {
		name = s.name(path, name)
	}
	s.out = append(s.out, Seed{path, len(s.out), kind, name})
}

func (s *seeder) hooks(h graph.Hooks, prefix string) {
	for _, hook := range hookLists(h) {
		s.steps(hook.steps, prefix+hook.name+".")
	}
}

const getSuffix = ".get"

// hookList is one hook by its name, which is also its place in paths.
type hookList struct {
	name  string
	steps []graph.Step
}

func hookLists(h graph.Hooks) []hookList {
	return []hookList{
		{"on_success", h.OnSuccess}, {"on_failure", h.OnFailure}, {"on_abort", h.OnAbort},
		{"on_error", h.OnError}, {"ensure", h.Ensure},
	}
}

// children are the steps inside a body; a leaf has none.
func children(b graph.Body) []graph.Step {
	switch b := b.(type) {
	case graph.Do:
		return b.Steps
	case graph.Parallel:
		return b.Steps
	case graph.Try:
		return b.Steps
	}
	return nil
}

func child(prefix string, i int) string { return prefix + strconv.Itoa(i) }

// attemptPrefix begins the paths of the steps inside a step, in one attempt at it.
func attemptPrefix(path string, attempt int) string {
	if attempt <= 1 {
		return path + "."
	}
	return fmt.Sprintf("%s.attempt%d.", path, attempt)
}

// attemptSeeds are the rows of a later attempt. They stand where the step stands.
func (d *decider) attemptSeeds(step graph.Step, path string, attempt int) []Seed {
	s := seeder{name: d.labelled}
	s.steps(children(step.Body), attemptPrefix(path, attempt))
	return d.placed(s.out, path)
}

// spreadSeeds are the rows of the values of an across.
func (d *decider) spreadSeeds(group graph.Step, path string) []Seed {
	s := seeder{name: d.labelled}
	s.steps(children(group.Body), path+".")
	return d.placed(s.out, path)
}

// labelled is the name of a row inside of across, which says the values.
func (d *decider) labelled(path, name string) string {
	return name + inBrackets(d.bindingAt(path).label)
}

// placed gives rows that come later the place of the step that they are inside of.
func (d *decider) placed(rows []Seed, path string) []Seed {
	at := 0
	for _, s := range Seeds(d.Job) {
		if s.Path == path || strings.HasPrefix(path, s.Path+".") {
			at = s.Ord
		}
	}
	for i := range rows {
		rows[i].Ord = at
	}
	return rows
}

// runSpace is the name space of run ids (RFC 9562, version 5).
const runSpace = "0190a6b4-7d1c-5e0b-9a55-77656972636f"

// RunID is the id of a run. It follows from what the run is, so that the same
// decision taken twice means the same run.
func RunID(buildID, path string, attempt int) string {
	space := uuid.MustParse(runSpace)
	return uuid.NewSHA1(space, fmt.Appendf(nil, "%s/%s/%d", buildID, path, attempt)).String()
}

func waitingStep() Step { return Step{Status: state.StepWaiting} }
