package reconciler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/build"
	"github.com/weirci/weir/reconciler/schedule"
	"github.com/weirci/weir/state"
)

// job looks at a job: does it need a build?
func (r *Reconciler) job(ctx context.Context, c state.Claim) (time.Time, error) {
	snap, err := r.store.LoadJob(ctx, c.Key.ID())
	if err != nil {
		return time.Time{}, err
	}
	s, ix, d, err := r.decideJob(ctx, snap)
	if err != nil {
		return time.Time{}, err
	}
	ch := jobChange(snap.Job, ix, s, d)
	if err := r.seedsAgain(ctx, snap, &ch); err != nil {
		return time.Time{}, err
	}
	if err := r.store.CommitJob(ctx, c, ch); err != nil {
		return time.Time{}, err
	}
	if d.Again {
		return time.Unix(0, 0), nil // at once
	}
	return d.Wake, nil
}

// decideJob decides about a job, and gives what it decided on. Without an index the
// job is deleted.
func (r *Reconciler) decideJob(ctx context.Context, snap state.JobSnapshot) (s schedule.State, ix *index, d schedule.Decision, err error) {
	s = jobState(snap)
	var q state.InputQuery
	if !snap.Job.Deleted {
		if ix, err = r.index(ctx, snap.Job.PipelineID, snap.Job.Revision); err != nil {
			return s, nil, d, err
		}
		if q, err = r.jobInputs(ctx, snap, ix, &s); err != nil {
			return s, ix, d, err
		}
	}
	d = schedule.Decide(s)
	for !d.Ask.Empty() {
		if err := r.lookBack(ctx, ix, &q, &s, d.Ask); err != nil {
			return s, ix, d, err
		}
		d = schedule.Decide(s)
	}
	return s, ix, d, nil
}

func jobState(snap state.JobSnapshot) schedule.State {
	s := schedule.State{Now: snap.Now, LastTick: snap.Job.LastTick, Job: schedule.Job{
		Name: snap.Job.Pipeline + "/" + snap.Job.Address.Name(), Paused: snap.Job.Paused, PipelinePaused: snap.Job.PipelinePaused, PipelineArchived: snap.Job.PipelineArchived, Deleted: snap.Job.Deleted,
	}}
	for _, b := range snap.Open {
		switch {
		case b.Status == state.BuildRunning:
			s.Running = append(s.Running, b.Number)
		case !b.AbortRequested:
			s.Pending = append(s.Pending, schedule.Pending{ID: b.ID, Number: b.Number, Fixed: known(b), Auto: b.Cause == "version", Asked: asked(b)})
		}
	}
	return s
}

func asked(b state.OpenBuild) schedule.Asked { return schedule.Asked{At: b.Created, Build: b.ID} }

// askedOf is asked of a build of another job.
func askedOf(b state.OpenBuild, ix *index) schedule.Asked {
	a := asked(b)
	spec, _ := ix.jobSpec(b.JobID)
	a.Priority = spec.Priority
	return a
}

func fixed(in []state.BuildInput) []schedule.Chosen {
	var out []schedule.Chosen
	for _, i := range in {
		out = append(out, schedule.Chosen{Name: i.Name, ResourceID: i.ResourceID, VersionID: i.VersionID, First: i.First})
	}
	return out
}

// jobInputs fills in what there is to know about the inputs.
func (r *Reconciler) jobInputs(ctx context.Context, snap state.JobSnapshot, ix *index, s *schedule.State) (state.InputQuery, error) {
	row := snap.Job
	spec, ok := ix.jobSpec(row.ID)
	if !ok {
		return state.InputQuery{}, fmt.Errorf("%s is not in revision %d", row.Address, row.Revision)
	}
	s.Job.Spec = spec
	mates := ix.mates(row.ID, spec)
	q := state.InputQuery{JobID: row.ID, ChangedRevision: row.ChangedRevision, GroupJobs: flatten(mates), TeamID: row.TeamID, Key: spec.Concurrency.Key}
	for _, get := range ix.gets(spec) {
		in, wanted := input(get, ix)
		s.Inputs, q.Inputs = append(s.Inputs, in), append(q.Inputs, wanted)
	}
	laterInputs(&q, s.Inputs)
	facts, err := r.store.LoadInputs(ctx, q)
	if err != nil {
		return q, err
	}
	fillIn(s, facts, ix, mates)
	waitForChecks(s, snap.Open, q)
	return q, nil
}

// waitForChecks says which checks builds wait for: those of what they may still take
// any version of. Somebody may have pinned it meanwhile, or it has another source.
func waitForChecks(s *schedule.State, open []state.OpenBuild, q state.InputQuery) {
	for _, b := range open {
		p := slices.IndexFunc(s.Pending, func(p schedule.Pending) bool { return p.ID == b.ID })
		for i, in := range q.Inputs {
			for _, c := range b.Checks {
				if p >= 0 && c.ResourceID == in.ResourceID && c.ScopeKey == in.ScopeKey && s.Inputs[i].Free() {
					s.Pending[p].Checks = append(s.Pending[p].Checks, schedule.Check{Resource: s.Inputs[i].Resource, Asked: c.Asked})
				}
			}
		}
	}
}

func input(get jobInput, ix *index) (schedule.Input, state.InputWanted) {
	o := ix.byAddress[get.Resource]
	res, _ := ix.resource(get.Resource)
	in := schedule.Input{
		Name: get.Name, ImageOf: get.imageOf, Resource: get.Resource, ResourceID: o.ID, Trigger: get.Trigger, Every: get.Every, Passed: get.Passed, Pin: res.Pin, Version: get.Version,
	}
	pin := map[string]string{}
	maps.Copy(pin, res.Pin)
	maps.Copy(pin, get.Version)
	wanted := state.InputWanted{Name: get.Name, ResourceID: o.ID, ScopeKey: o.ScopeKey, Pin: pin, Pinned: len(res.Pin) > 0, Every: get.Every}
	for _, up := range get.Passed {
		wanted.Passed = append(wanted.Passed, ix.byAddress[up].ID)
	}
	return in, wanted
}

func flatten(m map[string][]string) []string {
	var out []string
	for _, v := range m {
		out = append(out, v...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func fillIn(s *schedule.State, facts state.InputFacts, ix *index, mates map[string][]string) {
	for i, f := range facts.Inputs {
		fillVersions(&s.Inputs[i], f)
	}
	for _, r := range facts.Rivals {
		s.Rivals = append(s.Rivals, schedule.Rival{
			Build: r.ID, Job: r.Pipeline + "/" + r.Job.Name(), Number: r.Number, Running: r.Running, Ready: !r.Running && r.Ready, Ending: r.Ending, Priority: r.Priority,
		})
	}
	s.Groups = map[string][]schedule.Busy{}
	for group, jobs := range mates {
		for _, b := range facts.Busy {
			if slices.Contains(jobs, b.JobID) {
				s.Groups[group] = append(s.Groups[group], schedule.Busy{Job: ix.byID[b.JobID].Address, Number: b.Number})
			}
		}
		for _, b := range facts.Queued {
			if slices.Contains(jobs, b.JobID) {
				s.Groups[group] = append(s.Groups[group], schedule.Busy{Job: ix.byID[b.JobID].Address, Number: b.Number, Asked: askedOf(b, ix)})
			}
		}
	}
}

// jobChange is a decision as rows.
func jobChange(row state.JobRow, ix *index, s schedule.State, d schedule.Decision) state.JobChange {
	ch := state.JobChange{
		Job: row, Errored: map[string]string{}, Aborted: map[string]string{}, Others: d.Others,
		Groups: s.Job.Spec.SerialGroups, Key: s.Job.Spec.Concurrency.Key, Limit: int(max(s.Job.Spec.Concurrency.Limit, 1)),
	}
	if ix != nil {
		ch.GroupJobs = flatten(ix.mates(row.ID, s.Job.Spec))
	}
	for _, cmd := range d.Commands {
		switch c := cmd.(type) {
		case schedule.CreateBuild:
			ch.Start = append(ch.Start, buildStart("", c.Inputs, s.Job.Spec))
		case schedule.StartBuild:
			ch.Start = append(ch.Start, buildStart(c.Build, c.Inputs, s.Job.Spec))
		case schedule.ErrorBuild:
			ch.Errored[c.Build] = c.Message
		case schedule.AbortBuild:
			ch.Aborted[c.Build] = c.Message
		case schedule.QueueBuild:
			ch.Queue = append(ch.Queue, buildStart("", c.Inputs, s.Job.Spec).Inputs)
		case schedule.Tick:
			ch.Ticks, ch.Seen = c.At, c.Upto
		case schedule.Hold:
			subject := "job/" + row.ID
			if c.Build != "" {
				subject = "build/" + c.Build
			}
			ch.Conditions = append(ch.Conditions, state.Condition{Subject: subject, Reason: c.Reason, Message: c.Message})
		}
	}
	return ch
}

func buildStart(id string, inputs []schedule.Chosen, spec graph.Job) state.BuildStart {
	b := state.BuildStart{ID: id, Seeds: seeds(build.Seeds(spec))}
	for _, in := range inputs {
		b.Inputs = append(b.Inputs, state.BuildInput{Name: in.Name, ResourceID: in.ResourceID, VersionID: in.VersionID, First: in.First})
	}
	return b
}
