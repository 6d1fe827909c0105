package view

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
)

// flatWidth is how long a list may be to stand on one line.
const flatWidth = 60

// around is how many unchanged lines are shown beside a changed one.
const around = 2

// attributes prints name = value, the signs of equality in one column.
func (p *planPrinter) attributes(depth int, fields []planner.Field) {
	width := 0
	for _, f := range fields {
		width = max(width, utf8.RuneCountInString(key(f.Name)))
	}
	for _, f := range fields {
		name := key(f.Name)
		p.delta(depth, name+strings.Repeat(" ", width-utf8.RuneCountInString(name))+" = ", f.Delta, "")
	}
}

// delta prints one changed value between what stands before and after it.
func (p *planPrinter) delta(depth int, before string, d planner.Delta, after string) {
	switch d := d.(type) {
	case planner.Add:
		p.value(depth, markAdd, before, d.New, after)
	case planner.Remove:
		p.value(depth, markRemove, before, d.Old, after)
	case planner.Replace:
		p.line(depth, markChange, before+p.inline(d.Old)+p.term.Paint(Yellow, " -> ")+p.inline(d.New)+after)
	case planner.TextDelta:
		p.textDelta(depth, before, d)
	case planner.MapDelta:
		p.line(depth, markChange, before+"{")
		p.mapFields(depth+1, d.Fields)
		p.line(depth, markNone, "}"+after)
	case planner.ListDelta:
		p.line(depth, markChange, before+"[")
		p.listItems(depth+1, d.Items)
		p.line(depth, markNone, "]"+after)
	}
}

// mapFields prints the fields of data that are not as before.
func (p *planPrinter) mapFields(depth int, fields []planner.Field) {
	changed := slices.DeleteFunc(slices.Clone(fields), func(f planner.Field) bool { return kept(f.Delta) })
	p.attributes(depth, changed)
	p.hidden(depth, len(fields)-len(changed), "element")
}

func (p *planPrinter) listItems(depth int, items []planner.Delta) {
	same := 0
	for _, d := range items {
		if kept(d) {
			same++
			continue
		}
		p.hidden(depth, same, "element")
		same = 0
		p.delta(depth, "", d, ",")
	}
	p.hidden(depth, same, "element")
}

func kept(d planner.Delta) bool { _, ok := d.(planner.Keep); return ok }

// value prints a whole value, every line with the same mark.
func (p *planPrinter) value(depth int, m mark, before string, v graph.Value, after string) {
	if text, ok := v.(graph.String); ok && strings.Contains(string(text), "\n") {
		p.heredoc(depth, m, before, string(text))
		return
	}
	list, isList := v.(graph.List)
	fields, isMap := v.(graph.Map)
	flat := p.inline(v)
	switch {
	case isMap && len(fields) > 0:
		p.line(depth, m, before+"{")
		p.attributes(depth+1, fieldsOf(whole(m, v)))
		p.line(depth, markNone, "}"+after)
	case isList && (len(flat) > flatWidth || !scalars(list)):
		p.line(depth, m, before+"[")
		for _, d := range itemsOf(whole(m, v)) {
			p.delta(depth+1, "", d, ",")
		}
		p.line(depth, markNone, "]"+after)
	default:
		p.line(depth, m, before+flat+after)
	}
}

func whole(m mark, v graph.Value) planner.Delta {
	if m == markRemove {
		return planner.Remove{Old: v}
	}
	return planner.Add{New: v}
}

func scalars(l graph.List) bool {
	for _, v := range l {
		switch v := v.(type) {
		case graph.Map, graph.List:
			return false
		case graph.String:
			if strings.Contains(string(v), "\n") {
				return false
			}
		}
	}
	return true
}

// heredoc prints a text of several lines as it is.
func (p *planPrinter) heredoc(depth int, m mark, before, text string) {
	p.line(depth, m, before+"<<-EOT")
	for line := range strings.Lines(text) {
		p.line(depth+1, m, printable(strings.TrimSuffix(line, "\n")))
	}
	p.line(depth, markNone, "EOT")
}

// textDelta prints the lines that changed, and few around them.
func (p *planPrinter) textDelta(depth int, before string, d planner.TextDelta) {
	p.line(depth, markChange, before+"<<-EOT")
	lines := d.Lines
	if last := len(lines) - 1; last >= 0 && kept(lines[last]) && either(lines[last]) == graph.String("") {
		lines = lines[:last] // what follows the last line end
	}
	hidden := 0
	for i, l := range lines {
		if !nearChange(lines, i) {
			hidden++
			continue
		}
		p.hidden(depth+1, hidden, "line")
		hidden = 0
		text, _ := either(l).(graph.String)
		p.line(depth+1, deltaMark(l), printable(string(text)))
	}
	p.hidden(depth+1, hidden, "line")
	p.line(depth, markNone, "EOT")
}

func nearChange(lines []planner.Delta, i int) bool {
	return slices.ContainsFunc(lines[max(0, i-around):min(len(lines), i+around+1)], func(d planner.Delta) bool { return !kept(d) })
}

// inline is a value on one line.
func (p *planPrinter) inline(v graph.Value) string {
	switch v := v.(type) {
	case graph.Bool:
		return strconv.FormatBool(bool(v))
	case graph.Number:
		return string(v)
	case graph.String:
		return strconv.Quote(string(v))
	case graph.Deferred:
		return strconv.Quote(v.Source) + p.term.Paint(Dim, " (known when it runs)")
	case graph.List:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = p.inline(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case graph.Map:
		if len(v) == 0 {
			return "{}"
		}
		parts := make([]string, 0, len(v))
		for _, k := range sortedKeys(v) {
			parts = append(parts, key(k)+" = "+p.inline(v[k]))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return "null"
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// key is the name of an attribute, in quotes where it is no plain word.
func key(name string) string {
	if identifier.MatchString(name) {
		return name
	}
	return strconv.Quote(name)
}

func sortedKeys(m graph.Map) []string { return slices.Sorted(maps.Keys(m)) }

// printable escapes what could move the cursor, hide text or turn its direction.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t' || unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}
