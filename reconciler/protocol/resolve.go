package protocol

import (
	"fmt"
	"maps"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

// Eval computes a deferred value from the run-time roots it names: build,
// version. It is given by whoever wires the deciders.
type Eval func(graph.Deferred, map[string]graph.Value) (graph.Value, error)

// Resolver replaces deferred values by what they are in one build.
type Resolver struct {
	Eval   Eval
	Roots  map[string]graph.Value
	Later  bool                           // what names secrets, or what is Hidden, stays deferred, closed over the roots that it names besides
	Steps  func(graph.Deferred) graph.Map // the root "step" of those; nil: none
	Hidden func(graph.Deferred) bool      // it names a loaded value that is not to be shown; nil: none does
}

// Value gives v with nothing deferred left in it.
func (r Resolver) Value(v graph.Value) (graph.Value, error) {
	switch v := v.(type) {
	case graph.Deferred:
		if r.Later && (len(graph.SecretRefs(v)) > 0 || r.Hidden != nil && r.Hidden(v)) {
			return r.close(v)
		}
		if r.Eval == nil {
			return nil, fmt.Errorf("%s: can not be evaluated here", v.Source)
		}
		return r.Eval(v, r.Roots)
	case graph.List:
		return r.list(v)
	case graph.Map:
		return r.Map(v)
	}
	return v, nil
}

// Waits says that something in a value was left for later.
func Waits(v graph.Value) bool { return len(graph.SecretRefs(v))+len(graph.LoadRefs(v)) > 0 }

// close puts what is known now beside what an expression closes over already: its
// secrets and loaded values are all that it waits for.
func (r Resolver) close(d graph.Deferred) (graph.Value, error) {
	out := graph.Deferred{Source: d.Source, Closed: maps.Clone(d.Closed)}
	if out.Closed == nil {
		out.Closed = graph.Map{}
	}
	for _, ref := range d.Refs {
		root, _, _ := strings.Cut(ref, ".")
		if root == "secret" || root == "load" {
			out.Refs = append(out.Refs, ref)
			continue
		}
		v, ok := r.Roots[root]
		if root == "step" && r.Steps != nil {
			v, ok = r.Steps(d), true
		}
		if !ok {
			return nil, fmt.Errorf("%s: %s is not known here", d.Source, ref)
		}
		out.Closed[root] = v
	}
	return out, nil
}

// Map gives m with nothing deferred left in it. No map stays no map.
func (r Resolver) Map(m graph.Map) (graph.Map, error) {
	if m == nil {
		return nil, nil
	}
	out := make(graph.Map, len(m))
	for k, v := range m {
		x, err := r.Value(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
		out[k] = x
	}
	return out, nil
}

func (r Resolver) list(l graph.List) (graph.Value, error) {
	out := make(graph.List, len(l))
	for i, v := range l {
		x, err := r.Value(v)
		if err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
		out[i] = x
	}
	return out, nil
}
