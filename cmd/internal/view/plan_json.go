package view

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
)

// planFormat is the version of the JSON form. The number before the point rises
// where a program that read the last one could be misled; new fields do not.
const planFormat = "1.0"

type (
	jsonPlan struct {
		FormatVersion string       `json:"format_version"`
		Digest        graph.Digest `json:"digest"`
		Team          string       `json:"team"`
		Pipeline      string       `json:"pipeline"`
		Destroy       bool         `json:"destroy"`
		Base          jsonBase     `json:"base"`
		DesiredDigest graph.Digest `json:"desired_digest,omitempty"`
		Summary       jsonSummary  `json:"summary"`
		Changes       []jsonChange `json:"changes"`
		Effects       []jsonEffect `json:"effects"`
	}
	jsonBase struct {
		Revision int64        `json:"revision"`
		Digest   graph.Digest `json:"digest,omitempty"`
	}
	jsonSummary struct {
		Add       int `json:"add"`
		Change    int `json:"change"`
		Destroy   int `json:"destroy"`
		Affected  int `json:"affected"`
		Unchanged int `json:"unchanged"`
	}
	jsonChange struct {
		Address    graph.Address   `json:"address"`
		Kind       graph.Kind      `json:"kind"`
		Action     string          `json:"action"` // create update delete affected
		Base       graph.Digest    `json:"base,omitempty"`
		Before     any             `json:"before,omitempty"`
		After      any             `json:"after,omitempty"`
		Attributes []jsonAttribute `json:"attributes,omitempty"` // of an update
		AffectedBy []graph.Address `json:"affected_by,omitempty"`
		MovedFrom  graph.Address   `json:"moved_from,omitempty"` // of an update
	}
	jsonAttribute struct {
		Path   string `json:"path"`
		Action string `json:"action"` // add remove replace
		Before any    `json:"before,omitempty"`
		After  any    `json:"after,omitempty"`
	}
	jsonEffect struct {
		Address  graph.Address `json:"address"`
		Sentence string        `json:"sentence"`
		Loss     bool          `json:"loss"`
	}
)

// WritePlanJSON prints a plan for programs: two spaces of indent, keys in a
// fixed order. Equal plans give equal text.
func WritePlanJSON(w io.Writer, p *planner.Plan) error {
	s := p.Summary()
	out := jsonPlan{
		FormatVersion: planFormat, Digest: p.Digest(), Team: p.Team, Pipeline: p.Pipeline, Destroy: p.Destroy(),
		Base:    jsonBase{p.Base.Revision, p.Base.Digest},
		Summary: jsonSummary{s.Add, s.Change, s.Destroy, s.Affected, s.Unchanged},
		Changes: []jsonChange{}, Effects: []jsonEffect{},
	}
	if p.Desired != nil {
		out.DesiredDigest = p.Desired.Digest()
	}
	for _, c := range p.Changes {
		out.Changes = append(out.Changes, changeJSON(c))
	}
	for _, e := range p.Effects {
		out.Effects = append(out.Effects, jsonEffect(e))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func changeJSON(c planner.Change) jsonChange {
	out := jsonChange{Address: c.At(), Kind: c.At().Kind(), Base: c.Guard()}
	switch c := c.(type) {
	case planner.Create:
		out.Action, out.After = "create", specJSON(c.New)
	case planner.Update:
		out.Action, out.Before, out.After = "update", specJSON(c.Old), specJSON(c.New)
		out.Attributes, out.MovedFrom = attributesJSON("", planner.Attributes(c)), c.From
	case planner.Delete:
		out.Action, out.Before = "delete", specJSON(c.Old)
	case planner.Affected:
		out.Action, out.AffectedBy = "affected", c.By
	}
	return out
}

func specJSON(s graph.Spec) any { return graph.ValueJSON(graph.Attributes(s)) }

// attributesJSON lists the leaves of a delta that are not as before. An index in
// a path is that in the new list; what was removed has that of the old one.
func attributesJSON(path string, d planner.Delta) []jsonAttribute {
	switch d := d.(type) {
	case planner.Add:
		return []jsonAttribute{{Path: path, Action: "add", After: graph.ValueJSON(d.New)}}
	case planner.Remove:
		return []jsonAttribute{{Path: path, Action: "remove", Before: graph.ValueJSON(d.Old)}}
	case planner.Replace:
		return []jsonAttribute{{path, "replace", graph.ValueJSON(d.Old), graph.ValueJSON(d.New)}}
	case planner.TextDelta:
		old, new := d.Sides()
		return []jsonAttribute{{path, "replace", old, new}}
	case planner.MapDelta:
		var out []jsonAttribute
		for _, f := range d.Fields {
			out = append(out, attributesJSON(join(path, f.Name), f.Delta)...)
		}
		return out
	case planner.ListDelta:
		return itemsJSON(path, d)
	}
	return nil
}

func itemsJSON(path string, d planner.ListDelta) []jsonAttribute {
	var out []jsonAttribute
	was, is := 0, 0
	for _, item := range d.Items {
		at := is
		switch item.(type) {
		case planner.Remove:
			at = was
			was++
		case planner.Add:
			is++
		default:
			was++
			is++
		}
		out = append(out, attributesJSON(fmt.Sprintf("%s[%d]", path, at), item)...)
	}
	return out
}

func join(path, name string) string {
	if path == "" {
		return key(name)
	}
	return path + "." + key(name)
}
