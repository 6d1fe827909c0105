package hcl

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
)

var (
	notifyFields = fields[config.Notification]{
		{"on", func(n *config.Notification) *config.Expr { return &n.On }},
		{"config", func(n *config.Notification) *config.Expr { return &n.Config }},
	}
	notifyForm = &form{what: "A notify block", fields: notifyFields.names()}
)

// notification reads a notify block of a job or of the pipeline.
func (r *reader) notification(b *hclsyntax.Block, to *[]*config.Notification) {
	names, ok := r.labels(b, notifyForm, 2, 2)
	if !ok {
		return
	}
	n := &config.Notification{Type: names[0], Name: names[1], Range: header(b)}
	inner(r, b, notifyForm, notifyFields, n)
	*to = append(*to, n)
}
