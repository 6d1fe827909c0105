package assist

import "strings"

// Entry is a block in the table of contents of a file.
type Entry struct {
	Name    string // job "unit"
	Type    string // of the block
	Span           // all of it
	Heading Span   // its type and labels
	In      []Entry
}

// Contents is the table of contents of a file: blocks that have a label, and
// those that hold such.
func (f *File) Contents() []Entry { return contents(f.Root) }

func contents(b *Block) []Entry {
	var all []Entry
	for _, in := range b.Blocks {
		e := Entry{Name: in.heading(), Type: in.Type.Text, Span: in.Span, Heading: in.Type.Span, In: contents(in)}
		if n := len(in.Labels); n > 0 {
			e.Heading.End = in.Labels[n-1].End
		}
		for _, a := range in.Attrs {
			if in.Type.Text == "locals" {
				e.In = append(e.In, Entry{Name: a.Name.Text, Type: "local", Span: Span{a.Name.Start, a.Value.End}, Heading: a.Name.Span})
			}
		}
		if len(in.Labels) > 0 || len(e.In) > 0 || b.Parent == nil {
			all = append(all, e)
		}
	}
	return all
}

// heading is a block's type and labels.
func (b *Block) heading() string {
	text := b.Type.Text
	for _, l := range b.Labels {
		text += ` "` + strings.ReplaceAll(l.Text, "\n", " ") + `"`
	}
	return text
}
