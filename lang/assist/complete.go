package assist

import (
	"slices"
	"strings"

	"github.com/weirci/weir/lang/hcl"
)

// ItemKind is what a proposal is, for its icon.
type ItemKind int

// The kinds of proposals.
const (
	ItemBlock ItemKind = iota
	ItemArgument
	ItemReference
	ItemFunction
	ItemWord
)

// Item is something that may stand at the cursor.
type Item struct {
	Label   string
	Kind    ItemKind
	Detail  string // a few words beside the label
	About   string // markdown
	Text    string // what comes in the place of the span
	Snippet string // the same with places to fill in, in the notation of LSP; empty: none
	Replace Span
	Rank    int // lower ones come first
}

// Complete is what may stand at a place.
func (d *Dir) Complete(path string, offset int) []Item {
	f := d.files[path]
	if f == nil {
		return nil
	}
	p := &proposals{dir: d, file: f, cursor: f.cursorAt(offset)}
	switch {
	case p.blind:
	case p.label != nil:
		p.labels()
	case p.attr != nil:
		p.value()
	case p.begins(f.Text):
		p.items()
	}
	return p.all
}

// proposals gathers what may stand at a cursor.
type proposals struct {
	*cursor
	dir  *Dir
	file *File
	all  []Item
}

func (p *proposals) add(i Item) {
	if i.Text == "" {
		i.Text = i.Label
	}
	if i.Replace == (Span{}) {
		i.Replace = Span{p.typed.Start, p.end}
	}
	p.all = append(p.all, i)
}

// items are blocks and arguments.
func (p *proposals) items() {
	p.moduleArguments()
	known := p.in.Known
	if known == nil {
		return
	}
	whole := p.file.at(p.offset)
	for _, a := range known.Arguments() {
		if whole.attrElsewhere(a.Name, p.offset) || p.in.attr(a.Name) != nil {
			continue
		}
		p.add(Item{Label: a.Name, Kind: ItemArgument, Detail: string(a.Kind), About: a.About, Text: a.Name + " = ", Snippet: a.Name + " = " + hole(a)})
	}
	for _, kind := range known.Blocks() {
		b := known.Block(kind)
		p.add(Item{Label: kind, Kind: ItemBlock, Detail: "block", About: b.About(), Text: kind, Snippet: skeleton(b), Rank: 1})
	}
}

// attrElsewhere says whether an argument stands in the block already, but not
// at the cursor.
func (b *Block) attrElsewhere(name string, offset int) bool {
	a := b.attr(name)
	return a != nil && !a.Name.Holds(offset)
}

// hole is a place for the value of an argument.
func hole(a hcl.Argument) string {
	switch a.Kind {
	case hcl.Text, hcl.Duration, hcl.Size, hcl.Image:
		return `"$1"`
	case hcl.Bool:
		return "${1|true,false|}"
	case hcl.Word, hcl.Version:
		if len(a.Words) > 0 {
			return `"${1|` + strings.Join(a.Words, ",") + `|}"`
		}
	case hcl.List, hcl.Jobs, hcl.Words:
		return "[$1]"
	case hcl.Map:
		return "{ $1 }"
	}
	return "$1"
}

// skeleton is a block to be filled in.
func skeleton(b *hcl.Block) string {
	text := b.Type
	names, optional := b.Labels()
	n := 1
	if !optional {
		for _, name := range names {
			text += ` "${` + string(rune('0'+n)) + ":" + name + `}"`
			n++
		}
	}
	return text + " {\n\t$0\n}"
}

// labels are what the labels of a block may be: resources for steps, types for
// resources.
func (p *proposals) labels() {
	var names []string
	switch kind := p.label.Type.Text; {
	case p.nth != 0:
	case (kind == "get" || kind == "put") && p.in.Parent != nil:
		for _, name := range p.dir.resources() {
			names = append(names, name[strings.IndexByte(name, '.')+1:])
		}
	case kind == "dynamic" && p.in.Known != nil:
		names = p.in.Known.Blocks()
	case kind == "resource":
		names = append(BuiltinTypes(), p.dir.names("resource_type", nil)...)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		item := Item{Label: name, Kind: ItemReference, Text: name}
		if s := p.dir.full(symbol{root: "resource", name: name}); s.kind != "" && p.label.Type.Text != "resource" {
			item.Detail, item.About = s.String(), p.dir.about(s)
		}
		if !p.quoted {
			item.Text = `"` + name + `"`
		}
		p.add(item)
	}
}

// BuiltinTypes are the types of resources that need no resource_type block.
func BuiltinTypes() []string { return []string{"git", "mock", "time"} }

func (d *Dir) resources() []string { return d.names("resource", nil) }
