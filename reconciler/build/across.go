package build

import (
	"fmt"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/protocol"
	"github.com/weirci/weir/state"
)

// mostCombinations bounds what one build can be multiplied into by values that
// only a run knows.
const mostCombinations = 1024

// binding is what an across has bound for all that is inside one of its values.
type binding struct {
	values graph.Map // of the blocks around too
	label  string    // go=1.25, os=linux
	number int       // combinations up to here
}

// across decides about a step that runs for each of some values. One block after
// the other becomes a parallel over its values, with the other blocks inside: a
// product, of which the last varies fastest. Hooks, retries, timeouts and conditions are
// each value's own.
func (d *decider) across(s graph.Step, path string, c cancel) outcome {
	row := d.row(path)
	if row.Status.Terminal() {
		return known(row)
	}
	group, err := d.spread(s, path)
	if err != nil {
		return d.finish(path, ended(state.StepErrored, fmt.Sprintf("across.%s: %v", s.Across[0].Var, err)))
	}
	if row.Status == state.StepWaiting {
		d.emit(AddSteps{d.spreadSeeds(group, path)})
	}
	return d.composite(group, path, c)
}

// spread is the parallel that the first across of a step becomes, and binds its
// values for what is inside.
func (d *decider) spread(s graph.Step, path string) (graph.Step, error) {
	a, inner := s.Across[0], s
	inner.Across = s.Across[1:]
	values, err := d.valuesOf(a, path)
	if err != nil {
		return graph.Step{}, err
	}
	around := d.bindingAt(path)
	number := max(around.number, 1) * len(values)
	if number > mostCombinations {
		return graph.Step{}, fmt.Errorf("%d combinations are more than %d, which one step may be multiplied into", number, mostCombinations)
	}
	steps := make([]graph.Step, len(values))
	for i, v := range values {
		steps[i] = inner
		d.bound[child(path+".", i)] = around.with(a.Var, v, number)
	}
	return graph.Step{Name: s.Name, Body: graph.Parallel{Steps: steps, Limit: atOnce(a.MaxInFlight), FailFast: a.FailFast}}, nil
}

// atOnce is the limit of a parallel, where 0 is none.
func atOnce(maxInFlight int64) int64 {
	if maxInFlight == graph.AllAtOnce {
		return 0
	}
	return max(maxInFlight, 1)
}

func (d *decider) valuesOf(a graph.Across, path string) (graph.List, error) {
	v, err := d.openly(path).Value(a.Values)
	if err != nil {
		return nil, fmt.Errorf("values: %w", err)
	}
	list, ok := v.(graph.List)
	if !ok {
		return nil, fmt.Errorf("values: it is no list")
	}
	return list, nil
}

func (b binding) with(name string, v graph.Value, number int) binding {
	out := binding{values: graph.Map{}, label: b.label, number: number}
	for k, x := range b.values {
		out.values[k] = x
	}
	out.values[name] = v
	if out.label != "" {
		out.label += ", "
	}
	out.label += name + "=" + short(v)
	return out
}

// short is a value in the name of a step.
func short(v graph.Value) string {
	const most = 40
	text, present, err := protocol.EnvText(v)
	if err != nil || !present {
		return "null"
	}
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// bindingAt is what the innermost across around a path has bound.
func (d *decider) bindingAt(path string) binding { return d.bound[d.scope(path)] }

// scope is the value of an across that a path is inside of; "": none. What is
// made inside is not seen outside.
func (d *decider) scope(path string) string {
	for p := path; p != ""; p = parent(p) {
		if _, ok := d.bound[p]; ok {
			return p
		}
	}
	return ""
}

// parent is a path without its last part.
func parent(path string) string {
	return path[:max(strings.LastIndexByte(path, '.'), 0)]
}

// visible finds what a name means at a path: what was made inside the innermost
// across, or else around it.
func visible[V any](d *decider, m map[string]V, name, path string) (V, bool) {
	for p := d.scope(path); p != ""; p = d.scope(parent(p)) {
		if v, ok := m[scoped(name, p)]; ok {
			return v, true
		}
	}
	v, ok := m[name]
	return v, ok
}

// scoped is the name under which something is kept that is made inside an across.
// No name of a step has that sign.
func scoped(name, scope string) string {
	if scope == "" {
		return name
	}
	return name + "@" + scope
}

// resolver computes what is deferred in a step at a path.
func (d *decider) resolver(path string) protocol.Resolver {
	return protocol.Resolver{Eval: d.withSteps(path), Roots: d.roots(path)}
}
