package graph

import (
	"bytes"
	"encoding/json"
)

// ValueJSON is a value as encoding/json takes it. Numbers keep all digits; a
// deferred value is {"$deferred": source, "closed": …, "refs": …}.
func ValueJSON(v Value) any {
	switch v := v.(type) {
	case Bool:
		return bool(v)
	case Number:
		return json.Number(v)
	case String:
		return string(v)
	case List:
		out := make([]any, len(v))
		for i := range v {
			out[i] = ValueJSON(v[i])
		}
		return out
	case Map:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = ValueJSON(v[k])
		}
		return out
	case Deferred:
		return map[string]any{"$deferred": v.Source, "closed": ValueJSON(v.Closed), "refs": v.Refs}
	}
	return nil
}

type jsonGraph struct {
	Format int               `json:"format"`
	Digest Digest            `json:"digest"`
	Header map[string]string `json:"header"`
	Nodes  []jsonNode        `json:"nodes"`
}

type jsonNode struct {
	Address    Address `json:"address"`
	Kind       Kind    `json:"kind"`
	SpecDigest Digest  `json:"spec_digest"`
	ExecDigest Digest  `json:"exec_digest"`
	Spec       any     `json:"spec"`
	File       string  `json:"file,omitempty"`
	Line       int64   `json:"line,omitempty"`
}

// JSON is the graph for programs: keys sorted, nodes in the order of their
// addresses, two spaces of indent, a line end. Equal graphs give equal text.
func (g *Graph) JSON() ([]byte, error) {
	out := jsonGraph{Format: Format, Digest: g.digest, Header: map[string]string{}, Nodes: make([]jsonNode, len(g.nodes))}
	for name, d := range map[string]Digest{"inputs": g.header.Inputs, "lock": g.header.Lock, "policies": g.header.Policies} {
		if d != "" {
			out.Header[name] = string(d)
		}
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		out.Nodes[i] = jsonNode{n.Address, n.Spec.Kind(), n.SpecDigest, n.ExecDigest, ValueJSON(Attributes(n.Spec)), n.Meta.File, n.Meta.Line}
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
