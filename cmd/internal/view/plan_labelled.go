package view

import (
	"strconv"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
)

// isLabelled says whether a field is a list of blocks with labels. The params of
// a get or put step have the same name and are a map.
func isLabelled(f planner.Field) bool {
	if _, ok := labelled[f.Name]; !ok {
		return false
	}
	if _, ok := f.Delta.(planner.ListDelta); ok {
		return true
	}
	_, ok := either(f.Delta).(graph.List)
	return ok
}

// blocks prints the blocks of a list that are not as before, and how many are.
func (p *planPrinter) blocks(depth int, b labelledBlock, d planner.Delta) {
	kept := 0
	for _, item := range itemsOf(d) {
		if _, ok := item.(planner.Keep); ok {
			kept++
			continue
		}
		head, fields := b.word, []planner.Field(nil)
		for _, f := range fieldsOf(item) {
			if name, ok := either(f.Delta).(graph.String); ok && f.Name == b.label {
				head += " " + strconv.Quote(string(name))
				continue
			}
			fields = append(fields, f)
		}
		p.block(depth, deltaMark(item), head, fields)
	}
	p.hidden(depth, kept, b.word+" block")
}
