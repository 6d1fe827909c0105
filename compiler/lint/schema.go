package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// Schema is what a resource type takes: the keys of each object.
type Schema struct{ Source, Get, Put Keys }

// Keys are the keys of an object and what each is: string, bool, number, list,
// object or any.
type Keys map[string]string

func schemaRefuses() Rule {
	return Rule{Code: diag.SchemaRefuses, Severity: diag.Error, Summary: "The resource type does not take this",
		Why:  "The built-in types say which keys their `source` and `params` have. With any other key every check, get or put fails.",
		Fix:  "Correct the key or its value. Images that implement a resource type publish no schema, so what they take is not looked at.",
		skip: func(in Input) bool { return in.Schemas == nil },
		check: func(p *pass, out report) {
			types := map[graph.Address]Schema{}
			written := p.resources()
			for _, n := range p.Graph.Nodes() {
				r, ok := n.Spec.(graph.Resource)
				schema, known := p.Schemas[r.Type]
				if !ok || !known {
					continue
				}
				types[n.Address] = schema
				at := p.Origins[n.Address].Range
				var source config.Expr
				if w := written[at]; w != nil {
					source = w.Source
				}
				refuse{"the source", r.Type, at, source}.check(r.Source, schema.Source, out)
			}
			for _, j := range p.jobs {
				for _, s := range j.steps {
					stepParams(s, types, out)
				}
			}
		}}
}

func stepParams(s step, types map[graph.Address]Schema, out report) {
	switch b := s.Body.(type) {
	case graph.Get:
		if schema, ok := types[b.Resource]; ok {
			w, _ := s.written.Body.(*config.Get)
			if w == nil {
				w = &config.Get{}
			}
			refuse{"the params of a get", kind(b.Resource), s.written.Range, w.Params}.check(b.Params, schema.Get, out)
		}
	case graph.Put:
		if schema, ok := types[b.Resource]; ok {
			w, _ := s.written.Body.(*config.Put)
			if w == nil {
				w = &config.Put{}
			}
			refuse{"the params of a put", kind(b.Resource), s.written.Range, w.Params}.check(b.Params, schema.Put, out)
			refuse{"the params of a get", kind(b.Resource), s.written.Range, w.GetParams}.check(b.GetParams, schema.Get, out)
		}
	}
}

// kind is the type in the address of a resource.
func kind(a graph.Address) string {
	_, rest, _ := strings.Cut(string(a.Local()), ".")
	word, _, _ := strings.Cut(rest, ".")
	return word
}

// refuse is one object that is looked at.
type refuse struct {
	what, typ string
	at        diag.Range
	written   config.Expr
}

func (r refuse) check(m graph.Map, keys Keys, out report) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		want, known := keys[k]
		switch {
		case !known:
			out(r.unknown(k, slices.Sorted(maps.Keys(keys))))
		case !fits(m[k], want):
			out(diag.Diagnostic{Range: r.place(k, true), Detail: fmt.Sprintf("In %s of a %s resource, %s is %s.", r.what, r.typ, k, described(want))})
		}
	}
}

func (r refuse) unknown(k string, known []string) diag.Diagnostic {
	d := diag.Diagnostic{Range: r.place(k, false), Detail: fmt.Sprintf("In %s of a %s resource there is no key %q.", r.what, r.typ, k)}
	if near, ok := diag.Nearest(k, known); ok {
		d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean %q?", near)}
	} else if len(known) > 0 {
		d.Detail += " There are: " + strings.Join(known, ", ") + "."
	}
	return d
}

// place is where a key, or its value, is written.
func (r refuse) place(key string, value bool) diag.Range {
	if r.written == nil {
		return r.at
	}
	object, _ := r.written.Parts().(config.Object)
	for _, it := range object {
		if k, ok := literal(it.Key); ok && k == key {
			if value {
				return it.Value.Range()
			}
			return it.Key.Range()
		}
	}
	return r.written.Range()
}

// fits says whether a value can be of a kind. What only a run knows may be.
func fits(v graph.Value, want string) bool {
	switch v.(type) {
	case graph.Deferred, graph.Null:
		return true
	case graph.String:
		return want == "string" || want == "any"
	case graph.Bool:
		return want == "bool" || want == "any"
	case graph.Number:
		return want == "number" || want == "any"
	case graph.List:
		return want == "list" || want == "any"
	}
	return want == "object" || want == "any"
}

func described(want string) string {
	switch want {
	case "bool":
		return "true or false"
	case "object":
		return "an object"
	}
	return "a " + want
}
