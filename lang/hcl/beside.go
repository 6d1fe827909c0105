package hcl

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

// What stands beside jobs and resources, or in them without changing what they do.
var (
	sourceFields = fields[config.SecretSource]{
		{"config", func(s *config.SecretSource) *config.Expr { return &s.Config }},
	}
	sourceForm  = &form{what: "A secret_source block", fields: sourceFields.names()}
	groupFields = fields[config.Group]{
		{"jobs", func(g *config.Group) *config.Expr { return &g.Jobs }},
		{"description", func(g *config.Group) *config.Expr { return &g.Description }},
	}
	groupForm     = &form{what: "A group block", fields: groupFields.names()}
	webhookFields = fields[config.Webhook]{
		{"token", func(w *config.Webhook) *config.Expr { return &w.Token }},
		{"filters", func(w *config.Webhook) *config.Expr { return &w.Filters }},
	}
	webhookForm   = &form{what: "A webhook block", fields: webhookFields.names()}
	displayFields = fields[config.Display]{
		{"background", func(d *config.Display) *config.Expr { return &d.Background }},
	}
	displayForm = &form{what: "A display block", fields: displayFields.names()}
)

func (r *reader) secretSource(b *hclsyntax.Block) {
	names, ok := r.labels(b, sourceForm, 2, 2)
	if !ok {
		return
	}
	s := &config.SecretSource{Type: names[0], Name: names[1], Range: header(b)}
	inner(r, b, sourceForm, sourceFields, s)
	r.config.SecretSources = append(r.config.SecretSources, s)
}

func (r *reader) jobGroup(b *hclsyntax.Block) {
	names, ok := r.labels(b, groupForm, 1, 1)
	if !ok {
		return
	}
	g := &config.Group{Name: names[0], Range: header(b)}
	inner(r, b, groupForm, groupFields, g)
	r.config.Groups = append(r.config.Groups, g)
}

func (r *reader) webhook(b *hclsyntax.Block, x *config.Resource) {
	if once(r, b, &x.Webhook, func(w *config.Webhook) diag.Range { return w.Range }) {
		x.Webhook.Range = header(b)
		plain(r, b, webhookForm, webhookFields, x.Webhook)
	}
}

func (r *reader) display(b *hclsyntax.Block, p *config.Pipeline) {
	if once(r, b, &p.Display, func(d *config.Display) diag.Range { return d.Range }) {
		p.Display.Range = header(b)
		plain(r, b, displayForm, displayFields, p.Display)
	}
}
