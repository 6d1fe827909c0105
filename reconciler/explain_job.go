package reconciler

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/reconciler/schedule"
	"github.com/weirci/weir/state"
)

// mostWeighed is how many versions of an input are looked at besides those that
// the decider knows.
const mostWeighed = 5

// Job says why a job makes no build, and why its builds that are open do not
// start. The first is about the job itself.
func (e *Explainer) Job(ctx context.Context, id string) ([]reason.Why, error) {
	snap, err := e.store.LoadJob(ctx, id)
	if err != nil {
		return nil, err
	}
	x := &jobExplainer{Explainer: e, snap: snap, names: []string{"pipeline", snap.Job.Pipeline, "job", shell(snap.Job.Address.Name())}}
	if snap.Job.Deleted {
		return []reason.Why{x.why(reason.Job, "", reason.Deleted, fmt.Sprintf("%s was removed from pipeline %s", snap.Job.Address, snap.Job.Pipeline))}, nil
	}
	s, ix, d, err := e.r.decideJob(ctx, snap)
	if err != nil {
		return []reason.Why{failing(reason.Job, string(snap.Job.Address), err, x.names)}, nil
	}
	return x.explain(ctx, s, ix, d)
}

type jobExplainer struct {
	*Explainer
	snap  state.JobSnapshot
	names []string
	since map[string]time.Time
}

func (x *jobExplainer) explain(ctx context.Context, s schedule.State, ix *index, d schedule.Decision) ([]reason.Why, error) {
	tables, err := x.tables(ctx, s, ix)
	if err != nil {
		return nil, err
	}
	if err := x.loadSince(ctx); err != nil {
		return nil, err
	}
	x.names = append(x.names, x.hints(s, tables)...)
	missing := schedule.Missing(s, tables)
	var job reason.Why
	var builds []reason.Why
	for _, c := range d.Commands {
		w, about, err := x.command(ctx, c)
		if err != nil {
			return nil, err
		}
		if w.Reason == "NoVersionPassed" && missing != "" {
			w.Message += ": " + missing
		}
		if about != "" {
			builds = append(builds, w)
		} else if job.Reason == "" || w.Reason != reason.Due {
			job = w
		}
	}
	if job.Reason == "" {
		if job, err = x.due(ctx, reason.Job, string(x.snap.Job.Address), state.JobKey(x.snap.Job.ID), "it is to be looked at", x.names); err != nil {
			return nil, err
		}
	}
	if held := s.Job.Held(); held != nil && job.Reason != held.Reason {
		job = x.why(reason.Job, "", held.Reason, held.Message+"; besides that: "+job.Message)
	}
	job.Tables = tables
	return slices.Concat([]reason.Why{job}, builds, x.ending(), x.going()), nil
}

// hints are the names that what would change a job's reason may have in it: its only
// resource that could have a new version, and the only job that a version waits for.
func (x *jobExplainer) hints(s schedule.State, tables []reason.Table) []string {
	var resources []string
	for _, in := range s.Inputs {
		if in.Trigger || len(in.Versions)+len(in.Fresh) == 0 {
			resources = append(resources, in.Resource.Name())
		}
	}
	return []string{"resource", only(resources, "RESOURCE"), "upstream", cmp.Or(shell(schedule.Upstream(s, tables)), "JOB")}
}

// only is the one name that there is, otherwise what stands for one.
func only(names []string, otherwise string) string {
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 1 {
		return shell(names[0])
	}
	return otherwise
}

// command is what one command of the decider means to people; about is the build
// that it is about.
func (x *jobExplainer) command(ctx context.Context, c schedule.Command) (w reason.Why, about string, err error) {
	soon := func(build, what string) (reason.Why, string, error) {
		w, err := x.due(ctx, reason.Job, x.subject(build), state.JobKey(x.snap.Job.ID), what, x.named(build))
		return w, build, err
	}
	switch c := c.(type) {
	case schedule.Hold:
		kind := reason.Job
		if c.Build != "" {
			kind = reason.Build
		}
		return x.why(kind, c.Build, c.Reason, c.Message), c.Build, nil
	case schedule.StartBuild:
		return soon(c.Build, "it starts")
	case schedule.ErrorBuild:
		return soon(c.Build, "it ends: "+c.Message)
	case schedule.AbortBuild:
		return x.why(reason.Build, c.Build, reason.Aborting, c.Message), c.Build, nil
	case schedule.Tick:
		return soon("", "its schedule ticked")
	}
	return soon("", "a build is made")
}

func (x *jobExplainer) why(about reason.About, build, name, message string) reason.Why {
	w := reason.New(about, x.subject(build), name, message, x.named(build)...)
	key := "job/" + x.snap.Job.ID
	if build != "" {
		key = "build/" + build
	}
	w.Since = x.since[key+" "+name]
	return w
}

// subject is what people call a build of the job, or the job.
func (x *jobExplainer) subject(build string) string {
	if b := x.open(build); b.Number > 0 {
		return fmt.Sprintf("%s #%d", x.snap.Job.Address.Name(), b.Number)
	}
	return string(x.snap.Job.Address)
}

func (x *jobExplainer) named(build string) []string {
	return append(slices.Clone(x.names), "build", buildName(x.snap.Job.Pipeline, x.snap.Job.Address, x.open(build).Number))
}

// buildName is how commands name a build.
func buildName(pipeline string, job graph.Address, number int64) string {
	if number == 0 {
		return pipeline + "/" + shell(job.Name())
	}
	return fmt.Sprintf("%s/%s/%d", pipeline, shell(job.Name()), number)
}

// shell keeps the quotes of a key from the shell.
func shell(name string) string { return strings.ReplaceAll(name, `"`, `\"`) }

func (x *jobExplainer) open(build string) state.OpenBuild {
	i := slices.IndexFunc(x.snap.Open, func(b state.OpenBuild) bool { return b.ID == build })
	if i < 0 {
		return state.OpenBuild{}
	}
	return x.snap.Open[i]
}

// ending are the pending builds that somebody has aborted.
func (x *jobExplainer) ending() []reason.Why {
	var out []reason.Why
	for _, b := range x.snap.Open {
		if b.AbortRequested && b.Status == state.BuildPending {
			out = append(out, x.why(reason.Build, b.ID, reason.Aborting, "somebody asked for its end"))
		}
	}
	return out
}

// going are the builds that run: what they wait for is in their steps.
func (x *jobExplainer) going() []reason.Why {
	var out []reason.Why
	for _, b := range x.snap.Open {
		if b.Status == state.BuildRunning {
			out = append(out, x.why(reason.Build, b.ID, "Running", "it has started, and its steps have not all ended"))
		}
	}
	return out
}

func (x *jobExplainer) loadSince(ctx context.Context) (err error) {
	subjects := []string{"job/" + x.snap.Job.ID}
	for _, b := range x.snap.Open {
		subjects = append(subjects, "build/"+b.ID)
	}
	x.since, err = x.store.WaitingSince(ctx, subjects...)
	return err
}

// tables are the versions that there are for each input.
func (x *jobExplainer) tables(ctx context.Context, s schedule.State, ix *index) ([]reason.Table, error) {
	if len(s.Inputs) == 0 {
		return nil, nil
	}
	q := state.TriedQuery{Jobs: []string{x.snap.Job.ID}}
	for _, in := range s.Inputs {
		q.Resources = append(q.Resources, in.ResourceID)
		for _, up := range in.Passed {
			q.Jobs = append(q.Jobs, ix.byAddress[up].ID)
		}
	}
	newest, err := x.store.NewestOf(ctx, q.Resources, mostWeighed)
	if err != nil {
		return nil, err
	}
	facts := schedule.Facts{Own: x.snap.Job.Address}
	for i, list := range newest {
		facts.Newest, facts.Disabled = append(facts.Newest, nil), append(facts.Disabled, map[int64]bool{})
		for _, v := range list {
			facts.Newest[i] = append(facts.Newest[i], schedule.Version(v.VersionRow))
			facts.Disabled[i][v.ID] = v.Disabled
		}
	}
	q.Versions = versionIDs(s, facts.Newest)
	rows, err := x.store.Tried(ctx, q)
	for _, r := range rows {
		facts.Tried = append(facts.Tried, schedule.Tried{Job: ix.byID[r.JobID].Address, Resource: r.ResourceID, Version: r.VersionID, Number: r.Number, Status: r.Status})
	}
	return schedule.Weigh(s, facts), err
}

func versionIDs(s schedule.State, known [][]schedule.Version) []int64 {
	var out []int64
	for i, in := range s.Inputs {
		for _, v := range slices.Concat(in.Versions, in.Fresh, in.Known, known[i]) {
			out = append(out, v.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
