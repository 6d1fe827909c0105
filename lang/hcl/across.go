package hcl

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
)

var (
	acrossFields = fields[config.Across]{
		{"values", func(a *config.Across) *config.Expr { return &a.Values }},
		{"max_in_flight", func(a *config.Across) *config.Expr { return &a.MaxInFlight }},
		{"fail_fast", func(a *config.Across) *config.Expr { return &a.FailFast }},
	}
	acrossForm = &form{what: "An across block", fields: acrossFields.names()}
)

// across reads one across block of a step; there may be any number.
func (r *reader) across(b *hclsyntax.Block, s *config.Step) {
	names, ok := r.labels(b, acrossForm, 1, 1)
	if !ok {
		return
	}
	a := &config.Across{Name: names[0], Range: header(b)}
	inner(r, b, acrossForm, acrossFields, a)
	s.Across = append(s.Across, a)
}

// inner reads what stands in a block that has nothing but arguments.
func inner[T any](r *reader, b *hclsyntax.Block, f *form, known fields[T], to *T) {
	r.arguments(b.Body, f, func(name string) *config.Expr { return known.slot(to, name) })
	r.noBlocks(b.Body, f)
}
