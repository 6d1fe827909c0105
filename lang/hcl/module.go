package hcl

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

var (
	callFields = fields[config.ModuleCall]{
		{"source", func(c *config.ModuleCall) *config.Expr { return &c.Source }},
		{"version", func(c *config.ModuleCall) *config.Expr { return &c.Version }},
		{"for_each", func(c *config.ModuleCall) *config.Expr { return &c.Repeat.ForEach }},
		{"count", func(c *config.ModuleCall) *config.Expr { return &c.Repeat.Count }},
	}
	callForm = &form{what: "A module block", fields: callFields.names()}
)

// moduleCall reads a module block. Every argument that is none of its own is
// for a variable of the module, which only the compiler knows.
func (r *reader) moduleCall(b *hclsyntax.Block) {
	names, ok := r.labels(b, callForm, 1, 1)
	if !ok {
		return
	}
	c := &config.ModuleCall{Name: names[0], Range: header(b)}
	for name, a := range b.Body.Attributes {
		switch to := callFields.slot(c, name); {
		case absent(a):
		case to != nil:
			*to = expr.Of(a.Expr)
		default:
			c.Args = append(c.Args, config.Argument{Name: config.Name{Text: name, Range: expr.RangeOf(a.NameRange)}, Value: expr.Of(a.Expr)})
		}
	}
	slices.SortFunc(c.Args, func(a, b config.Argument) int {
		return cmp.Compare(a.Name.Range.Start.Byte, b.Name.Range.Start.Byte)
	})
	r.noBlocks(b.Body, callForm)
	r.config.Calls = append(r.config.Calls, c)
}

// absent says that an argument is null, which is "as if it were not there".
func absent(a *hclsyntax.Attribute) bool {
	l, ok := a.Expr.(*hclsyntax.LiteralValueExpr)
	return ok && l.Val.IsNull() && l.Val.Type() == cty.DynamicPseudoType
}

var (
	outputFields = fields[config.Output]{
		{"value", func(o *config.Output) *config.Expr { return &o.Value }},
		{"description", func(o *config.Output) *config.Expr { return &o.Description }},
		{"sensitive", func(o *config.Output) *config.Expr { return &o.Sensitive }},
	}
	outputForm = &form{what: "An output block", fields: outputFields.names()}
)

func (r *reader) output(b *hclsyntax.Block) {
	names, ok := r.labels(b, outputForm, 1, 1)
	if !ok {
		return
	}
	o := &config.Output{Name: names[0], Range: header(b)}
	r.arguments(b.Body, outputForm, func(name string) *config.Expr { return outputFields.slot(o, name) })
	if a, ok := b.Body.Attributes["value"]; ok {
		o.Value = expr.Of(a.Expr) // null is a value to give
	}
	r.noBlocks(b.Body, outputForm)
	r.config.Outputs = append(r.config.Outputs, o)
}

var (
	movedFields = fields[config.Moved]{
		{"from", func(m *config.Moved) *config.Expr { return &m.From }},
		{"to", func(m *config.Moved) *config.Expr { return &m.To }},
	}
	movedForm     = &form{what: "A moved block", fields: movedFields.names()}
	removedFields = fields[config.Removed]{
		{"from", func(m *config.Removed) *config.Expr { return &m.From }},
	}
	removedForm = &form{what: "A removed block", fields: removedFields.names()}
)

func (r *reader) moved(b *hclsyntax.Block) {
	m := &config.Moved{Range: header(b)}
	plain(r, b, movedForm, movedFields, m)
	r.config.Moved = append(r.config.Moved, m)
}

func (r *reader) removed(b *hclsyntax.Block) {
	m := &config.Removed{Range: header(b)}
	plain(r, b, removedForm, removedFields, m)
	r.config.Removed = append(r.config.Removed, m)
}

var (
	assertionsForm = &form{what: "A check block", blocks: []string{"assert"}}
	assertForm     = &form{what: "An assert block", fields: validationFields.names()}
)

func (r *reader) assertions(b *hclsyntax.Block) {
	names, ok := r.labels(b, assertionsForm, 1, 1)
	if !ok {
		return
	}
	c := &config.Assertions{Name: names[0], Range: header(b)}
	r.arguments(b.Body, assertionsForm, func(string) *config.Expr { return nil })
	for _, in := range b.Body.Blocks {
		if in.Type != "assert" {
			r.unknownBlock(in, assertionsForm)
			continue
		}
		v := &config.Validation{Range: header(in)}
		plain(r, in, assertForm, validationFields, v)
		c.Asserts = append(c.Asserts, v)
	}
	if len(b.Body.Blocks) == 0 {
		r.list.Errorf(diag.Empty, header(b), "Empty block", "A check block holds assert blocks, each with a condition and an error_message.")
	}
	r.config.Checks = append(r.config.Checks, c)
}
