package cue

import (
	"cuelang.org/go/cue"

	"github.com/weirci/weir/lang/config"
)

var (
	hookNames = []string{"on_success", "on_failure", "on_error", "on_abort", "ensure"}
	jobFields = fields[config.Job]{
		{"description", func(j *config.Job) *config.Expr { return &j.Description }, nil},
		{"max_in_flight", func(j *config.Job) *config.Expr { return &j.MaxInFlight }, nil},
		{"priority", func(j *config.Job) *config.Expr { return &j.Priority }, nil},
		{"serial_groups", func(j *config.Job) *config.Expr { return &j.SerialGroups }, nil},
		{"disable_manual_trigger", func(j *config.Job) *config.Expr { return &j.DisableManualTrigger }, nil},
		{"interruptible", func(j *config.Job) *config.Expr { return &j.Interruptible }, nil},
		{"for_each", func(j *config.Job) *config.Expr { return &j.Repeat.ForEach }, (*reader).forEach},
		{"count", func(j *config.Job) *config.Expr { return &j.Repeat.Count }, nil},
	}
	jobForm = newForm("#Job", "A job", []string{"steps"}, jobFields.names(),
		[]string{"retention", "schedule", "concurrency", "params", "notify", "steps"}, hookNames).checkedBy("steps")
	retentionFields = fields[config.Retention]{
		{"builds", func(x *config.Retention) *config.Expr { return &x.Builds }, nil},
		{"days", func(x *config.Retention) *config.Expr { return &x.Days }, nil},
		{"minimum_succeeded", func(x *config.Retention) *config.Expr { return &x.MinimumSucceeded }, nil},
	}
	retentionForm  = newForm("#Retention", "retention", nil, retentionFields.names())
	scheduleFields = fields[config.Schedule]{
		{"cron", func(x *config.Schedule) *config.Expr { return &x.Cron }, nil},
		{"timezone", func(x *config.Schedule) *config.Expr { return &x.Timezone }, nil},
		{"catch_up", func(x *config.Schedule) *config.Expr { return &x.CatchUp }, nil},
	}
	scheduleForm      = newForm("#Schedule", "schedule", []string{"cron"}, scheduleFields.names()).checkedBy("cron")
	concurrencyFields = fields[config.Concurrency]{
		{"key", func(x *config.Concurrency) *config.Expr { return &x.Key }, nil},
		{"limit", func(x *config.Concurrency) *config.Expr { return &x.Limit }, nil},
		{"on_new", func(x *config.Concurrency) *config.Expr { return &x.OnNew }, nil},
	}
	concurrencyForm = newForm("#Concurrency", "concurrency", []string{"key"}, concurrencyFields.names()).checkedBy("key")
	paramFields     = fields[config.Param]{
		{"default", func(x *config.Param) *config.Expr { return &x.Default }, nil},
		{"description", func(x *config.Param) *config.Expr { return &x.Description }, nil},
	}
	paramForm = newForm("#Param", "A param", nil, []string{"type"}, paramFields.names())
)

func (r *reader) jobBlock(n config.Name, v cue.Value) {
	j := &config.Job{Name: n, Range: n.Range}
	ok := r.structure(v, jobForm, func(name string, x cue.Value) bool {
		switch name {
		case "steps":
			j.Steps = r.steps(x)
		case "retention":
			j.Retention = &config.Retention{Range: r.texts.label(x)}
			plain(r, x, retentionForm, retentionFields, j.Retention)
		case "schedule":
			j.Schedule = &config.Schedule{Range: r.texts.label(x)}
			plain(r, x, scheduleForm, scheduleFields, j.Schedule)
		case "concurrency":
			j.Concurrency = &config.Concurrency{Range: r.texts.label(x)}
			plain(r, x, concurrencyForm, concurrencyFields, j.Concurrency)
		case "notify":
			r.notifications(x, &j.Notify)
		case "params":
			r.fields(x, func(name string, p cue.Value) { j.Params = append(j.Params, r.param(name, p)) })
		default:
			return jobFields.put(r, j, name, x) || r.hook(name, x, &j.Hooks)
		}
		return true
	})
	if ok {
		r.config.Jobs = append(r.config.Jobs, j)
	}
}

func (r *reader) param(name string, v cue.Value) *config.Param {
	at := r.texts.label(v)
	p := &config.Param{Name: config.Name{Text: name, Range: at}, Range: at, Type: anything}
	r.structure(v, paramForm, func(name string, x cue.Value) bool {
		if name == "type" {
			p.Type = r.typeNamed(x)
			return true
		}
		return paramFields.put(r, p, name, x)
	})
	return p
}

// hook reads a hook; false: the name is none of one.
func (r *reader) hook(name string, v cue.Value, h *config.Hooks) bool {
	switch name {
	case "on_success":
		h.OnSuccess = r.steps(v)
	case "on_failure":
		h.OnFailure = r.steps(v)
	case "on_error":
		h.OnError = r.steps(v)
	case "on_abort":
		h.OnAbort = r.steps(v)
	case "ensure":
		h.Ensure = r.steps(v)
	default:
		return false
	}
	return true
}
