package assist

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/function"
)

// resourceNamed is the resource of a name with its type, TYPE.NAME.
func (d *Dir) resourceNamed(full string) symbol {
	kind, name, _ := strings.Cut(full, ".")
	return symbol{root: "resource", kind: kind, name: name}
}

// detail is a symbol in a few words.
func (d *Dir) detail(s symbol) string {
	at, ok := d.definition(s)
	switch {
	case !ok:
		return ""
	case s.root == "var":
		return at.valueOf(at.label, "type", "any")
	case s.root == "local":
		return oneLine(at.valueOf(at.Root, s.name, ""))
	case at.label != nil && s.root == "step":
		return at.label.Type.Text
	}
	return s.root
}

// about is what hovering over a symbol shows: the words of whoever defined it,
// and the definition itself.
func (d *Dir) about(s symbol) string {
	at, ok := d.definition(s)
	if !ok {
		return ""
	}
	var b strings.Builder
	if at.label != nil {
		if a := at.label.attr("description"); a != nil {
			if text := literal(a.Expr); text != "" {
				b.WriteString(text + "\n\n")
			}
		}
	}
	b.WriteString("```hcl\n" + at.excerpt() + "\n```")
	return b.String()
}

const maxExcerpt = 12 // lines of a definition that are shown

// excerpt is the source of a definition.
func (p place) excerpt() string {
	span := p.Span
	switch {
	case p.label != nil:
		span = p.label.Span
	case p.root == "local":
		if a := p.local(p.name); a != nil {
			span = Span{a.Name.Start, a.Value.End}
		}
	}
	return clip(string(p.Text[p.Lines.starts[p.Lines.lineAt(span.Start)]:span.End]))
}

// clip takes the indentation of the first line away from all, and what is too long.
func clip(text string) string {
	lines := strings.Split(strings.TrimRight(text, " \t\r\n"), "\n")
	indent := lines[0][:len(lines[0])-len(strings.TrimLeft(lines[0], " \t"))]
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], indent)
	}
	if len(lines) > maxExcerpt {
		lines = append(lines[:maxExcerpt-1], "…")
	}
	return strings.Join(lines, "\n")
}

// local is the argument that defines a local value.
func (f *File) local(name string) *Attr {
	for _, b := range f.Root.Blocks {
		if b.Type.Text == "locals" {
			if a := b.attr(name); a != nil {
				return a
			}
		}
	}
	return nil
}

// valueOf is the source of an argument.
func (f *File) valueOf(b *Block, name, otherwise string) string {
	a := (*Attr)(nil)
	if b == f.Root {
		a = f.local(name)
	} else if b != nil {
		a = b.attr(name)
	}
	if a == nil {
		return otherwise
	}
	return string(f.Text[a.Value.Start:a.Value.End])
}

const maxDetail = 60 // bytes

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxDetail {
		text = strings.ToValidUTF8(text[:maxDetail], "") + "…"
	}
	return text
}

// attributes proposes the keys of a value that is written as an object.
func (p *proposals) attributes(s symbol, path []string) {
	at, ok := p.dir.definition(s)
	if !ok {
		return
	}
	a := at.local(s.name)
	if a == nil {
		return
	}
	e := a.Expr
	for _, key := range path {
		if e = entry(e, key); e == nil {
			return
		}
	}
	if o, ok := e.(*hclsyntax.ObjectConsExpr); ok {
		for _, it := range o.Items {
			if key := keyOf(it.KeyExpr); key != "" {
				p.add(Item{Label: key, Kind: ItemReference})
			}
		}
	}
}

func entry(e hclsyntax.Expression, key string) hclsyntax.Expression {
	o, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil
	}
	for _, it := range o.Items {
		if keyOf(it.KeyExpr) == key {
			return it.ValueExpr
		}
	}
	return nil
}

func keyOf(e hclsyntax.Expression) string {
	v, diags := e.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type().FriendlyName() != "string" {
		return ""
	}
	return v.AsString()
}

// signature is how a function is called: format(format, args...).
func signature(name string) string {
	e, ok := function.Lookup(name)
	if !ok {
		return ""
	}
	return e.Signature()
}

// functionAbout is what a function does, what it takes, and an example.
func functionAbout(name string) string {
	e, ok := function.Lookup(name)
	if !ok {
		return ""
	}
	var b strings.Builder
	b.WriteString(e.About + "\n")
	for _, p := range e.Params {
		fmt.Fprintf(&b, "\n- `%s` (%s): %s", p.Name, p.Type, p.About)
	}
	if e.Example != "" {
		fmt.Fprintf(&b, "\n\n```hcl\n%s # %s\n```", e.Example, e.Gives)
	}
	return b.String()
}
