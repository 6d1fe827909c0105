package view

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
)

func changeMark(c planner.Change) mark {
	switch c.(type) {
	case planner.Create:
		return markAdd
	case planner.Delete:
		return markRemove
	case planner.Affected:
		return markAffected
	}
	return markChange
}

// change prints what happens at one address.
func (p *planPrinter) change(plan *planner.Plan, c planner.Change, detail PlanDetail) {
	m, address := changeMark(c), printable(string(c.At()))
	if detail == PlanSummary {
		p.line(0, m, address)
		return
	}
	if a, ok := c.(planner.Affected); ok {
		p.line(0, m, fmt.Sprintf("%s is affected by %s", address, affectedBy(a)))
		p.text("")
		return
	}
	p.text("  " + p.term.Paint(Bold, "# "+address) + " " + p.fate(c))
	p.defaults(plan, c.At())
	p.block(0, m, nodeHead(plan, c.At()), planner.Attributes(c).Fields)
	p.text("")
}

// defaults says which settings were not written in the node itself.
func (p *planPrinter) defaults(plan *planner.Plan, a graph.Address) {
	if plan.Desired == nil {
		return
	}
	if n, ok := plan.Desired.Lookup(a); ok && len(n.Meta.Defaults) > 0 {
		p.text("  " + p.term.Paint(Dim, "# from the pipeline's defaults: "+printable(strings.Join(n.Meta.Defaults, ", "))))
	}
}

// fate is what becomes of the node; what is lost stands out.
func (p *planPrinter) fate(c planner.Change) string {
	switch c := c.(type) {
	case planner.Create:
		return p.term.Paint(Bold, "will be added")
	case planner.Delete:
		return p.term.Paint(Bold, "will be ") + p.term.Paint(Red, "destroyed")
	case planner.Update:
		if c.From != "" {
			return p.term.Paint(Bold, "has moved from "+printable(string(c.From)))
		}
	}
	return p.term.Paint(Bold, "will be changed")
}

func affectedBy(a planner.Affected) string {
	by := make([]string, len(a.By))
	for i := range a.By {
		by[i] = printable(string(a.By[i]))
	}
	return strings.Join(by, ", ")
}

// nodeHead is the head of a node's block as it is written in a pipeline.
func nodeHead(plan *planner.Plan, a graph.Address) string {
	kind, name, _ := strings.Cut(string(a.Local()), ".")
	if a.Kind() == graph.KindPipeline {
		name = plan.Pipeline
	}
	name, key, repeated := strings.Cut(name, "[")
	labels := []string{name}
	if k := a.Kind(); k == graph.KindResource || k == graph.KindSecretSource {
		labels = strings.SplitN(name, ".", 2)
	}
	for i := range labels {
		labels[i] = strconv.Quote(labels[i])
	}
	head := kind + " " + strings.Join(labels, " ")
	if repeated {
		head += " [" + key
	}
	return printable(head)
}

// deltaMark is the symbol of a delta.
func deltaMark(d planner.Delta) mark {
	switch d.(type) {
	case planner.Add:
		return markAdd
	case planner.Remove:
		return markRemove
	case planner.Keep:
		return markNone
	}
	return markChange
}

// fieldsOf takes a delta of maps apart; one that is added, removed or kept as a
// whole has all its fields so.
func fieldsOf(d planner.Delta) []planner.Field {
	switch d := d.(type) {
	case planner.MapDelta:
		return d.Fields
	case planner.Add:
		return eachField(d.New, func(v graph.Value) planner.Delta { return planner.Add{New: v} })
	case planner.Remove:
		return eachField(d.Old, func(v graph.Value) planner.Delta { return planner.Remove{Old: v} })
	case planner.Keep:
		return eachField(d.Value, func(v graph.Value) planner.Delta { return planner.Keep{Value: v} })
	}
	return nil
}

func eachField(v graph.Value, wrap func(graph.Value) planner.Delta) []planner.Field {
	m, _ := v.(graph.Map)
	out := make([]planner.Field, 0, len(m))
	for _, k := range sortedKeys(m) {
		out = append(out, planner.Field{Name: k, Delta: wrap(m[k])})
	}
	return out
}

// itemsOf takes a delta of lists apart in the same way.
func itemsOf(d planner.Delta) []planner.Delta {
	switch d := d.(type) {
	case planner.ListDelta:
		return d.Items
	case planner.Add:
		return eachItem(d.New, func(v graph.Value) planner.Delta { return planner.Add{New: v} })
	case planner.Remove:
		return eachItem(d.Old, func(v graph.Value) planner.Delta { return planner.Remove{Old: v} })
	case planner.Keep:
		return eachItem(d.Value, func(v graph.Value) planner.Delta { return planner.Keep{Value: v} })
	}
	return nil
}

func eachItem(v graph.Value, wrap func(graph.Value) planner.Delta) []planner.Delta {
	l, _ := v.(graph.List)
	out := make([]planner.Delta, len(l))
	for i := range l {
		out[i] = wrap(l[i])
	}
	return out
}
