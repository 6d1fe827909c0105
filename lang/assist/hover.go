package assist

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	hcllang "github.com/weirci/weir/lang/hcl"
)

// Hover is what stands at a place, explained.
type Hover struct {
	Span
	About string // markdown
}

// Hover explains what stands at a place.
func (d *Dir) Hover(path string, offset int) (Hover, bool) {
	f := d.files[path]
	if f == nil {
		return Hover{}, false
	}
	b := f.at(offset)
	for _, try := range []func() (Hover, bool){
		func() (Hover, bool) { return d.hoverName(path, offset) },
		func() (Hover, bool) { return hoverBlock(b, offset) },
		func() (Hover, bool) { return hoverArgument(b, offset) },
		func() (Hover, bool) { return hoverCall(b, offset) },
		func() (Hover, bool) { return hoverField(b, offset) },
	} {
		if h, ok := try(); ok && h.About != "" {
			return h, true
		}
	}
	return Hover{}, false
}

// hoverName explains a name by its definition.
func (d *Dir) hoverName(path string, offset int) (Hover, bool) {
	at, ok := d.mentionAt(path, offset)
	if !ok {
		return Hover{}, false
	}
	dir, s := d, at.symbol
	if s.root == "argument" || s.root == "output" && s.kind != "" {
		p, in := d.inside(s)
		if !in {
			return Hover{}, false
		}
		dir, s = d.called(s.kind), p.symbol
	}
	return Hover{at.Span, dir.about(s)}, true
}

func hoverBlock(b *Block, offset int) (Hover, bool) {
	if b.Known == nil || !b.Type.Holds(offset) {
		return Hover{}, false
	}
	return Hover{b.Type.Span, "**" + header(b.Known) + "**\n\n" + b.Known.About()}, true
}

// header is how a block of a kind begins.
func header(b *hcllang.Block) string {
	names, _ := b.Labels()
	text := b.Type
	for _, n := range names {
		text += ` "` + strings.ToUpper(n) + `"`
	}
	return text
}

func hoverArgument(b *Block, offset int) (Hover, bool) {
	a := b.attrAt(offset)
	if a == nil || b.Known == nil || !a.Name.Holds(offset) {
		return Hover{}, false
	}
	known, ok := b.Known.Argument(a.Name.Text)
	text := "**" + known.Name + "**"
	if known.Kind != "" && known.Kind != hcllang.Any {
		text += " — " + kindNames[known.Kind]
	}
	if len(known.Words) > 0 {
		text += " (`\"" + strings.Join(known.Words, "\"`, `\"") + "\"`)"
	}
	return Hover{a.Name.Span, text + "\n\n" + known.About}, ok
}

// kindNames say what an argument takes. Read only.
var kindNames = map[hcllang.Kind]string{
	hcllang.Text: "string", hcllang.Bool: "true or false", hcllang.Number: "number", hcllang.Duration: "duration, such as `\"1h30m\"`",
	hcllang.Size: "size, such as `\"512MiB\"`", hcllang.List: "list of strings", hcllang.Map: "strings by name",
	hcllang.Word: "one of", hcllang.Words: "list of", hcllang.Condition: "condition", hcllang.TypeExpr: "type", hcllang.Image: "image",
	hcllang.Version: "version", hcllang.Artifacts: "artifacts", hcllang.Resource: "reference to a resource",
	hcllang.Task: "reference to a shared task", hcllang.Jobs: "list of references to jobs",
}

// hoverCall explains the function that is called at a place.
func hoverCall(b *Block, offset int) (h Hover, ok bool) {
	a := b.attrAt(offset)
	if a == nil || a.Expr == nil {
		return Hover{}, false
	}
	visit(a.Expr, func(n hclsyntax.Node) {
		if call, is := n.(*hclsyntax.FunctionCallExpr); is && spanOf(call.NameRange).Holds(offset) {
			h, ok = Hover{spanOf(call.NameRange), functionHover(call.Name)}, true
		}
	})
	return h, ok
}

func functionHover(name string) string {
	if signature(name) == "" {
		return ""
	}
	return "```hcl\n" + signature(name) + "\n```\n\n" + functionAbout(name)
}

// hoverField explains the first word of a reference.
func hoverField(b *Block, offset int) (h Hover, ok bool) {
	a := b.attrAt(offset)
	if a == nil || a.Expr == nil {
		return Hover{}, false
	}
	for _, t := range variables(a.Expr) {
		names := words(t)
		if len(names) > 0 && names[0].Holds(offset) && !bound(names[0].Text, b) {
			return Hover{names[0].Span, roots[names[0].Text].about}, true
		}
	}
	return Hover{}, false
}

// visit walks an expression, which may be a broken one.
func visit(e hclsyntax.Expression, do func(hclsyntax.Node)) {
	defer func() { _ = recover() }() // the tree of a broken expression has holes
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics { do(n); return nil })
}
