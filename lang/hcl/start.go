package hcl

import (
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
	"github.com/weirci/weir/lang/expr"
)

// typedParam is a param while it is read: its type is no expression later on.
type typedParam struct {
	*config.Param
	typeExpr config.Expr
}

// What says when and with what the builds of a job start.
var (
	scheduleFields = fields[config.Schedule]{
		{"cron", func(s *config.Schedule) *config.Expr { return &s.Cron }},
		{"timezone", func(s *config.Schedule) *config.Expr { return &s.Timezone }},
		{"catch_up", func(s *config.Schedule) *config.Expr { return &s.CatchUp }},
	}
	scheduleForm      = &form{what: "A schedule block", fields: scheduleFields.names()}
	concurrencyFields = fields[config.Concurrency]{
		{"key", func(c *config.Concurrency) *config.Expr { return &c.Key }},
		{"limit", func(c *config.Concurrency) *config.Expr { return &c.Limit }},
		{"on_new", func(c *config.Concurrency) *config.Expr { return &c.OnNew }},
	}
	concurrencyForm = &form{what: "A concurrency block", fields: concurrencyFields.names()}
	paramFields     = fields[typedParam]{
		{"type", func(p *typedParam) *config.Expr { return &p.typeExpr }},
		{"default", func(p *typedParam) *config.Expr { return &p.Default }},
		{"description", func(p *typedParam) *config.Expr { return &p.Description }},
	}
	paramForm = &form{what: "A param block", fields: paramFields.names()}
)

// jobBlock reads a block that only jobs have; false: it is none.
func (r *reader) jobBlock(b *hclsyntax.Block, j *config.Job) bool {
	switch b.Type {
	case "retention":
		if once(r, b, &j.Retention, func(x *config.Retention) diag.Range { return x.Range }) {
			j.Retention.Range = header(b)
			plain(r, b, retentionForm, retentionFields, j.Retention)
		}
	case "schedule":
		if once(r, b, &j.Schedule, func(x *config.Schedule) diag.Range { return x.Range }) {
			j.Schedule.Range = header(b)
			plain(r, b, scheduleForm, scheduleFields, j.Schedule)
		}
	case "concurrency":
		if once(r, b, &j.Concurrency, func(x *config.Concurrency) diag.Range { return x.Range }) {
			j.Concurrency.Range = header(b)
			plain(r, b, concurrencyForm, concurrencyFields, j.Concurrency)
		}
	case "param":
		r.param(b, j)
	case "notify":
		r.notification(b, &j.Notify)
	default:
		return false
	}
	return true
}

func (r *reader) param(b *hclsyntax.Block, j *config.Job) {
	names, ok := r.labels(b, paramForm, 1, 1)
	if !ok {
		return
	}
	p := &typedParam{Param: &config.Param{Name: names[0], Range: header(b), Type: cty.DynamicPseudoType}}
	inner(r, b, paramForm, paramFields, p)
	if a, ok := b.Body.Attributes["default"]; ok {
		p.Default = expr.Of(a.Expr) // a default of null is a default
	}
	if p.typeExpr != nil {
		r.paramType(p)
	}
	j.Params = append(j.Params, p.Param)
}

// paramType takes no defaults inside of the type: a value comes whole from whom
// starts the build.
func (r *reader) paramType(p *typedParam) {
	ty, diags := typeexpr.TypeConstraint(expr.Node(p.typeExpr))
	r.list.Append(expr.Problems(diags, diag.WrongType)...)
	if !diags.HasErrors() {
		p.Type = ty
	}
}
