package cue

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/weirci/weir/lang/config"
)

func (w *writer) config(c *config.Config) {
	w.printf("package pipeline\n\nimport \"weir.dev/schema@v0\"\n\nschema.#Pipeline & {\n")
	for _, s := range c.Settings {
		w.settings(s)
	}
	for _, p := range c.Pipelines {
		w.pipeline(p)
	}
	some(w, "vars", c.Variables, w.variable)
	some(w, "locals", c.Locals, func(l *config.Local) { w.printf("%s: %s\n", label(l.Name.Text), w.value(l.Value, false)) })
	some(w, "secret_sources", c.SecretSources, func(s *config.SecretSource) {
		w.block(s.Name.Text, func() {
			w.printf("type: %s\n", strconv.Quote(s.Type.Text))
			arguments(w, secretFields, s)
		})
	})
	some(w, "resource_types", c.ResourceTypes, func(t *config.ResourceType) { plainBlock(w, t.Name.Text, typeFields, t) })
	w.resources(c.Resources)
	some(w, "tasks", c.Tasks, func(t *config.SharedTask) { w.block(t.Name.Text, func() { w.task(&t.Task) }) })
	some(w, "jobs", c.Jobs, func(j *config.Job) { w.block(j.Name.Text, func() { w.job(j) }) })
	some(w, "groups", c.Groups, func(g *config.Group) { plainBlock(w, g.Name.Text, groupFields, g) })
	w.structure(c)
	w.printf("}\n")
}

func (w *writer) structure(c *config.Config) {
	some(w, "modules", c.Calls, func(m *config.ModuleCall) {
		w.block(m.Name.Text, func() {
			arguments(w, moduleFields, m)
			for _, a := range m.Args {
				w.printf("%s: %s\n", label(a.Name.Text), w.value(a.Value, false))
			}
		})
	})
	some(w, "outputs", c.Outputs, func(o *config.Output) { plainBlock(w, o.Name.Text, outputFields, o) })
	some(w, "checks", c.Checks, func(a *config.Assertions) {
		list(w, label(a.Name.Text), a.Asserts, func(v *config.Validation) { arguments(w, assertionFields, v) })
	})
	list(w, "moved", c.Moved, func(m *config.Moved) { w.printf("from: %s\nto: %s\n", address(m.From), address(m.To)) })
	list(w, "removed", c.Removed, func(m *config.Removed) { w.printf("from: %s\n", address(m.From)) })
}

func (w *writer) settings(s *config.Settings) {
	w.block("weir", func() {
		arguments(w, settingsFields, s)
		some(w, "lint", s.Lint, func(l *config.LintLevel) { w.printf("%s: %s\n", label(l.Code.Text), w.value(l.Level, false)) })
	})
}

// address is a reference in full.
func address(e config.Expr) string {
	return quote(strings.TrimSuffix(strings.TrimPrefix(e.Template(), "${"), "}"))
}

func (w *writer) pipeline(p *config.Pipeline) {
	w.printf("name: %s\n", strconv.Quote(p.Name.Text))
	arguments(w, pipelineFields, p)
	plainBlock(w, "display", displayFields, p.Display)
	w.notifications(p.Notify)
	if d := p.Defaults; d != nil {
		w.block("defaults", func() {
			arguments(w, defaultsFields, d)
			plainBlock(w, "retry", retryFields, d.Retry)
			plainBlock(w, "limits", limitsFields, d.Limits)
			w.hooks(d.Hooks)
		})
	}
}

func (w *writer) variable(v *config.Variable) {
	kind := "_"
	switch v.Type {
	case cty.String, cty.Number, cty.Bool:
		kind = v.Type.FriendlyName()
	}
	if v.Default != nil {
		value, problems := v.Default.Eval(nil)
		if problems.HasErrors() {
			w.err = fmt.Errorf("the default of %s: %w", v.Name.Text, ErrNoCounterpart)
			return
		}
		kind = "*" + constantText(value) + " | " + kind
	}
	if v.Sensitive != nil {
		kind += " @sensitive()"
	}
	w.printf("%s: %s\n", label(v.Name.Text), kind)
}

func (w *writer) resources(all []*config.Resource) {
	count := map[string]int{}
	for _, x := range all {
		count[x.Name.Text]++
	}
	some(w, "resources", all, func(x *config.Resource) {
		name := x.Name.Text
		if count[name] > 1 {
			name = x.Type.Text + "." + name
		}
		w.block(name, func() {
			w.printf("type: %s\n", strconv.Quote(x.Type.Text))
			arguments(w, resourceFields, x)
			plainBlock(w, "check", checkFields, x.Check)
			plainBlock(w, "webhook", webhookFields, x.Webhook)
		})
	})
}
