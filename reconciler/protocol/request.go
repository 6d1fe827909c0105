package protocol

import (
	"encoding/json"
	"fmt"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
)

// Request is what a resource's program reads on its standard input.
type Request struct {
	Source  graph.Map
	Version map[string]string // nil: none
	Params  graph.Map
}

// Bytes is the request as JSON. Version and params are absent where there are none.
func (r Request) Bytes() ([]byte, error) {
	out := map[string]any{"source": graph.ValueJSON(nonNil(r.Source))}
	if r.Version != nil {
		out["version"] = r.Version
	}
	if r.Params != nil {
		out["params"] = graph.ValueJSON(r.Params)
	}
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("the request to the resource: %w", err)
	}
	return b, nil
}

func nonNil(m graph.Map) graph.Map {
	if m == nil {
		return graph.Map{}
	}
	return m
}

// Task begins the task of a resource's program: its image, and that its standard
// output is the answer. Typ is nil for a built-in type.
func Task(r graph.Resource, typ *graph.ResourceType, argv []string) (*weirv1.Task, error) {
	t := &weirv1.Task{Argv: argv, ResultOnStdout: true}
	switch {
	case r.TypeRef == "" && r.Type != "":
		t.ImageBuiltin = r.Type
	case typ != nil && typ.Image != "":
		t.ImageRef, t.Privileged = typ.Image, typ.Privileged
	case typ != nil && typ.ImageResource != "": // see Images
		t.Privileged = typ.Privileged
	default:
		return nil, fmt.Errorf("its type %s is not there", typeName(r))
	}
	return t, nil
}

func typeName(r graph.Resource) string {
	if r.TypeRef != "" {
		return string(r.TypeRef)
	}
	return fmt.Sprintf("%q", r.Type)
}
