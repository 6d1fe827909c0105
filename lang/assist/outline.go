package assist

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/hcl"
)

// Word is a name and where it stands; of a string, without the quotes.
type Word struct {
	Text string
	Span
}

// Block is a block as it was written, whole or not.
type Block struct {
	Type   Word
	Labels []Word
	Span        // from its type to its last brace
	Body   Span // between the braces
	Attrs  []*Attr
	Blocks []*Block
	Parent *Block // nil: this is the file
	Known  *hcl.Block
	closed bool
}

// Attr is an argument as it was written.
type Attr struct {
	Name  Word
	Value Span // empty where nothing stands behind the equals sign yet
	In    *Block
	Expr  hclsyntax.Expression // nil where the value cannot be read at all
}

// attr is the argument of a name, or nil.
func (b *Block) attr(name string) *Attr {
	for _, a := range b.Attrs {
		if a.Name.Text == name {
			return a
		}
	}
	return nil
}

// top is the block of the file that b stands in.
func (b *Block) top() *Block {
	for b.Parent != nil && b.Parent.Parent != nil {
		b = b.Parent
	}
	return b
}

// label is the n-th label, or an empty word.
func (b *Block) label(n int) Word {
	if n < len(b.Labels) {
		return b.Labels[n]
	}
	return Word{}
}

// outliner finds blocks and arguments in tokens. It never fails: what fits
// nowhere is passed over.
type outliner struct {
	tokens hclsyntax.Tokens
	at     int
	open   *Block
	strict bool // blocks of a file begin in the first column, whatever is open

	partial *partial // what the tokens end in the middle of
}

// partial is an item that the tokens end in the middle of.
type partial struct {
	name   Word
	labels []Word
	quoted bool // the last label has no closing quote

	attr   *Attr // not nil: the item is an argument with an equals sign
	tokens hclsyntax.Tokens
	open   []hclsyntax.TokenType // in its value
	quote  int                   // where the text of the innermost open string begins
}

// outline is the tree of a file. Where braces are missing, what begins in the
// first column as blocks of a file do is taken for one; strict says that it was.
func outline(tokens hclsyntax.Tokens, size int) (root *Block, strict bool) {
	o := &outliner{tokens: tokens}
	root = o.run(size)
	if o.open == root {
		return root, false
	}
	o = &outliner{tokens: tokens, strict: true}
	return o.run(size), true
}

func (o *outliner) run(size int) *Block {
	root := o.begin(hcl.Schema(), size)
	for b := o.open; b != nil; b = b.Parent {
		b.End, b.Body.End = size, size
	}
	return root
}

// begin reads all tokens and leaves open what is open at their end.
func (o *outliner) begin(schema *hcl.Block, size int) *Block {
	root := &Block{Span: Span{0, size}, Body: Span{0, size}, Known: schema}
	o.open = root
	for o.at < len(o.tokens) {
		t := o.tokens[o.at]
		switch {
		case t.Type == hclsyntax.TokenIdent:
			o.item()
		case t.Type == hclsyntax.TokenCBrace:
			o.close(t)
		case opens(t.Type):
			o.skipValue()
		default:
			o.at++
		}
	}
	return root
}

func (o *outliner) close(t hclsyntax.Token) {
	o.at++
	if o.open.Parent == nil {
		return
	}
	o.open.Body.End, o.open.End, o.open.closed = t.Range.Start.Byte, t.Range.End.Byte, true
	o.open = o.open.Parent
}

func (o *outliner) next() hclsyntax.Token {
	if o.at < len(o.tokens) {
		return o.tokens[o.at]
	}
	return hclsyntax.Token{Type: hclsyntax.TokenEOF}
}

// item reads what begins with a word: an argument, a block, or a part of one.
func (o *outliner) item() {
	first := o.at
	name := word(o.tokens[o.at])
	o.at++
	if o.next().Type == hclsyntax.TokenEqual {
		o.at++
		a := &Attr{Name: name, In: o.open}
		from := o.at
		a.Value = o.value()
		o.open.Attrs = append(o.open.Attrs, a)
		if o.next().Type == hclsyntax.TokenEOF {
			o.partial = &partial{name: name, attr: a, tokens: o.tokens[min(from, len(o.tokens)):]}
			o.partial.nesting()
		}
		return
	}
	labels := o.labels()
	if o.next().Type == hclsyntax.TokenEOF {
		o.partial = &partial{name: name, labels: labels, quoted: len(labels) > 0 && o.tokens[o.at-1].Type != hclsyntax.TokenCQuote && o.tokens[o.at-1].Type != hclsyntax.TokenIdent}
	}
	if o.next().Type != hclsyntax.TokenOBrace {
		return
	}
	brace := o.next()
	o.at++
	if o.strict && o.tokens[first].Range.Start.Column == 1 && hcl.Schema().Block(name.Text) != nil {
		o.closeAll(name.Start)
	}
	b := &Block{Type: name, Labels: labels, Parent: o.open, Span: Span{Start: name.Start}, Body: Span{Start: brace.Range.End.Byte}}
	b.Known = known(o.open, name.Text)
	o.open.Blocks = append(o.open.Blocks, b)
	o.open = b
}

// known is the schema of a block inside of another one. The content of a dynamic
// block is what its label says.
func known(around *Block, kind string) *hcl.Block {
	switch {
	case around.Type.Text == "dynamic" && kind == "content" && around.Parent != nil && around.Parent.Known != nil:
		return around.Parent.Known.Block(around.label(0).Text)
	case around.Known != nil:
		return around.Known.Block(kind)
	}
	return nil
}

// closeAll ends what is open for want of braces.
func (o *outliner) closeAll(end int) {
	for ; o.open.Parent != nil; o.open = o.open.Parent {
		o.open.End, o.open.Body.End = end, end
	}
}

func (o *outliner) labels() []Word {
	var labels []Word
	for {
		switch t := o.next(); t.Type {
		case hclsyntax.TokenIdent:
			labels = append(labels, word(t))
			o.at++
		case hclsyntax.TokenOQuote:
			w := Word{Span: Span{t.Range.End.Byte, t.Range.End.Byte}}
			for o.at++; o.next().Type == hclsyntax.TokenQuotedLit; o.at++ {
				lit := o.next()
				w.Text, w.End = w.Text+string(lit.Bytes), lit.Range.End.Byte
			}
			labels = append(labels, w)
			if o.next().Type == hclsyntax.TokenCQuote {
				o.at++
			}
		default:
			return labels
		}
	}
}

func word(t hclsyntax.Token) Word { return Word{Text: string(t.Bytes), Span: spanOf(t.Range)} }

// value passes over the value of an argument and gives its span.
func (o *outliner) value() Span {
	start := o.next().Range.Start.Byte
	span := Span{start, start}
	if o.at >= len(o.tokens) && o.at > 0 {
		end := o.tokens[len(o.tokens)-1].Range.End.Byte
		return Span{end, end}
	}
	for _, t := range o.skipValue() {
		span.End = t.Range.End.Byte
	}
	return span
}

// skipValue passes over a value: until the line ends outside of all brackets,
// or something stands there that no value can hold.
func (o *outliner) skipValue() hclsyntax.Tokens {
	first := o.at
	var open []hclsyntax.TokenType
	for ; o.at < len(o.tokens); o.at++ {
		t := o.tokens[o.at]
		switch {
		case t.Type == hclsyntax.TokenEOF,
			len(open) == 0 && (t.Type == hclsyntax.TokenNewline || t.Type == hclsyntax.TokenComment || closes(t.Type)),
			o.beginsItem(open):
			return o.since(first)
		case opens(t.Type):
			open = append(open, t.Type)
		case closes(t.Type):
			if t.Type == hclsyntax.TokenCBrace && open[len(open)-1] != hclsyntax.TokenOBrace {
				return o.since(first)
			}
			open = open[:len(open)-1]
		}
	}
	return o.since(first)
}

// since are the tokens that were passed over, at least one of them where the
// first fits nowhere: reading must go on.
func (o *outliner) since(first int) hclsyntax.Tokens {
	tokens := o.tokens[first:o.at]
	if len(tokens) == 0 && closes(o.next().Type) && o.next().Type != hclsyntax.TokenCBrace {
		o.at++
	}
	for n := len(tokens); n > 0 && tokens[n-1].Type == hclsyntax.TokenNewline; n-- {
		tokens = tokens[:n-1]
	}
	return tokens
}

// beginsItem says whether a line begins here that cannot go on with a value
// inside of the open brackets: the bracket was never closed.
func (o *outliner) beginsItem(open []hclsyntax.TokenType) bool {
	if len(open) == 0 || opensTemplate(open[len(open)-1]) || o.at == 0 || o.tokens[o.at].Type != hclsyntax.TokenIdent || !endsLine(o.tokens[o.at-1].Type) {
		return false
	}
	i := o.at + 1
	for ; i < len(o.tokens); i++ {
		switch o.tokens[i].Type {
		case hclsyntax.TokenIdent, hclsyntax.TokenOQuote, hclsyntax.TokenQuotedLit, hclsyntax.TokenCQuote:
			continue
		}
		break
	}
	if i == len(o.tokens) {
		return false
	}
	switch o.tokens[i].Type {
	case hclsyntax.TokenOBrace:
		return true
	case hclsyntax.TokenEqual:
		return i == o.at+1 && open[len(open)-1] != hclsyntax.TokenOBrace
	}
	return false
}

func endsLine(t hclsyntax.TokenType) bool {
	return t == hclsyntax.TokenNewline || t == hclsyntax.TokenComment
}

func opensTemplate(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen:
		return false
	}
	return true
}

// nesting finds the brackets that are open at the end of the value.
func (p *partial) nesting() {
	var starts []int
	for _, t := range p.tokens {
		switch {
		case opens(t.Type):
			p.open, starts = append(p.open, t.Type), append(starts, t.Range.End.Byte)
		case closes(t.Type) && len(p.open) > 0:
			p.open, starts = p.open[:len(p.open)-1], starts[:len(starts)-1]
		}
	}
	if n := len(starts); n > 0 {
		p.quote = starts[n-1]
	}
}
