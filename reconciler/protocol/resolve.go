package protocol

import (
	"fmt"

	"github.com/weirci/weir/compiler/graph"
)

// Eval computes a deferred value from the run-time roots it names: build,
// version. It is given by whoever wires the deciders.
type Eval func(graph.Deferred, map[string]graph.Value) (graph.Value, error)

// Resolver replaces deferred values by what they are in one build.
type Resolver struct {
	Eval  Eval
	Roots map[string]graph.Value
}

// Value gives v with nothing deferred left in it.
func (r Resolver) Value(v graph.Value) (graph.Value, error) {
	switch v := v.(type) {
	case graph.Deferred:
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
