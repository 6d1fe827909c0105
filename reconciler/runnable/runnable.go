package runnable

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// Gap is one place of a graph that this version cannot run.
type Gap struct {
	Address graph.Address
	Step    string // kind and name of a step: task "unit"; "" for what is no step
	What    string // what is there, as it is written
}

// String says it in one line.
func (g Gap) String() string {
	at := string(g.Address)
	if g.Step != "" {
		at += ", " + g.Step
	}
	return fmt.Sprintf("%s: %s is part of the language, but not run by this version of Weir", at, g.What)
}

// Unsupported lists all gaps, in the order of the graph's nodes and of the steps
// inside of jobs; none for a graph that runs, and for nil.
func Unsupported(g *graph.Graph) []Gap {
	if g == nil {
		return nil
	}
	var out []Gap
	for _, n := range g.Nodes() {
		add := func(step, what string) { out = append(out, Gap{n.Address, step, what}) }
		switch s := n.Spec.(type) {
		case graph.SecretSource:
			if !slices.Contains(sourceTypes, s.Type) {
				add("", fmt.Sprintf("type %q", s.Type))
			}
		case graph.Job:
			s.Walk(func(_ int, s graph.Step) { step(s, func(what string) { add(label(s), what) }) })
		}
	}
	return out
}

// Error is the gaps as one error, nil for none.
func Error(gaps []Gap) error {
	if len(gaps) == 0 {
		return nil
	}
	lines := make([]string, len(gaps))
	for i, g := range gaps {
		lines[i] = g.String()
	}
	return &unsupported{strings.Join(lines, "\n")}
}

type unsupported struct{ text string }

func (u *unsupported) Error() string { return u.text }

func label(s graph.Step) string {
	kind := string(s.Body.StepKind())
	if s.Name == "" {
		return kind
	}
	return fmt.Sprintf("%s %q", kind, s.Name)
}

func step(s graph.Step, add func(string)) {
	secrets(s.When, func(what string) { add("when with " + what) })
}
