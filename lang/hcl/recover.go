package hcl

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// salvage reads what can be read of a file with syntax errors. The parser gives
// up soon after the first one, so the file is cut where blocks begin and each
// block is parsed by itself: those that are whole are read, of a broken one
// only its errors and what it would have defined.
func salvage(f file) []reader {
	chunks := cutBlocks(f.text)
	readers := make([]reader, len(chunks))
	broken := 0
	for i, c := range chunks {
		if broken == maxBroken { // this is no pipeline
			readers[i].config.Holes = []config.Hole{{Range: rangeOfPiece(f.name, piece{text: f.text[c.start.Byte:], start: c.start})}}
			return readers[:i+1]
		}
		readers[i].parse(f.name, c)
		if readers[i].syntax {
			broken++
			readers[i] = reader{list: inBlock(syntaxOnly(readers[i].list), i+1 == len(chunks)), syntax: true}
			readers[i].hole(f.name, c)
		}
	}
	if broken > 0 {
		return readers
	}
	// The cuts were wrong: nothing is known but that there is an error.
	one := make([]reader, 1)
	one[0].parse(f.name, piece{text: f.text, start: hcl.InitialPos})
	one[0].list = syntaxOnly(one[0].list)
	one[0].config = config.Config{Holes: []config.Hole{{Range: wholeFile(f)}}}
	return one
}

const maxBroken = 100 // blocks of a file with syntax errors

func wholeFile(f file) diag.Range {
	return rangeOfPiece(f.name, piece{text: f.text, start: hcl.InitialPos})
}

// syntaxOnly leaves out what was said of a block of which parts are missing.
func syntaxOnly(l diag.List) diag.List {
	var out diag.List
	for _, d := range l {
		if d.Code == diag.Syntax {
			out.Append(d)
		}
	}
	return out
}

// inBlock puts the parser's words about the end of a file right, and leaves out
// what it says over and over of one missing quote.
func inBlock(l diag.List, last bool) diag.List {
	var out diag.List
	quote := false
	for _, d := range l {
		open := d.Summary == "Invalid multi-line string"
		if quote && (open || d.Summary == "Unterminated template string" || strings.HasPrefix(d.Summary, "Unclosed")) {
			continue
		}
		quote = quote || open
		if !last {
			d.Detail = strings.Replace(d.Detail, "before the end of the file", "before the next block begins", 1)
		}
		out.Append(d)
	}
	return out
}

// A block begins at the first column, as people and formatters write it.
var (
	blockStart   = regexp.MustCompile(`^[A-Za-z_][\w-]*\s*[^={}\n]*\{`)
	word         = regexp.MustCompile(`[\w.-]+`)
	heredocStart = regexp.MustCompile(`<<-?([A-Za-z_][\w-]*)\s*$`)
	definition   = regexp.MustCompile(`(?m)^([ \t]+)([A-Za-z_][\w-]*)\s*=`)
)

// cutBlocks cuts a text before each line that begins a block.
func cutBlocks(text []byte) []piece {
	var out []piece
	at := piece{start: hcl.InitialPos}
	var from, line int
	var skip string // ends the heredoc that we are in
	for pos, n := 0, 1; pos < len(text); n++ {
		end := len(text)
		if i := bytes.IndexByte(text[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		this := strings.TrimRight(string(text[pos:min(end, pos+maxHeader)]), "\r\n")
		switch {
		case skip != "":
			if strings.TrimSpace(this) == skip {
				skip = ""
			}
		case pos > from && blockStart.MatchString(this):
			at.text = text[from:pos]
			out = append(out, at)
			from, line = pos, n
			at = piece{start: hcl.Pos{Line: line, Column: 1, Byte: pos}}
		}
		if m := heredocStart.FindStringSubmatch(this); skip == "" && m != nil && closes(string(text[end:min(len(text), end+maxHeredoc)]), m[1]) {
			skip = m[1]
		}
		pos = end
	}
	at.text = text[from:]
	return append(out, at)
}

const (
	maxHeader  = 1024     // bytes of a line that are looked at
	maxHeredoc = 64 << 10 // bytes in which the end of a heredoc is looked for
)

// closes reports whether a heredoc ends before another one of the same name
// begins, which would mean that its own end is missing.
func closes(rest, tag string) bool {
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(line)
		if line == tag {
			return true
		}
		if m := heredocStart.FindStringSubmatch(line); m != nil && m[1] == tag {
			return false
		}
	}
	return false
}

// hole notes what a broken block would have defined. Stand-ins keep its names
// known; what is found wrong with them is nobody's fault and is dropped later.
func (r *reader) hole(file string, c piece) {
	at := rangeOfPiece(file, c)
	h := config.Hole{Range: at}
	header, _, _ := bytes.Cut(c.text, []byte("{"))
	if words := word.FindAllString(string(header), -1); len(words) > 0 && blockStart.Match(c.text) {
		h.Kind = words[0]
		stub := standIn(words, c.text, at)
		var scratch reader
		scratch.file(&hclsyntax.Body{Attributes: hclsyntax.Attributes{}, Blocks: hclsyntax.Blocks{stub}})
		r.config = scratch.config
		if len(scratch.config.Holes) == 0 { // the labels are right
			for _, w := range words[1:] {
				h.Labels = append(h.Labels, config.Name{Text: w, Range: at})
			}
			if h.Kind == "locals" {
				h.Labels = append(h.Labels, config.Name{Range: at})
			}
		}
	}
	r.config.Holes = []config.Hole{h}
}

// standIn is an empty block with the type and labels of a broken one. Of
// locals it has the names, with values that cannot be computed.
func standIn(words []string, text []byte, at diag.Range) *hclsyntax.Block {
	rng := hcl.Range{Filename: at.File, Start: hcl.Pos(at.Start), End: hcl.Pos(at.End)}
	b := &hclsyntax.Block{Type: words[0], Labels: words[1:], TypeRange: rng, OpenBraceRange: rng, CloseBraceRange: rng,
		Body: &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: rng, EndRange: rng}}
	for range words[1:] {
		b.LabelRanges = append(b.LabelRanges, rng)
	}
	if words[0] == "locals" {
		for _, name := range outermost(definition.FindAllStringSubmatch(string(text), -1)) {
			none := &hclsyntax.ScopeTraversalExpr{Traversal: hcl.Traversal{hcl.TraverseRoot{Name: "unreadable", SrcRange: rng}}, SrcRange: rng}
			b.Body.Attributes[name] = &hclsyntax.Attribute{Name: name, Expr: none, SrcRange: rng, NameRange: rng, EqualsRange: rng}
		}
	}
	return b
}

// outermost are the names that are indented least: deeper ones are keys of objects.
func outermost(definitions [][]string) []string {
	var out []string
	least := -1
	for _, d := range definitions {
		switch indent := len(d[1]); {
		case least < 0 || indent < least:
			out, least = []string{d[2]}, indent
		case indent == least:
			out = append(out, d[2])
		}
	}
	return out
}

func rangeOfPiece(file string, c piece) diag.Range {
	start := diag.Pos(c.start)
	end := diag.Pos{Line: start.Line + bytes.Count(c.text, []byte("\n")), Column: 1, Byte: start.Byte + len(c.text)}
	return diag.Range{File: file, Start: start, End: end}
}
