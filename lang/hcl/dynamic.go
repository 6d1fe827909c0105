package hcl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// repeating is a dynamic block while it is read: its iterator is a word and no
// expression later on.
type repeating struct {
	*config.Dynamic
	iterator config.Expr
}

var (
	dynamicFields = fields[repeating]{
		{"for_each", func(d *repeating) *config.Expr { return &d.ForEach }},
		{"iterator", func(d *repeating) *config.Expr { return &d.iterator }},
		{"labels", func(d *repeating) *config.Expr { return &d.Labels }},
	}
	dynamicForm = &form{what: "A dynamic block", fields: dynamicFields.names(), blocks: []string{"content"}}
	contentForm = &form{what: "A content block"}
)

// dynamic reads a dynamic block, which stands where steps stand.
func (r *reader) dynamic(b *hclsyntax.Block) *config.Step {
	names, ok := r.labels(b, dynamicForm, 1, 1)
	if !ok {
		return nil
	}
	d := &repeating{Dynamic: &config.Dynamic{Iterator: names[0]}}
	s := &config.Step{Range: header(b), Body: d.Dynamic}
	r.arguments(b.Body, dynamicForm, func(name string) *config.Expr { return dynamicFields.slot(d, name) })
	if d.iterator != nil {
		r.iterator(d)
	}
	known := slices.Contains(stepBlocks, names[0].Text)
	if !known {
		r.notRepeatable(names[0])
	}
	for _, in := range b.Body.Blocks {
		if in.Type != "content" {
			r.unknownBlock(in, dynamicForm)
		} else if d.Content != nil {
			r.repeated(in, d.Content.Range)
		} else if r.labels(in, contentForm, 0, 0); known {
			d.Content = r.content(in, names[0].Text)
		}
	}
	if !known {
		return nil
	}
	if d.Content == nil || d.ForEach == nil {
		r.list.Errorf(diag.MissingField, header(b), "Incomplete dynamic block", "A dynamic block has for_each = … and one content { … } with the step to repeat.")
		return nil
	}
	return s
}

func (r *reader) iterator(d *repeating) {
	word := hcl.ExprAsKeyword(expr.Node(d.iterator))
	if word == "" {
		r.list.Errorf(diag.WrongType, d.iterator.Range(), "Wrong type", "iterator is a plain word, such as iterator = service; then service.key and service.value are the element's.")
		return
	}
	d.Iterator = config.Name{Text: word, Range: d.iterator.Range()}
}

func (r *reader) notRepeatable(n config.Name) {
	d := diag.Diagnostic{Code: diag.UnknownBlock, Range: n.Range, Summary: "Unknown block",
		Detail: fmt.Sprintf("Steps can be repeated: %s. %q is none.", strings.Join(stepBlocks, ", "), n.Text), Fix: suggestion(n.Text, stepBlocks, n.Range)}
	r.list.Append(d)
}

// content reads the content of a dynamic block as the step that it stands for,
// with a name only where such a step cannot do without.
func (r *reader) content(b *hclsyntax.Block, kind string) *config.Step {
	as := *b
	as.Type = kind
	if !slices.Contains([]string{"do", "parallel", "try"}, kind) {
		as.Labels, as.LabelRanges = []string{kind}, []hcl.Range{b.TypeRange}
	}
	s, _ := r.step(&as)
	if s != nil {
		s.Name, s.Range = config.Name{}, header(b)
	}
	return s
}
