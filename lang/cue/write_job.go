package cue

import (
	"fmt"
	"strconv"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
)

func (w *writer) job(j *config.Job) {
	arguments(w, jobFields, j)
	plainBlock(w, "retention", retentionFields, j.Retention)
	plainBlock(w, "schedule", scheduleFields, j.Schedule)
	plainBlock(w, "concurrency", concurrencyFields, j.Concurrency)
	some(w, "params", j.Params, func(p *config.Param) {
		w.block(p.Name.Text, func() {
			if p.Type != cty.DynamicPseudoType {
				w.printf("type: %s\n", strconv.Quote(config.TypeText(p.Type)))
			}
			arguments(w, paramFields, p)
		})
	})
	w.notifications(j.Notify)
	w.steps("steps", j.Steps)
	w.hooks(j.Hooks)
}

func (w *writer) hooks(h config.Hooks) {
	for i, steps := range [][]*config.Step{h.OnSuccess, h.OnFailure, h.OnError, h.OnAbort, h.Ensure} {
		w.steps(hookNames[i], steps)
	}
}

func (w *writer) steps(name string, steps []*config.Step) { list(w, name, steps, w.step) }

func (w *writer) step(s *config.Step) {
	switch b := s.Body.(type) {
	case *config.Get:
		leafStep(w, "get", s, getFields, b)
	case *config.Put:
		leafStep(w, "put", s, putFields, b)
	case *config.Task:
		w.printf("task: %s\n", strconv.Quote(s.Name.Text))
		w.task(b)
	case *config.Load:
		leafStep(w, "load", s, loadFields, b)
	case *config.SetPipeline:
		leafStep(w, "set_pipeline", s, setPipelineFields, b)
	case *config.Approval:
		leafStep(w, "approval", s, approvalFields, b)
	case *config.Do:
		w.container("do", s, &config.Parallel{Steps: b.Steps})
	case *config.Try:
		w.container("try", s, &config.Parallel{Steps: b.Steps})
	case *config.Parallel:
		w.container("parallel", s, b)
	default:
		w.err = fmt.Errorf("a %T at %s: %w", s.Body, s.Range, ErrNoCounterpart)
	}
	arguments(w, stepFields, s)
	plainBlock(w, "retry", retryFields, s.Retry)
	list(w, "across", s.Across, func(a *config.Across) {
		w.printf("name: %s\n", strconv.Quote(a.Name.Text))
		arguments(w, acrossFields, a)
	})
	w.hooks(s.Hooks)
}

func leafStep[T any](w *writer, kind string, s *config.Step, own fields[T], body *T) {
	w.printf("%s: %s\n", kind, strconv.Quote(s.Name.Text))
	arguments(w, own, body)
}

func (w *writer) container(kind string, s *config.Step, p *config.Parallel) {
	w.block(kind, func() {
		if s.Name.Text != "" {
			w.printf("name: %s\n", strconv.Quote(s.Name.Text))
		}
		arguments(w, parallelFields, p)
		w.steps("steps", p.Steps)
	})
}

func (w *writer) task(t *config.Task) {
	arguments(w, taskFields, t)
	plainBlock(w, "limits", limitsFields, t.Limits)
	some(w, "services", t.Services, func(s *config.Service) {
		w.block(s.Name.Text, func() {
			arguments(w, serviceFields, s)
			plainBlock(w, "ready", readyFields, s.Ready)
			plainBlock(w, "limits", limitsFields, s.Limits)
		})
	})
}
