package hcl

import (
	"cmp"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/expr"
)

var (
	weirFields = fields[config.Settings]{
		{"required_version", func(s *config.Settings) *config.Expr { return &s.RequiredVersion }},
		{"policies", func(s *config.Settings) *config.Expr { return &s.Policies }},
	}
	weirForm = &form{what: "A weir block", fields: weirFields.names(), blocks: []string{"lint"}}
	lintForm = &form{what: "A lint block"}
)

func (r *reader) weir(b *hclsyntax.Block) {
	s := &config.Settings{Range: header(b)}
	r.labels(b, weirForm, 0, 0)
	r.arguments(b.Body, weirForm, func(name string) *config.Expr { return weirFields.slot(s, name) })
	for _, in := range b.Body.Blocks {
		if in.Type != "lint" {
			r.unknownBlock(in, weirForm)
		} else if s.LintRange.IsZero() {
			r.lint(in, s)
		} else {
			r.repeated(in, s.LintRange)
		}
	}
	r.config.Settings = append(r.config.Settings, s)
}

// lint reads arguments whose names are codes: which there are is not for the
// front end to know.
func (r *reader) lint(b *hclsyntax.Block, s *config.Settings) {
	s.LintRange = header(b)
	r.labels(b, lintForm, 0, 0)
	r.arguments(b.Body, lintForm, func(name string) *config.Expr {
		l := &config.LintLevel{Code: config.Name{Text: name, Range: expr.RangeOf(b.Body.Attributes[name].NameRange)}}
		s.Lint = append(s.Lint, l)
		return &l.Level
	})
	slices.SortFunc(s.Lint, func(x, y *config.LintLevel) int {
		return cmp.Compare(x.Code.Range.Start.Byte, y.Code.Range.Start.Byte)
	})
	r.noBlocks(b.Body, lintForm)
}
