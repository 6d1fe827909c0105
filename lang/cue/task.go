package cue

import (
	"cuelang.org/go/cue"

	"github.com/weirci/weir/lang/config"
)

var (
	taskParts  = []string{"limits", "services"}
	taskFields = fields[config.Task]{
		{"image", func(t *config.Task) *config.Expr { return &t.Image }, (*reader).image},
		{"run", func(t *config.Task) *config.Expr { return &t.Run }, nil},
		{"inputs", func(t *config.Task) *config.Expr { return &t.Inputs }, nil},
		{"uses", func(t *config.Task) *config.Expr { return &t.Uses }, (*reader).task},
		{"script", func(t *config.Task) *config.Expr { return &t.Script }, nil},
		{"outputs", func(t *config.Task) *config.Expr { return &t.Outputs }, nil},
		{"env", func(t *config.Task) *config.Expr { return &t.Env }, nil},
		{"dir", func(t *config.Task) *config.Expr { return &t.Dir }, nil},
		{"caches", func(t *config.Task) *config.Expr { return &t.Caches }, nil},
		{"input_mapping", func(t *config.Task) *config.Expr { return &t.InputMapping }, nil},
		{"output_mapping", func(t *config.Task) *config.Expr { return &t.OutputMapping }, nil},
		{"user", func(t *config.Task) *config.Expr { return &t.User }, nil},
		{"privileged", func(t *config.Task) *config.Expr { return &t.Privileged }, nil},
		{"hermetic", func(t *config.Task) *config.Expr { return &t.Hermetic }, nil},
		{"file", func(t *config.Task) *config.Expr { return &t.File }, nil},
		{"platform", func(t *config.Task) *config.Expr { return &t.Platform }, nil},
		{"network", func(t *config.Task) *config.Expr { return &t.Network }, nil},
	}
	sharedForm   = newForm("#SharedTask", "A shared task", nil, taskFields.names(), taskParts)
	limitsFields = fields[config.Limits]{
		{"cpu", func(l *config.Limits) *config.Expr { return &l.CPU }, nil},
		{"memory", func(l *config.Limits) *config.Expr { return &l.Memory }, nil},
		{"pids", func(l *config.Limits) *config.Expr { return &l.Pids }, nil},
	}
	limitsForm    = newForm("#Limits", "limits", nil, limitsFields.names())
	serviceFields = fields[config.Service]{
		{"image", func(s *config.Service) *config.Expr { return &s.Image }, (*reader).image},
		{"run", func(s *config.Service) *config.Expr { return &s.Run }, nil},
		{"env", func(s *config.Service) *config.Expr { return &s.Env }, nil},
		{"user", func(s *config.Service) *config.Expr { return &s.User }, nil},
		{"privileged", func(s *config.Service) *config.Expr { return &s.Privileged }, nil},
	}
	serviceForm = newForm("#Service", "A service", []string{"image"}, serviceFields.names(), []string{"ready", "limits"}).checkedBy("image")
	readyFields = fields[config.Ready]{
		{"command", func(x *config.Ready) *config.Expr { return &x.Command }, nil},
		{"timeout", func(x *config.Ready) *config.Expr { return &x.Timeout }, nil},
	}
	readyForm = newForm("#Ready", "ready", []string{"command"}, readyFields.names()).checkedBy("command")
)

func (r *reader) taskStep(v cue.Value, all []entry, s *config.Step) {
	t := &config.Task{}
	s.Body = t
	r.known(v, all, taskForm, func(name string, x cue.Value) bool {
		if name == "task" {
			s.Name = r.text(x)
			return true
		}
		return r.taskField(t, name, x) || r.modifier(name, x, s)
	})
}

func (r *reader) sharedTask(n config.Name, v cue.Value) {
	t := &config.SharedTask{Name: n, Range: n.Range}
	r.structure(v, sharedForm, func(name string, x cue.Value) bool { return r.taskField(&t.Task, name, x) })
	r.config.Tasks = append(r.config.Tasks, t)
}

func (r *reader) taskField(t *config.Task, name string, v cue.Value) bool {
	switch name {
	case "limits":
		t.Limits = r.limits(v)
	case "services":
		r.fields(v, func(name string, x cue.Value) { t.Services = append(t.Services, r.service(name, x)) })
	default:
		return taskFields.put(r, t, name, v)
	}
	return true
}

func (r *reader) limits(v cue.Value) *config.Limits {
	l := &config.Limits{Range: r.texts.label(v)}
	plain(r, v, limitsForm, limitsFields, l)
	return l
}

func (r *reader) service(name string, v cue.Value) *config.Service {
	at := r.texts.label(v)
	s := &config.Service{Name: config.Name{Text: name, Range: at}, Range: at}
	r.structure(v, serviceForm, func(name string, x cue.Value) bool {
		switch name {
		case "limits":
			s.Limits = r.limits(x)
		case "ready":
			s.Ready = &config.Ready{Range: r.texts.label(x)}
			plain(r, x, readyForm, readyFields, s.Ready)
		default:
			return serviceFields.put(r, s, name, x)
		}
		return true
	})
	return s
}
