package build

import (
	"maps"
	"strconv"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// withSteps lets expressions at a path ask how steps before it ended, and what they
// have loaded. Steps are only looked for where an expression names them.
func (d *decider) withSteps(at string) protocol.Eval {
	if d.Eval == nil {
		return nil
	}
	return func(v graph.Deferred, roots map[string]graph.Value) (graph.Value, error) {
		steps := d.namedSteps(v, at)
		loads, err := d.namedLoads(v, at)
		if err != nil {
			return nil, err
		}
		if len(steps)+len(loads) == 0 {
			return d.Eval(v, roots)
		}
		all := map[string]graph.Value{"step": steps, "load": loads}
		maps.Copy(all, roots)
		out, err := d.Eval(v, all)
		if err != nil && d.hides(v, at) {
			err = errHidden
		}
		return out, err
	}
}

// namedSteps are the steps that an expression at a path names.
func (d *decider) namedSteps(v graph.Deferred, at string) graph.Map {
	steps := graph.Map{}
	for _, ref := range v.Refs {
		if parts := strings.SplitN(ref, ".", 3); parts[0] == "step" && len(parts) > 1 {
			steps[parts[1]] = d.stepValue(parts[1], at)
		}
	}
	return steps
}

const succeeded = string(state.StepSucceeded)

// stepValue is step.NAME: its status, and its exit code where it has one.
func (d *decider) stepValue(name, at string) graph.Value {
	f := finder{d: d, name: name, at: at, near: -1}
	f.steps(d.Job.Steps, "")
	f.hooks(d.Job.Hooks, "")
	status, code := string(waitingStep().Status), graph.Value(graph.Null{})
	if f.near >= 0 {
		status = string(d.row(f.path).Status)
		if runs := d.Runs[f.path]; len(runs) > 0 {
			if n, exited := exitCode(runs[len(runs)-1]); exited {
				code = graph.Number(strconv.Itoa(int(n)))
			}
		} else if _, task := f.found.Body.(graph.Task); task && d.Before != nil && status == succeeded {
			code = graph.Number("0") // as before
		}
	}
	return graph.Map{"status": graph.String(status), "exit_code": code}
}

// finder looks for the step of a name that is nearest to a path: that which has the
// most of its path in common with it. Others of that name are in branches that the
// compiler lets nobody name from there.
type finder struct {
	d        *decider
	name, at string
	kind     graph.StepKind // "": any
	path     string
	found    graph.Step
	near     int // parts in common; -1: none found
}

func (f *finder) steps(steps []graph.Step, prefix string) {
	for i, s := range steps {
		f.step(s, child(prefix, i))
	}
}

func (f *finder) hooks(h graph.Hooks, prefix string) {
	for _, hook := range hookLists(h) {
		f.steps(hook.steps, prefix+hook.name+".")
	}
}

func (f *finder) step(s graph.Step, path string) {
	f.look(s, path)
	for range s.Across { // inside there are many: only those around the path are seen
		if path = f.towards(path); path == "" {
			return
		}
		f.look(s, path)
	}
	f.steps(children(s.Body), attemptPrefix(path, f.d.row(path).Attempt))
	f.hooks(s.Hooks, path+".")
}

func (f *finder) look(s graph.Step, path string) {
	if s.Name != f.name || f.kind != "" && s.Body.StepKind() != f.kind {
		return
	}
	if n := common(path, f.at); n > f.near {
		f.path, f.found, f.near = path, s, n
	}
}

// towards is the part of the path that is looked from, one part longer than this.
func (f *finder) towards(path string) string {
	rest, ok := strings.CutPrefix(f.at, path+".")
	if !ok {
		return ""
	}
	next, _, _ := strings.Cut(rest, ".")
	return path + "." + next
}

// common counts the parts that two paths begin with both.
func common(a, b string) int {
	n, x, y := 0, strings.Split(a, "."), strings.Split(b, ".")
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}
