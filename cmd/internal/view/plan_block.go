package view

import (
	"slices"
	"strconv"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
)

// The fields of specs that are blocks where people write them. All others are
// attributes, and what is inside them is data.
var (
	hookNames  = []string{"on_success", "on_failure", "on_error", "on_abort", "ensure"}
	blockNames = []string{"display", "retention", "schedule", "concurrency", "webhook", "retry", "limits", "ready"}
	labelled   = map[string]labelledBlock{ // lists of blocks, each with a label
		"across": {"across", "var"}, "services": {"service", "name"}, "params": {"param", "name"},
	}
)

// labelledBlock is the word of a block and the field that is its label.
type labelledBlock struct{ word, label string }

func isStepKind(name string) bool { return slices.Contains(graph.StepKinds(), graph.StepKind(name)) }

// block prints a head and, in braces, the fields of a spec, a step or a part of one.
func (p *planPrinter) block(depth int, m mark, head string, fields []planner.Field) {
	fields = flatten(fields)
	if len(fields) == 0 {
		p.line(depth, m, head+" {}")
		return
	}
	p.line(depth, m, head+" {")
	p.fields(depth+1, fields)
	p.line(depth, markNone, "}")
}

// flatten puts what Attributes keeps apart where people write it: hooks and the
// body of a step directly into their block. The name of a step is in its head.
func flatten(fields []planner.Field) []planner.Field {
	isStep := stepKind(fields) != ""
	var out []planner.Field
	for _, f := range fields {
		switch {
		case f.Name == "hooks", isStep && isStepKind(f.Name):
			out = append(out, fieldsOf(f.Delta)...)
		case isStep && f.Name == "name":
		default:
			out = append(out, f)
		}
	}
	return out
}

// stepKind finds the word for the kind among the fields of a step.
func stepKind(fields []planner.Field) string {
	for _, f := range fields {
		if isStepKind(f.Name) {
			return f.Name
		}
	}
	return ""
}

// fields prints attributes first, then blocks: hooks after steps.
func (p *planPrinter) fields(depth int, fields []planner.Field) {
	var attributes, hooks []planner.Field
	var steps planner.Delta
	kept := 0
	for _, f := range fields {
		_, keep := f.Delta.(planner.Keep)
		switch {
		case f.Name == "steps":
			steps = f.Delta
		case keep:
			kept++
		case slices.Contains(hookNames, f.Name), slices.Contains(blockNames, f.Name), isLabelled(f):
			hooks = append(hooks, f)
		default:
			attributes = append(attributes, inWords(f))
		}
	}
	p.attributes(depth, attributes)
	p.hidden(depth, kept, "attribute")
	p.steps(depth, steps)
	for _, f := range hooks {
		p.part(depth, f)
	}
}

// part prints a hook, or a block of plain attributes.
func (p *planPrinter) part(depth int, f planner.Field) {
	m := deltaMark(f.Delta)
	if isLabelled(f) {
		p.blocks(depth, labelled[f.Name], f.Delta)
		return
	}
	if slices.Contains(blockNames, f.Name) {
		p.block(depth, m, f.Name, fieldsOf(f.Delta))
		return
	}
	p.line(depth, m, f.Name+" {")
	p.steps(depth+1, f.Delta)
	p.line(depth, markNone, "}")
}

// steps prints the steps that are not as before, and how many are.
func (p *planPrinter) steps(depth int, d planner.Delta) {
	kept := 0
	for _, item := range itemsOf(d) {
		if _, ok := item.(planner.Keep); ok {
			kept++
			continue
		}
		p.hidden(depth, kept, "step")
		kept = 0
		fields := fieldsOf(item)
		p.block(depth, deltaMark(item), stepHead(fields), fields)
	}
	p.hidden(depth, kept, "step")
}

func stepHead(fields []planner.Field) string {
	head := stepKind(fields)
	for _, f := range fields {
		if f.Name != "name" {
			continue
		}
		if name, ok := either(f.Delta).(graph.String); ok {
			head += " " + strconv.Quote(string(name))
		}
	}
	return head
}

// either is the value of a delta that has but one.
func either(d planner.Delta) graph.Value {
	switch d := d.(type) {
	case planner.Add:
		return d.New
	case planner.Remove:
		return d.Old
	case planner.Keep:
		return d.Value
	}
	return nil
}

// inWords writes durations as people do: timeout = "1h", not timeout_ms = 3600000.
func inWords(f planner.Field) planner.Field {
	n := len(f.Name) - len("_ms")
	if n <= 0 || f.Name[n:] != "_ms" {
		return f
	}
	f.Name = f.Name[:n]
	switch d := f.Delta.(type) {
	case planner.Add:
		f.Delta = planner.Add{New: duration(d.New)}
	case planner.Remove:
		f.Delta = planner.Remove{Old: duration(d.Old)}
	case planner.Replace:
		f.Delta = planner.Replace{Old: duration(d.Old), New: duration(d.New)}
	}
	return f
}

func duration(v graph.Value) graph.Value {
	n, _ := v.(graph.Number)
	ms, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil {
		return v
	}
	return graph.String(planner.Duration(time.Duration(ms) * time.Millisecond))
}
