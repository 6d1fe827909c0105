package assist

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/expr"
)

// File is a text and what was found in it. It never changes and may be used by
// many at once.
type File struct {
	Path  string
	Text  []byte
	Lines *Lines
	Root  *Block

	tokens  hclsyntax.Tokens
	strict  bool      // braces are missing
	broken  bool      // something could not be read, so some names may be missing
	symbols []mention // definitions and uses, in no particular order
}

// Parse reads a text, however broken. Text that hcl's parser must not be given
// (see expr.Guard) is taken for empty.
func Parse(path string, text []byte) *File {
	f := &File{Path: path, Text: text, Lines: NewLines(text)}
	safe := text
	if expr.Guard(path, text).HasErrors() {
		safe = nil
	}
	f.tokens = lex(safe, NewLines(safe))
	f.Root, f.strict = outline(f.tokens, len(text))
	f.broken = f.strict || len(safe) != len(text)
	f.Root.each(func(b *Block) {
		for _, a := range b.Attrs {
			f.readValue(a)
		}
	})
	f.symbols = mentions(f)
	return f
}

// each calls do for the block and all inside of it, from the outside in.
func (b *Block) each(do func(*Block)) {
	todo := []*Block{b}
	for len(todo) > 0 {
		b := todo[len(todo)-1]
		todo = append(todo[:len(todo)-1], b.Blocks...)
		do(b)
	}
}

// readValue parses one value by itself; of a broken one hcl gives what it
// understood.
func (f *File) readValue(a *Attr) {
	defer func() {
		if recover() != nil { // the parser takes arbitrary input here: this one value is lost
			a.Expr, f.broken = nil, true
		}
	}()
	end := a.Value.End
	if end < len(f.Text) && f.Text[end] == '\n' {
		end++ // the last line of a heredoc wants it
	}
	text := f.Text[a.Value.Start:end]
	if a.Value.Start == a.Value.End || expr.Guard(f.Path, text).HasErrors() {
		f.broken = true
		return
	}
	e, diags := hclsyntax.ParseExpression(text, f.Path, f.Lines.pos(a.Value.Start))
	a.Expr, f.broken = e, f.broken || diags.HasErrors()
}

// at is the innermost block whose type, labels or body hold a place.
func (f *File) at(offset int) *Block {
	b := f.Root
	for {
		in := b.child(offset)
		if in == nil {
			return b
		}
		b = in
	}
}

func (b *Block) child(offset int) *Block {
	for _, in := range b.Blocks {
		if in.Start <= offset && offset < in.End || offset == in.End && !in.closed {
			return in
		}
	}
	return nil
}

// attrAt is the argument of the block whose name or value holds a place.
func (b *Block) attrAt(offset int) *Attr {
	for _, a := range b.Attrs {
		if a.Name.Start <= offset && offset <= a.Value.End {
			return a
		}
	}
	return nil
}
