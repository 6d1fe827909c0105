package cue

import (
	"cuelang.org/go/cue"

	"github.com/weirci/weir/lang/config"
)

var (
	settingsFields = fields[config.Settings]{
		{"required_version", func(s *config.Settings) *config.Expr { return &s.RequiredVersion }, nil},
		{"policies", func(s *config.Settings) *config.Expr { return &s.Policies }, nil},
	}
	settingsForm = newForm("#Settings", "weir", nil, settingsFields.names(), []string{"lint"})
)

// settings reads what the tool has to know before it looks at the pipeline.
func (r *reader) settings(v cue.Value) {
	s := &config.Settings{Range: r.texts.label(v)}
	r.structure(v, settingsForm, func(name string, x cue.Value) bool {
		if name != "lint" {
			return settingsFields.put(r, s, name, x)
		}
		s.LintRange = r.texts.label(x)
		r.fields(x, func(code string, level cue.Value) {
			if e := r.data(level); e != nil {
				s.Lint = append(s.Lint, &config.LintLevel{Code: config.Name{Text: code, Range: r.texts.label(level)}, Level: e})
			}
		})
		return true
	})
	r.config.Settings = append(r.config.Settings, s)
}
