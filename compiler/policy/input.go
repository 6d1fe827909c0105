package policy

import (
	"encoding/json"
	"fmt"

	"github.com/weirci/weir/compiler/graph"
)

// Input is what policies see: the graph by kinds, with every field present. The
// steps of all jobs, at any depth and those of hooks too, stand in one list,
// because CUE has no recursion: each with the address of its job, an address of
// its own, and its place in the source as far as the graph knows it.
func Input(g *graph.Graph) map[string]any {
	in := map[string]any{"digest": string(g.Digest())}
	steps := []any{}
	of := map[graph.Kind]map[string]any{}
	for kind, name := range kinds() {
		of[kind] = map[string]any{}
		in[name] = of[kind]
	}
	for _, n := range g.Nodes() {
		data, _ := graph.ValueJSON(graph.Complete(n.Spec)).(map[string]any)
		data["name"] = n.Address.Name()
		data["module"] = string(n.Address.Module())
		data["file"], data["line"] = n.Meta.File, n.Meta.Line
		switch spec := n.Spec.(type) {
		case graph.Pipeline:
			data["name"] = spec.Name
			in["pipeline"] = data
		case graph.Job:
			steps = append(steps, stepsOf(n.Address, spec)...)
			of[graph.KindJob][string(n.Address)] = data
		default:
			of[n.Spec.Kind()][string(n.Address)] = data
		}
	}
	in["steps"] = steps
	return in
}

// InputJSON is Input as JSON, as Evaluate takes it.
func InputJSON(g *graph.Graph) ([]byte, error) {
	b, err := json.Marshal(Input(g))
	if err != nil {
		return nil, fmt.Errorf("writing the input of policies: %w", err)
	}
	return b, nil
}

// kinds are the names of the lists.
func kinds() map[graph.Kind]string {
	return map[graph.Kind]string{graph.KindJob: "jobs", graph.KindResource: "resources", graph.KindResourceType: "resource_types",
		graph.KindSecretSource: "secret_sources", graph.KindGroup: "groups"}
}

func stepsOf(a graph.Address, j graph.Job) []any {
	var out []any
	j.Walk(func(i int, s graph.Step) {
		data, _ := graph.ValueJSON(s.Complete()).(map[string]any)
		data["job"] = string(a)
		data["address"] = fmt.Sprintf("%s#%d", a, i)
		out = append(out, data)
	})
	return out
}
