package compiler

import (
	"cmp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/robfig/cron/v3"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/config"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/lang/diag"
)

// What says when and with what the builds of a job start.

func (u *unit) schedule(s *config.Schedule) graph.Schedule {
	if s == nil {
		return graph.Schedule{}
	}
	out := graph.Schedule{Cron: u.cron(s), Timezone: u.timezone(s.Timezone)}
	out.CatchUp = u.wordOf(s.CatchUp, "latest", []string{"all", "latest", "none"})
	return out
}

// wordOf is one of a few words; the default is "".
func (u *unit) wordOf(e config.Expr, otherwise string, words []string) string {
	word, ok := u.text(e)
	if !ok {
		return ""
	}
	u.choice(config.Name{Text: word, Range: e.Range()}, words)
	if word == otherwise {
		return ""
	}
	return word
}

// someDay is where one looks for the next tick from: any day does.
var someDay = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

func (u *unit) cron(s *config.Schedule) string {
	if s.Cron == nil {
		u.errorf(diag.MissingField, s.Range, "Schedule without times", "A schedule says when: cron = \"30 3 * * *\", which are minute, hour, day, month and weekday.")
		return ""
	}
	text, ok := u.text(s.Cron)
	if !ok {
		return ""
	}
	text = strings.Join(strings.Fields(text), " ")
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor).Parse(text)
	switch {
	case strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ="):
		u.errorf(diag.BadSchedule, s.Cron.Range(), "Time zone in a cron expression", "The time zone stands by itself: timezone = \"Europe/Berlin\".")
	case strings.HasPrefix(text, "@every"):
		u.errorf(diag.BadSchedule, s.Cron.Range(), "No tick of a clock", "@every counts from nowhere in particular. Write \"*/10 * * * *\" for every ten minutes.")
	case err != nil:
		u.errorf(diag.BadSchedule, s.Cron.Range(), "Invalid cron expression", "%s. The fields are minute, hour, day, month and weekday: \"30 3 * * *\".", capital(err.Error()))
	case parsed.Next(someDay).IsZero():
		u.errorf(diag.BadSchedule, s.Cron.Range(), "Schedule without a tick", "There is no such day in any year.")
	default:
		return text
	}
	return ""
}

func (u *unit) timezone(e config.Expr) string {
	name, ok := u.text(e)
	if !ok || name == "UTC" {
		return ""
	}
	if _, err := time.LoadLocation(name); err != nil || name == "Local" || name == "" {
		u.errorf(diag.BadSchedule, e.Range(), "Unknown time zone", "%q is no time zone. Zones are named by continent and city, such as Europe/Berlin; without one it is UTC.", name)
		return ""
	}
	return name
}

func (u *unit) concurrency(c *config.Concurrency) graph.Concurrency {
	if c == nil {
		return graph.Concurrency{}
	}
	out := graph.Concurrency{Key: u.word(c.Key), Limit: u.whole(c.Limit, 1)}
	if c.Key == nil {
		u.errorf(diag.MissingField, c.Range, "Concurrency without key", "Builds of all jobs of the team that have the same key share the limit: key = \"staging\".")
	} else if out.Key != "" {
		checkName(config.Name{Text: out.Key, Range: c.Key.Range()}, "key", &u.list)
	}
	out.OnNew = u.wordOf(c.OnNew, "queue", []string{"cancel_running", "queue", "replace_pending"})
	return out
}

func (u *unit) paramsByName(list []*config.Param) map[string]*config.Param {
	return table(list, "params", "param", &u.list, func(p *config.Param) config.Name { return p.Name })
}

func (u *unit) params(list []*config.Param) []graph.Param {
	var out []graph.Param
	for _, p := range list {
		out = append(out, graph.Param{Name: p.Name.Text, Type: config.TypeText(p.Type), Default: u.paramDefault(p), Description: u.word(p.Description)})
	}
	slices.SortStableFunc(out, func(a, b graph.Param) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (u *unit) paramDefault(p *config.Param) graph.Value {
	v, ok := u.known(p.Default)
	switch {
	case p.Default == nil || !ok && v == cty.NilVal:
		return nil
	case !ok:
		return graph.Null{}
	}
	out, err := convert.Convert(v, p.Type)
	if err != nil {
		u.errorf(diag.WrongType, p.Default.Range(), "Wrong type", "The default of %s does not fit its type, %s: %s.", p.Name.Text, config.TypeText(p.Type), err)
		return nil
	}
	g, err := deferred.FromCty(out)
	if err != nil {
		u.refused(err, p.Default.Range())
	}
	return g
}

// startsItself reports params that nobody is there to give: builds that a
// version or a clock starts have only defaults.
func (u *jobUnit) startsItself(j *config.Job, spec graph.Job) {
	what, at := "", diag.Range{}
	if name := triggeringGet(spec.Steps); name != "" {
		what, at = "new versions", u.gotten(name)
	}
	if j.Schedule != nil {
		what, at = "its schedule", j.Schedule.Range
	}
	if what == "" {
		return
	}
	for _, p := range j.Params {
		if p.Default == nil {
			u.list.Append(diag.Diagnostic{Code: diag.Conflict, Range: p.Range, Summary: "Nobody gives this param a value",
				Detail:  "The job is started by " + what + " too, and such a build has only the defaults of its params. Give it a default.",
				Related: []diag.Related{{Message: "what starts it", Range: at}}})
		}
	}
}

// triggeringGet is the name of the first get step that starts builds.
func triggeringGet(steps []graph.Step) string {
	for _, s := range steps {
		if g, ok := s.Body.(graph.Get); ok && g.Trigger {
			return s.Name
		}
		if name := triggeringGet(inner(s.Body)); name != "" {
			return name
		}
	}
	return ""
}

// inner are the steps that a step holds, without hooks: those trigger nothing.
func inner(b graph.Body) []graph.Step {
	switch b := b.(type) {
	case graph.Do:
		return b.Steps
	case graph.Parallel:
		return b.Steps
	case graph.Try:
		return b.Steps
	}
	return nil
}
