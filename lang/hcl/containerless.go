package hcl

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
)

// The steps that run no container.
var (
	loadFields = fields[config.Load]{
		{"file", func(l *config.Load) *config.Expr { return &l.File }},
		{"format", func(l *config.Load) *config.Expr { return &l.Format }},
		{"reveal", func(l *config.Load) *config.Expr { return &l.Reveal }},
	}
	setPipelineFields = fields[config.SetPipeline]{
		{"dir", func(s *config.SetPipeline) *config.Expr { return &s.Dir }},
		{"file", func(s *config.SetPipeline) *config.Expr { return &s.File }},
		{"vars", func(s *config.SetPipeline) *config.Expr { return &s.Vars }},
		{"team", func(s *config.SetPipeline) *config.Expr { return &s.Team }},
		{"instance", func(s *config.SetPipeline) *config.Expr { return &s.Instance }},
	}
	approvalFields = fields[config.Approval]{
		{"message", func(a *config.Approval) *config.Expr { return &a.Message }},
		{"approvers", func(a *config.Approval) *config.Expr { return &a.Approvers }},
	}

	loadForm        = stepForm("A load step", loadFields.names())
	setPipelineForm = stepForm("A set_pipeline step", setPipelineFields.names())
	approvalForm    = stepForm("An approval step", approvalFields.names())
)

// containerless reads a step of these kinds; ok is false if it is none.
func (r *reader) containerless(b *hclsyntax.Block) (s *config.Step, ok bool) {
	switch b.Type {
	case "load":
		body := &config.Load{}
		return r.leaf(b, loadForm, body, func(name string) *config.Expr { return loadFields.slot(body, name) }, nil), true
	case "set_pipeline":
		body := &config.SetPipeline{}
		return r.leaf(b, setPipelineForm, body, func(name string) *config.Expr { return setPipelineFields.slot(body, name) }, nil), true
	case "approval":
		body := &config.Approval{}
		return r.leaf(b, approvalForm, body, func(name string) *config.Expr { return approvalFields.slot(body, name) }, nil), true
	}
	return nil, false
}
