package assist

import (
	"bytes"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/hcl"
)

// cursor is what a place is in the middle of, as far as the text before it says.
type cursor struct {
	offset int
	in     *Block // the block that is open, with what stands before the cursor
	typed  Span   // the part of a word before the cursor
	end    int    // where that word ends, behind the cursor

	label  *Block   // a block whose labels are being written, without a body
	nth    int      // which label
	attr   *Attr    // the argument whose value is being written
	quoted bool     // inside of a string
	open   []string // brackets that are open in the value, as "(", "[", "{", `"`
	key    bool     // where the name of an object's key stands
	path   []string // the names before the word: version, app
	blind  bool     // in a comment, or in a text that nobody can help with
}

// cursorAt looks at the text before a place.
func (f *File) cursorAt(offset int) *cursor {
	offset = max(0, min(offset, len(f.Text)))
	text := f.Text[:offset]
	c := &cursor{offset: offset, end: offset}
	o := &outliner{tokens: lexBefore(text, f.Lines, f.Root.lastBefore(offset)), strict: f.strict}
	o.begin(hcl.Schema(), offset)
	c.in = o.open
	c.word(f.Text)
	if n := len(o.tokens); n > 1 && o.tokens[n-2].Type == hclsyntax.TokenComment && o.tokens[n-2].Range.End.Byte == offset && text[offset-1] != '\n' {
		c.blind = true
	}
	switch {
	case o.partial == nil:
	case o.partial.attr != nil:
		c.value(o.partial, text)
	case len(o.partial.labels) > 0 || o.partial.quoted || o.partial.name.End < c.typed.Start:
		c.header(o.partial)
	}
	return c
}

// lastBefore is where the last block of a file begins that begins before a place:
// what stands before that has nothing to do with the place.
func (b *Block) lastBefore(offset int) int {
	start := 0
	for _, in := range b.Blocks {
		if in.Start < offset {
			start = max(start, in.Start)
		}
	}
	return start
}

// word finds the word around the cursor.
func (c *cursor) word(text []byte) {
	start := c.offset
	for start > 0 && wordByte(text[start-1]) {
		start--
	}
	c.typed = Span{start, c.offset}
	if start < c.offset {
		for c.end < len(text) && wordByte(text[c.end]) {
			c.end++
		}
	}
}

func wordByte(b byte) bool {
	return b == '_' || b == '-' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= 0x80
}

// header is a block's type with labels behind it.
func (c *cursor) header(p *partial) {
	c.label = &Block{Type: p.name, Labels: p.labels, Parent: c.in}
	if c.in.Known != nil {
		c.label.Known = c.in.Known.Block(p.name.Text)
	}
	c.quoted, c.nth = p.quoted, len(p.labels)
	if p.quoted || c.nth > 0 && p.labels[c.nth-1].End == c.offset && c.typed.Start < c.offset {
		c.nth--
	}
	if p.quoted {
		c.typed.Start = p.labels[c.nth].Start
	}
}

// value is the value of an argument up to the cursor.
func (c *cursor) value(p *partial, text []byte) {
	c.attr = p.attr
	for _, t := range p.open {
		switch t {
		case hclsyntax.TokenOQuote:
			c.open = append(c.open, `"`)
		case hclsyntax.TokenOHeredoc:
			c.open = append(c.open, "<<")
		case hclsyntax.TokenOBrack:
			c.open = append(c.open, "[")
		case hclsyntax.TokenOBrace:
			c.open = append(c.open, "{")
		case hclsyntax.TokenOParen:
			c.open = append(c.open, "(")
		default:
			c.open = append(c.open, "${")
		}
	}
	switch inner := c.inner(); inner {
	case "<<":
		c.blind = true
	case `"`:
		c.quoted = true
		c.typed.Start = p.quote
	default:
		c.key = inner == "{" && keyPlace(p.tokens, c.typed.Start)
		c.names(text)
	}
}

func (c *cursor) inner() string {
	if len(c.open) == 0 {
		return ""
	}
	return c.open[len(c.open)-1]
}

// keyPlace says whether the word at a place would be the key of an object: what
// stands before it ends an entry or begins the object.
func keyPlace(tokens hclsyntax.Tokens, start int) bool {
	for i := len(tokens) - 1; i >= 0; i-- {
		if tokens[i].Range.Start.Byte >= start || tokens[i].Type == hclsyntax.TokenEOF {
			continue
		}
		switch tokens[i].Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenComma, hclsyntax.TokenNewline, hclsyntax.TokenComment:
			return true
		}
		return false
	}
	return true
}

// names are the words with dots before the one that is typed: app and version
// in version.app.r, service and module in module.service["x"].i.
func (c *cursor) names(text []byte) {
	for at := c.typed.Start; at > 0 && text[at-1] == '.'; {
		end := at - 1
		if end > 0 && text[end-1] == ']' {
			if end = bytes.LastIndexByte(text[:end], '['); end < 0 {
				return
			}
		}
		start := end
		for start > 0 && wordByte(text[start-1]) {
			start--
		}
		c.path = append([]string{string(text[start:end])}, c.path...)
		at = start
	}
}

// begins says whether an item of a block may begin where the word does.
func (c *cursor) begins(text []byte) bool {
	before := bytes.TrimRight(text[:c.typed.Start], " \t\r")
	if len(before) == 0 {
		return true
	}
	switch before[len(before)-1] {
	case '\n', '{', '}':
		return true
	}
	return false
}
