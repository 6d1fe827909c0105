package docs

import (
	"strings"

	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/expr"
)

func job(j *config.Job) Job {
	out := Job{Address: "job." + j.Name.Text, Description: text(j.Description), Repeats: repeats(j.Repeat), Triggers: []string{}, Params: []Param{}}
	if j.Schedule != nil {
		out.Triggers = append(out.Triggers, strings.TrimSpace("schedule "+text(j.Schedule.Cron)+" "+text(j.Schedule.Timezone)))
	}
	out.triggers(j.Steps)
	if text(j.DisableManualTrigger) != "true" {
		out.Triggers = append(out.Triggers, "by hand")
	}
	for _, p := range j.Params {
		param := Param{Name: p.Name.Text, Type: config.TypeText(p.Type), Description: text(p.Description)}
		if p.Default != nil {
			param.Default = expr.Source(p.Default)
		}
		out.Params = append(out.Params, param)
	}
	return out
}

// triggers finds the get steps whose new versions start a build.
func (j *Job) triggers(steps []*config.Step) {
	for _, s := range steps {
		switch b := s.Body.(type) {
		case *config.Get:
			j.get(s.Name.Text, b)
		case *config.Do:
			j.triggers(b.Steps)
		case *config.Parallel:
			j.triggers(b.Steps)
		case *config.Try:
			j.triggers(b.Steps)
		case *config.Dynamic:
			j.triggers([]*config.Step{{Name: config.Name{Text: "each of " + expr.Source(b.ForEach)}, Body: b.Content.Body}})
		}
	}
}

func (j *Job) get(name string, g *config.Get) {
	trigger := text(g.Trigger)
	if trigger == "" || trigger == "false" {
		return
	}
	if g.Resource != nil {
		name = strings.TrimPrefix(expr.Source(g.Resource), "resource.")
	}
	what := "new " + name
	if g.Passed != nil {
		what += " that passed " + strings.Trim(strings.ReplaceAll(expr.Source(g.Passed), "job.", ""), "[]")
	}
	if trigger != "true" {
		what += " if " + trigger
	}
	j.Triggers = append(j.Triggers, what)
}
