package hcl

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

var (
	stepBlocks      = []string{"get", "put", "task", "load", "set_pipeline", "approval", "do", "parallel", "try"}
	stepsAndDynamic = join(stepBlocks, []string{"dynamic"})
	hookBlocks      = []string{"on_success", "on_failure", "on_error", "on_abort", "ensure"}
)

var (
	jobFields = fields[config.Job]{
		{"description", func(j *config.Job) *config.Expr { return &j.Description }},
		{"max_in_flight", func(j *config.Job) *config.Expr { return &j.MaxInFlight }},
		{"priority", func(j *config.Job) *config.Expr { return &j.Priority }},
		{"serial_groups", func(j *config.Job) *config.Expr { return &j.SerialGroups }},
		{"disable_manual_trigger", func(j *config.Job) *config.Expr { return &j.DisableManualTrigger }},
		{"interruptible", func(j *config.Job) *config.Expr { return &j.Interruptible }},
		{"for_each", func(j *config.Job) *config.Expr { return &j.Repeat.ForEach }},
		{"count", func(j *config.Job) *config.Expr { return &j.Repeat.Count }},
	}
	jobForm = &form{what: "A job block", fields: jobFields.names(),
		blocks: join(stepsAndDynamic, hookBlocks, []string{"param", "schedule", "concurrency", "retention", "notify"})}
	retentionFields = fields[config.Retention]{
		{"builds", func(x *config.Retention) *config.Expr { return &x.Builds }},
		{"days", func(x *config.Retention) *config.Expr { return &x.Days }},
		{"minimum_succeeded", func(x *config.Retention) *config.Expr { return &x.MinimumSucceeded }},
	}
	retentionForm = &form{what: "A retention block", fields: retentionFields.names()}
	hookForm      = &form{what: "A hook", blocks: stepsAndDynamic}
)

func join(lists ...[]string) []string {
	var all []string
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func (r *reader) job(b *hclsyntax.Block) {
	names, ok := r.labels(b, jobForm, 1, 1)
	if !ok {
		return
	}
	j := &config.Job{Name: names[0], Range: header(b)}
	r.arguments(b.Body, jobForm, func(name string) *config.Expr { return jobFields.slot(j, name) })
	j.Steps = r.steps(b.Body, jobForm, &j.Hooks, func(in *hclsyntax.Block) bool { return r.jobBlock(in, j) })
	r.config.Jobs = append(r.config.Jobs, j)
}

// steps reads the steps of a body in source order, its hooks, and through
// other whatever else may stand there. With hooks nil, hooks are unknown.
func (r *reader) steps(body *hclsyntax.Body, f *form, hooks *config.Hooks, other func(*hclsyntax.Block) bool) []*config.Step {
	var steps []*config.Step
	for _, b := range body.Blocks {
		if s, ok := r.step(b); ok {
			if s != nil {
				steps = append(steps, s)
			}
			continue
		}
		if hooks != nil && r.hook(b, hooks) || other != nil && other(b) {
			continue
		}
		r.unknownBlock(b, f)
	}
	return steps
}

// hook reads a hook block; false: it is none.
func (r *reader) hook(b *hclsyntax.Block, h *config.Hooks) bool {
	var to *[]*config.Step
	switch b.Type {
	case "on_success":
		to = &h.OnSuccess
	case "on_failure":
		to = &h.OnFailure
	case "on_error":
		to = &h.OnError
	case "on_abort":
		to = &h.OnAbort
	case "ensure":
		to = &h.Ensure
	default:
		return false
	}
	r.labels(b, hookForm, 0, 0)
	r.arguments(b.Body, hookForm, func(string) *config.Expr { return nil })
	if *to != nil {
		r.repeated(b, (*to)[0].Range)
		return true
	}
	*to = r.steps(b.Body, hookForm, nil, nil)
	r.notEmpty(b, *to)
	return true
}

func (r *reader) notEmpty(b *hclsyntax.Block, steps []*config.Step) {
	if len(steps) == 0 && len(b.Body.Blocks) == 0 {
		r.list.Errorf(diag.Empty, header(b), "Empty block", "A %s block must hold at least one step.", b.Type)
	}
}
