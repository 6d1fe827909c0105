package cue

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/diag"
)

var (
	stepKinds  = []string{"get", "put", "task", "load", "set_pipeline", "approval", "do", "parallel", "try"}
	stepFields = fields[config.Step]{
		{"when", func(s *config.Step) *config.Expr { return &s.When }, nil},
		{"timeout", func(s *config.Step) *config.Expr { return &s.Timeout }, nil},
		{"tags", func(s *config.Step) *config.Expr { return &s.Tags }, nil},
	}
	getFields = fields[config.Get]{
		{"resource", func(g *config.Get) *config.Expr { return &g.Resource }, (*reader).resource},
		{"trigger", func(g *config.Get) *config.Expr { return &g.Trigger }, nil},
		{"passed", func(g *config.Get) *config.Expr { return &g.Passed }, (*reader).jobList},
		{"version", func(g *config.Get) *config.Expr { return &g.Version }, nil},
		{"params", func(g *config.Get) *config.Expr { return &g.Params }, nil},
	}
	putFields = fields[config.Put]{
		{"resource", func(p *config.Put) *config.Expr { return &p.Resource }, (*reader).resource},
		{"params", func(p *config.Put) *config.Expr { return &p.Params }, nil},
		{"get_params", func(p *config.Put) *config.Expr { return &p.GetParams }, nil},
		{"inputs", func(p *config.Put) *config.Expr { return &p.Inputs }, nil},
		{"no_get", func(p *config.Put) *config.Expr { return &p.NoGet }, nil},
	}
	loadFields = fields[config.Load]{
		{"file", func(l *config.Load) *config.Expr { return &l.File }, nil},
		{"format", func(l *config.Load) *config.Expr { return &l.Format }, nil},
		{"reveal", func(l *config.Load) *config.Expr { return &l.Reveal }, nil},
	}
	setPipelineFields = fields[config.SetPipeline]{
		{"dir", func(s *config.SetPipeline) *config.Expr { return &s.Dir }, nil},
		{"file", func(s *config.SetPipeline) *config.Expr { return &s.File }, nil},
		{"vars", func(s *config.SetPipeline) *config.Expr { return &s.Vars }, nil},
		{"team", func(s *config.SetPipeline) *config.Expr { return &s.Team }, nil},
		{"instance", func(s *config.SetPipeline) *config.Expr { return &s.Instance }, nil},
	}
	approvalFields = fields[config.Approval]{
		{"message", func(a *config.Approval) *config.Expr { return &a.Message }, nil},
		{"approvers", func(a *config.Approval) *config.Expr { return &a.Approvers }, nil},
	}

	modifierNames = append(stepFields.names(), append([]string{"retry", "across"}, hookNames...)...)

	getForm         = stepForm("#Get", "A get step", "get", getFields.names())
	putForm         = stepForm("#Put", "A put step", "put", putFields.names())
	taskForm        = stepForm("#Task", "A task step", "task", taskFields.names(), taskParts)
	loadForm        = stepForm("#Load", "A load step", "load", loadFields.names())
	setPipelineForm = stepForm("#SetPipeline", "A set_pipeline step", "set_pipeline", setPipelineFields.names())
	approvalForm    = stepForm("#Approval", "An approval step", "approval", approvalFields.names())
	doForm          = stepForm("#Do", "A do step", "do")
	tryForm         = stepForm("#Try", "A try step", "try")
	parallelForm    = stepForm("#ParallelStep", "A parallel step", "parallel")
)

func stepForm(def, what, kind string, own ...[]string) *form {
	return newForm(def, what, []string{kind}, append(append([][]string{{kind}}, own...), modifierNames)...)
}

// steps reads a list of steps; where it is none there are none.
func (r *reader) steps(v cue.Value) []*config.Step {
	steps := []*config.Step{}
	ok := r.elements(v, func(x cue.Value) {
		if s := r.step(x); s != nil {
			steps = append(steps, s)
		}
	})
	if ok && len(steps) == 0 {
		if n, err := v.Len().Int64(); err == nil && n == 0 {
			r.problems.Errorf(diag.Empty, r.texts.value(v), "Empty list of steps", "Here must be at least one step.")
		}
	}
	return steps
}

// step reads a step: the one field that names its kind says which definition
// the rest of it follows.
func (r *reader) step(v cue.Value) *config.Step {
	all, ok := r.entries(v)
	if !ok {
		return nil
	}
	kind, at, ok := r.kindOf(v, all)
	if !ok {
		return nil
	}
	s := &config.Step{Range: r.texts.label(at)}
	switch kind {
	case "get":
		body := &config.Get{}
		leaf(r, v, all, s, getForm, kind, body, getFields)
	case "put":
		body := &config.Put{}
		leaf(r, v, all, s, putForm, kind, body, putFields)
	case "task":
		r.taskStep(v, all, s)
	case "load":
		body := &config.Load{}
		leaf(r, v, all, s, loadForm, kind, body, loadFields)
	case "set_pipeline":
		body := &config.SetPipeline{}
		leaf(r, v, all, s, setPipelineForm, kind, body, setPipelineFields)
	case "approval":
		body := &config.Approval{}
		leaf(r, v, all, s, approvalForm, kind, body, approvalFields)
	default:
		r.container(v, all, s, kind)
	}
	return s
}

// kindOf finds the field that names the kind of a step.
func (r *reader) kindOf(v cue.Value, fields []entry) (kind string, at cue.Value, ok bool) {
	var all []string
	for _, x := range fields {
		if slices.Contains(stepKinds, x.name) {
			kind, at, all = x.name, x.value, append(all, x.name)
		}
	}
	switch {
	case len(all) == 1:
		return kind, at, true
	case len(all) > 1:
		r.problems.Errorf(diag.Conflict, r.texts.label(at), "Two kinds of step at once",
			"A step has one field that names its kind; this one has %s.", strings.Join(all, " and "))
		return "", at, false
	}
	d := diag.Diagnostic{Code: diag.MissingField, Range: r.texts.header(v), Summary: "Step without a kind",
		Detail: "A step has one field that names its kind: " + strings.Join(stepKinds, ", ") + "."}
	for _, x := range fields {
		if near, ok := diag.Nearest(x.name, stepKinds); ok {
			d.Fix = &diag.Fix{Help: fmt.Sprintf("did you mean %q in place of %q?", near, x.name)}
			break
		}
	}
	r.problems.Append(d)
	return "", at, false
}

// leaf reads a step that holds no steps: its kind's field is its name.
func leaf[T any](r *reader, v cue.Value, all []entry, s *config.Step, f *form, kind string, body *T, own fields[T]) {
	s.Body = any(body).(config.Body)
	r.known(v, all, f, func(name string, x cue.Value) bool {
		if name == kind {
			s.Name = r.text(x)
			return true
		}
		return own.put(r, body, name, x) || r.modifier(name, x, s)
	})
}

// modifier reads what every step may have; false: the name is none of that.
func (r *reader) modifier(name string, v cue.Value, s *config.Step) bool {
	switch name {
	case "retry":
		s.Retry = r.retry(v)
	case "across":
		r.elements(v, func(x cue.Value) { s.Across = append(s.Across, r.across(x)) })
	default:
		return stepFields.put(r, s, name, v) || r.hook(name, v, &s.Hooks)
	}
	return true
}
