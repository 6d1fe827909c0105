package cue

import (
	"cuelang.org/go/cue"

	"github.com/weirci/weir/lang/config"
)

var (
	containerForm = newForm("#Steps", "A do or try step", []string{"steps"}, []string{"name", "steps"})

	parallelFields = fields[config.Parallel]{
		{"limit", func(p *config.Parallel) *config.Expr { return &p.Limit }, nil},
		{"fail_fast", func(p *config.Parallel) *config.Expr { return &p.FailFast }, nil},
	}
	parallelBodyForm = newForm("#Parallel", "A parallel step", []string{"steps"}, []string{"name", "steps"}, parallelFields.names())

	retryFields = fields[config.Retry]{
		{"attempts", func(x *config.Retry) *config.Expr { return &x.Attempts }, nil},
		{"backoff", func(x *config.Retry) *config.Expr { return &x.Backoff }, nil},
		{"max_backoff", func(x *config.Retry) *config.Expr { return &x.MaxBackoff }, nil},
		{"on", func(x *config.Retry) *config.Expr { return &x.On }, nil},
	}
	retryForm    = newForm("#Retry", "retry", []string{"attempts"}, retryFields.names()).checkedBy("attempts")
	acrossFields = fields[config.Across]{
		{"values", func(a *config.Across) *config.Expr { return &a.Values }, nil},
		{"max_in_flight", func(a *config.Across) *config.Expr { return &a.MaxInFlight }, nil},
		{"fail_fast", func(a *config.Across) *config.Expr { return &a.FailFast }, nil},
	}
	acrossForm = newForm("#Across", "across", []string{"name", "values"}, []string{"name"}, acrossFields.names()).checkedBy("values")
)

// container reads a step that holds steps.
func (r *reader) container(v cue.Value, all []entry, s *config.Step, kind string) {
	f := map[string]*form{"do": doForm, "try": tryForm, "parallel": parallelForm}[kind]
	r.known(v, all, f, func(name string, x cue.Value) bool {
		if name == kind {
			r.containerBody(x, s, kind)
			return true
		}
		return r.modifier(name, x, s)
	})
}

// containerBody reads what stands behind do, try or parallel: a struct with
// the steps, or for short only them.
func (r *reader) containerBody(v cue.Value, s *config.Step, kind string) {
	var steps []*config.Step
	body, f := &config.Parallel{}, parallelBodyForm
	if kind != "parallel" {
		f = containerForm
	}
	if v.IncompleteKind() == cue.ListKind {
		steps = r.steps(v)
	} else {
		r.structure(v, f, func(name string, x cue.Value) bool {
			switch name {
			case "name":
				s.Name = r.text(x)
			case "steps":
				steps = r.steps(x)
			default:
				return kind == "parallel" && parallelFields.put(r, body, name, x)
			}
			return true
		})
	}
	switch kind {
	case "do":
		s.Body = &config.Do{Steps: steps}
	case "try":
		s.Body = &config.Try{Steps: steps}
	default:
		body.Steps = steps
		s.Body = body
	}
}

func (r *reader) retry(v cue.Value) *config.Retry {
	x := &config.Retry{Range: r.texts.label(v)}
	plain(r, v, retryForm, retryFields, x)
	return x
}

func (r *reader) across(v cue.Value) *config.Across {
	x := &config.Across{Range: r.texts.header(v)}
	r.structure(v, acrossForm, func(name string, in cue.Value) bool {
		if name == "name" {
			x.Name = r.text(in)
			return true
		}
		return acrossFields.put(r, x, name, in)
	})
	r.hole = r.hole || x.Name.Text == ""
	return x
}
