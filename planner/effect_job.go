package planner

import (
	"fmt"
	"strings"

	"github.com/weirci/weir/compiler/graph"
)

func jobStarts(c Change, _ Seen) []Effect {
	j, ok := created[graph.Job](c)
	if !ok {
		return nil
	}
	return will(triggers(j))
}

// jobChanges: what starts the job is told only where that is another thing now.
func jobChanges(c Change, seen Seen) []Effect {
	old, new, ok := updated[graph.Job](c)
	if !ok {
		return nil
	}
	var out []Effect
	if before, now := triggers(old), triggers(new); before != now {
		out = append(out, will(now)...)
	}
	if old.MaxInFlight != new.MaxInFlight && new.MaxInFlight > 0 && int64(len(seen.Open)) > new.MaxInFlight {
		out = append(out, will(fmt.Sprintf("starts nothing until at most %d of its builds are open", new.MaxInFlight-1))...)
	}
	return out
}

func openBuildsStay(c Change, seen Seen) []Effect {
	_, _, ok := updated[graph.Job](c)
	switch {
	case !ok || len(seen.Open) == 0:
		return nil
	case len(seen.Open) == 1:
		return will("running " + buildNumbers(seen.Open) + " keeps its revision")
	}
	return will("running " + buildNumbers(seen.Open) + " keep their revision")
}

func affectedJob(c Change, _ Seen) []Effect {
	a, ok := c.(Affected)
	if !ok || a.Address.Kind() != graph.KindJob {
		return nil
	}
	return will("its next build may differ: " + joined(a.By) + changedVerb(a.By))
}

func jobGoes(c Change, seen Seen) []Effect {
	if _, ok := deleted[graph.Job](c); !ok {
		return nil
	}
	var out []Effect
	if len(seen.Open) > 0 {
		verb := " is"
		if len(seen.Open) > 1 {
			verb = " are"
		}
		out = append(out, loses(buildNumbers(seen.Open)+verb+" not finished")...)
	}
	if seen.Builds > 0 {
		out = append(out, loses("loses "+counted(seen.Builds, "build and its log", "builds and their logs"))...)
	}
	return out
}

func pipelineGoes(c Change, _ Seen) []Effect {
	if _, ok := deleted[graph.Pipeline](c); !ok {
		return nil
	}
	return loses("the pipeline goes, with all its builds and logs")
}

// triggers says what makes a job run.
func triggers(j graph.Job) string {
	var when []string
	for _, g := range gets(j.Steps) {
		if g.Trigger {
			when = append(when, trigger(g))
		}
	}
	if j.Schedule.Cron != "" {
		when = append(when, "the clock says "+j.Schedule.Cron+inZone(j.Schedule.Timezone))
	}
	switch {
	case len(when) > 0:
		return "will run when " + strings.Join(when, " or ")
	case j.DisableManualTrigger:
		return "nothing will run it: no get triggers it, and neither may people"
	}
	return "will run only when somebody triggers it"
}

func inZone(zone string) string {
	if zone == "" {
		return " (UTC)"
	}
	return " (" + zone + ")"
}

func trigger(g graph.Get) string {
	switch {
	case len(g.Version) > 0:
		return string(g.Resource) + " has version " + versionText(g.Version)
	case len(g.Passed) > 0:
		return "a version of " + string(g.Resource) + " has passed " + joined(g.Passed)
	}
	return string(g.Resource) + " has a new version"
}

// gets are all get steps, in order, however deep. Steps of hooks trigger nothing.
func gets(steps []graph.Step) []graph.Get {
	var out []graph.Get
	for _, s := range steps {
		switch b := s.Body.(type) {
		case graph.Get:
			out = append(out, b)
		case graph.Do:
			out = append(out, gets(b.Steps)...)
		case graph.Parallel:
			out = append(out, gets(b.Steps)...)
		case graph.Try:
			out = append(out, gets(b.Steps)...)
		}
	}
	return out
}

func buildNumbers(n []int64) string {
	parts := make([]string, len(n))
	for i := range n {
		parts[i] = fmt.Sprintf("#%d", n[i])
	}
	if len(parts) == 1 {
		return "build " + parts[0]
	}
	return "builds " + and(parts)
}

func joined(list []graph.Address) string {
	parts := make([]string, len(list))
	for i := range list {
		parts[i] = string(list[i])
	}
	return and(parts)
}

func changedVerb(by []graph.Address) string {
	if len(by) == 1 {
		return " changes"
	}
	return " change"
}

// and joins with commas and a last "and".
func and(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
