package postgres

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/weirci/weir/compiler/graph"
)

// paramsJSON is what a build was started with, as its row has it.
func paramsJSON(values map[string]json.RawMessage) []byte {
	b, err := json.Marshal(values)
	if err != nil || values == nil {
		return []byte("{}")
	}
	return b
}

func paramsOf(raw []byte) (graph.Map, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("params: %w", err)
	}
	m, _ := valueOf(v).(graph.Map)
	return m, nil
}

func valueOf(v any) graph.Value {
	switch v := v.(type) {
	case bool:
		return graph.Bool(v)
	case json.Number:
		return graph.Number(v)
	case string:
		return graph.String(v)
	case []any:
		out := make(graph.List, len(v))
		for i := range v {
			out[i] = valueOf(v[i])
		}
		return out
	case map[string]any:
		out := graph.Map{}
		for k := range v {
			out[k] = valueOf(v[k])
		}
		return out
	}
	return graph.Null{}
}
