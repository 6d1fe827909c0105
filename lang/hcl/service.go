package hcl

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

var (
	serviceFields = fields[config.Service]{
		{"image", func(s *config.Service) *config.Expr { return &s.Image }},
		{"run", func(s *config.Service) *config.Expr { return &s.Run }},
		{"env", func(s *config.Service) *config.Expr { return &s.Env }},
		{"user", func(s *config.Service) *config.Expr { return &s.User }},
		{"privileged", func(s *config.Service) *config.Expr { return &s.Privileged }},
	}
	serviceForm = &form{what: "A service block", fields: serviceFields.names(), blocks: []string{"ready", "limits"}}
	readyFields = fields[config.Ready]{
		{"command", func(x *config.Ready) *config.Expr { return &x.Command }},
		{"timeout", func(x *config.Ready) *config.Expr { return &x.Timeout }},
	}
	readyForm = &form{what: "A ready block", fields: readyFields.names()}
)

// taskBlock reads a block that only tasks have; false: it is none.
func (r *reader) taskBlock(b *hclsyntax.Block, t *config.Task) bool {
	switch b.Type {
	case "limits":
		r.limits(b, &t.Limits)
	case "service":
		r.service(b, t)
	default:
		return false
	}
	return true
}

func (r *reader) service(b *hclsyntax.Block, t *config.Task) {
	names, ok := r.labels(b, serviceForm, 1, 1)
	if !ok {
		return
	}
	s := &config.Service{Name: names[0], Range: header(b)}
	r.arguments(b.Body, serviceForm, func(name string) *config.Expr { return serviceFields.slot(s, name) })
	for _, in := range b.Body.Blocks {
		switch in.Type {
		case "ready":
			if once(r, in, &s.Ready, func(x *config.Ready) diag.Range { return x.Range }) {
				s.Ready.Range = header(in)
				plain(r, in, readyForm, readyFields, s.Ready)
			}
		case "limits":
			r.limits(in, &s.Limits)
		default:
			r.unknownBlock(in, serviceForm)
		}
	}
	t.Services = append(t.Services, s)
}
