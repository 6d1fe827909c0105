package hcl

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

var (
	stepFields = fields[config.Step]{
		{"when", func(s *config.Step) *config.Expr { return &s.When }},
		{"timeout", func(s *config.Step) *config.Expr { return &s.Timeout }},
		{"tags", func(s *config.Step) *config.Expr { return &s.Tags }},
	}
	getFields = fields[config.Get]{
		{"resource", func(g *config.Get) *config.Expr { return &g.Resource }},
		{"trigger", func(g *config.Get) *config.Expr { return &g.Trigger }},
		{"passed", func(g *config.Get) *config.Expr { return &g.Passed }},
		{"version", func(g *config.Get) *config.Expr { return &g.Version }},
		{"params", func(g *config.Get) *config.Expr { return &g.Params }},
	}
	putFields = fields[config.Put]{
		{"resource", func(p *config.Put) *config.Expr { return &p.Resource }},
		{"params", func(p *config.Put) *config.Expr { return &p.Params }},
		{"get_params", func(p *config.Put) *config.Expr { return &p.GetParams }},
		{"inputs", func(p *config.Put) *config.Expr { return &p.Inputs }},
		{"no_get", func(p *config.Put) *config.Expr { return &p.NoGet }},
	}
	parallelFields = fields[config.Parallel]{
		{"limit", func(p *config.Parallel) *config.Expr { return &p.Limit }},
		{"fail_fast", func(p *config.Parallel) *config.Expr { return &p.FailFast }},
	}

	getForm      = stepForm("A get step", getFields.names())
	putForm      = stepForm("A put step", putFields.names())
	taskForm     = stepForm("A task step", taskFields.names(), "limits", "service")
	doForm       = stepForm("A do block", nil, stepsAndDynamic...)
	tryForm      = stepForm("A try block", nil, stepsAndDynamic...)
	parallelForm = stepForm("A parallel block", parallelFields.names(), stepsAndDynamic...)
)

func stepForm(what string, own []string, blocks ...string) *form {
	return &form{what: what, fields: join(own, stepFields.names()), blocks: join(blocks, hookBlocks, []string{"retry", "across"})}
}

// step reads a block if it is one of the steps; ok is false if it is not, and
// the step is nil where it is too broken to go on with.
func (r *reader) step(b *hclsyntax.Block) (s *config.Step, ok bool) {
	switch b.Type {
	case "dynamic":
		return r.dynamic(b), true
	case "get":
		body := &config.Get{}
		return r.leaf(b, getForm, body, func(name string) *config.Expr { return getFields.slot(body, name) }, nil), true
	case "put":
		body := &config.Put{}
		return r.leaf(b, putForm, body, func(name string) *config.Expr { return putFields.slot(body, name) }, nil), true
	case "task":
		body := &config.Task{}
		return r.leaf(b, taskForm, body, func(name string) *config.Expr { return taskFields.slot(body, name) },
			func(in *hclsyntax.Block) bool { return r.taskBlock(in, body) }), true
	case "do":
		body := &config.Do{}
		return r.group(b, doForm, body, &body.Steps, func(string) *config.Expr { return nil }), true
	case "try":
		body := &config.Try{}
		return r.group(b, tryForm, body, &body.Steps, func(string) *config.Expr { return nil }), true
	case "parallel":
		body := &config.Parallel{}
		return r.group(b, parallelForm, body, &body.Steps, func(name string) *config.Expr { return parallelFields.slot(body, name) }), true
	}
	return r.containerless(b)
}

// leaf reads a step that holds no steps.
func (r *reader) leaf(b *hclsyntax.Block, f *form, body config.Body, slot func(string) *config.Expr, own func(*hclsyntax.Block) bool) *config.Step {
	names, ok := r.labels(b, f, 1, 1)
	if !ok {
		return nil
	}
	s := &config.Step{Name: names[0], Range: header(b), Body: body}
	r.stepArguments(b, f, s, slot)
	for _, in := range b.Body.Blocks {
		if !r.modifier(in, s) && (own == nil || !own(in)) {
			r.unknownBlock(in, f)
		}
	}
	return s
}

// group reads a step that holds steps.
func (r *reader) group(b *hclsyntax.Block, f *form, body config.Body, steps *[]*config.Step, slot func(string) *config.Expr) *config.Step {
	names, _ := r.labels(b, f, 0, 1)
	s := &config.Step{Range: header(b), Body: body}
	if len(names) > 0 {
		s.Name = names[0]
	}
	r.stepArguments(b, f, s, slot)
	*steps = r.steps(b.Body, f, nil, func(in *hclsyntax.Block) bool { return r.modifier(in, s) })
	r.notEmpty(b, *steps)
	return s
}

func (r *reader) stepArguments(b *hclsyntax.Block, f *form, s *config.Step, slot func(string) *config.Expr) {
	r.arguments(b.Body, f, func(name string) *config.Expr {
		if to := stepFields.slot(s, name); to != nil {
			return to
		}
		return slot(name)
	})
}

// modifier reads a block that any step may have; false: it is none.
func (r *reader) modifier(b *hclsyntax.Block, s *config.Step) bool {
	switch b.Type {
	case "retry":
		r.retry(b, &s.Retry)
		return true
	case "across":
		r.across(b, s)
		return true
	}
	return r.hook(b, &s.Hooks)
}

var (
	retryFields = fields[config.Retry]{
		{"attempts", func(x *config.Retry) *config.Expr { return &x.Attempts }},
		{"backoff", func(x *config.Retry) *config.Expr { return &x.Backoff }},
		{"max_backoff", func(x *config.Retry) *config.Expr { return &x.MaxBackoff }},
		{"on", func(x *config.Retry) *config.Expr { return &x.On }},
	}
	retryForm = &form{what: "A retry block", fields: retryFields.names()}
)

func (r *reader) retry(b *hclsyntax.Block, to **config.Retry) {
	if once(r, b, to, func(x *config.Retry) diag.Range { return x.Range }) {
		(*to).Range = header(b)
		plain(r, b, retryForm, retryFields, *to)
	}
}
