package hcl

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

var (
	taskFields = fields[config.Task]{
		{"image", func(t *config.Task) *config.Expr { return &t.Image }},
		{"run", func(t *config.Task) *config.Expr { return &t.Run }},
		{"inputs", func(t *config.Task) *config.Expr { return &t.Inputs }},
		{"uses", func(t *config.Task) *config.Expr { return &t.Uses }},
		{"script", func(t *config.Task) *config.Expr { return &t.Script }},
		{"outputs", func(t *config.Task) *config.Expr { return &t.Outputs }},
		{"env", func(t *config.Task) *config.Expr { return &t.Env }},
		{"dir", func(t *config.Task) *config.Expr { return &t.Dir }},
		{"caches", func(t *config.Task) *config.Expr { return &t.Caches }},
		{"input_mapping", func(t *config.Task) *config.Expr { return &t.InputMapping }},
		{"output_mapping", func(t *config.Task) *config.Expr { return &t.OutputMapping }},
		{"user", func(t *config.Task) *config.Expr { return &t.User }},
		{"privileged", func(t *config.Task) *config.Expr { return &t.Privileged }},
		{"hermetic", func(t *config.Task) *config.Expr { return &t.Hermetic }},
		{"file", func(t *config.Task) *config.Expr { return &t.File }},
		{"platform", func(t *config.Task) *config.Expr { return &t.Platform }},
		{"network", func(t *config.Task) *config.Expr { return &t.Network }},
	}
	sharedForm   = &form{what: "A shared task", fields: taskFields.names(), blocks: []string{"limits", "service"}}
	limitsFields = fields[config.Limits]{
		{"cpu", func(l *config.Limits) *config.Expr { return &l.CPU }},
		{"memory", func(l *config.Limits) *config.Expr { return &l.Memory }},
		{"pids", func(l *config.Limits) *config.Expr { return &l.Pids }},
	}
	limitsForm = &form{what: "A limits block", fields: limitsFields.names()}
)

func (r *reader) sharedTask(b *hclsyntax.Block) {
	names, ok := r.labels(b, sharedForm, 1, 1)
	if !ok {
		return
	}
	t := &config.SharedTask{Name: names[0], Range: header(b)}
	r.arguments(b.Body, sharedForm, func(name string) *config.Expr { return taskFields.slot(&t.Task, name) })
	for _, in := range b.Body.Blocks {
		if !r.taskBlock(in, &t.Task) {
			r.unknownBlock(in, sharedForm)
		}
	}
	r.config.Tasks = append(r.config.Tasks, t)
}

func (r *reader) limits(b *hclsyntax.Block, to **config.Limits) {
	if once(r, b, to, func(l *config.Limits) diag.Range { return l.Range }) {
		(*to).Range = header(b)
		plain(r, b, limitsForm, limitsFields, *to)
	}
}
