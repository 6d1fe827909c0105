package reconciler

import (
	"context"
	"slices"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/schedule"
	"github.com/weirci/weir/state"
)

// widen is how many times more versions of an input are loaded where those that
// were did not do.
const widen = 8

// lookBack answers what a decision asks about the past.
func (r *Reconciler) lookBack(ctx context.Context, ix *index, q *state.InputQuery, s *schedule.State, ask schedule.Ask) error {
	s.Past.Rounds++
	if err := r.moreVersions(ctx, q, s, ask); err != nil {
		return err
	}
	if len(ask.Had)+len(ask.Together) == 0 {
		return nil
	}
	wanted := state.PastQuery{Had: hadVersions(ask.Had, ix)}
	for _, in := range q.Inputs {
		if len(in.Passed) > 0 && !slices.Contains(wanted.Resources, in.ResourceID) {
			wanted.Resources = append(wanted.Resources, in.ResourceID)
		}
	}
	for _, all := range ask.Together {
		wanted.Together = append(wanted.Together, hadVersions(all, ix))
	}
	facts, err := r.store.LoadPast(ctx, wanted)
	if err != nil {
		return err
	}
	s.Past = learn(s.Past, ask, facts)
	return nil
}

// moreVersions loads the inputs again of which there are not enough.
func (r *Reconciler) moreVersions(ctx context.Context, q *state.InputQuery, s *schedule.State, ask schedule.Ask) error {
	again := state.InputQuery{JobID: q.JobID, ChangedRevision: q.ChangedRevision}
	which := slices.Compact(slices.Sorted(slices.Values(slices.Concat(ask.More, ask.Fresh))))
	for _, i := range which {
		in := &q.Inputs[i]
		if slices.Contains(ask.More, i) {
			in.Newest = len(s.Inputs[i].Versions) * widen
		}
		if slices.Contains(ask.Fresh, i) {
			in.Unused = len(s.Inputs[i].Fresh) * widen
		}
		again.Inputs = append(again.Inputs, *in)
	}
	for _, a := range ask.Among {
		in := q.Inputs[a.Input]
		in.Among = a.Versions
		again.Inputs = append(again.Inputs, in)
	}
	if len(again.Inputs) == 0 {
		return nil
	}
	facts, err := r.store.LoadVersions(ctx, again)
	if err != nil {
		return err
	}
	for k, i := range which {
		f, in := facts[k], &s.Inputs[i] // what is known besides stays
		f.EverEnded, f.CheckError, f.Disabled = in.Checked, in.CheckError, in.Disabled
		fillVersions(in, f)
		in.Unloaded = false
	}
	for k, a := range ask.Among {
		knowAmong(&s.Inputs[a.Input], a.Versions, facts[len(which)+k])
	}
	return nil
}

func knowAmong(in *schedule.Input, asked []int64, f state.InputFact) {
	if in.Asked == nil {
		in.Asked = map[int64]bool{}
	}
	for _, id := range asked {
		in.Asked[id] = true
	}
	for _, id := range f.Used {
		in.Used[id] = true
	}
	in.Known = append(in.Known, versions(f.Versions)...)
}

// laterInputs leaves out what need not be looked up at first: what an input may have
// that passed a job which an earlier one passed too. That one tells most often.
func laterInputs(q *state.InputQuery, inputs []schedule.Input) {
	passed := map[string]bool{}
	for i := range q.Inputs {
		in := &q.Inputs[i]
		if slices.ContainsFunc(in.Passed, func(job string) bool { return passed[job] }) {
			in.Newest, in.Unused, inputs[i].Unloaded = -1, -1, true
		}
		for _, job := range in.Passed {
			passed[job] = true
		}
	}
}

func fillVersions(in *schedule.Input, f state.InputFact) {
	in.Baseline, in.CheckError, in.Checked = f.Baseline, f.CheckError, f.EverEnded
	if in.Used == nil {
		in.Used = map[int64]bool{}
	}
	in.Versions, in.More, in.Fresh, in.FreshMore = versions(f.Versions), f.More, versions(f.Unused), f.UnusedMore
	if in.Disabled = f.Disabled; f.Pin.Version != nil {
		in.Pin, in.PinnedBy = f.Pin.Version, f.Pin.By
	}
	for _, id := range f.Used {
		in.Used[id] = true
	}
}

func versions(rows []state.VersionRow) []schedule.Version {
	var out []schedule.Version
	for _, v := range rows {
		out = append(out, schedule.Version(v))
	}
	return out
}

func hadVersions(had []schedule.Had, ix *index) []state.HadVersion {
	var out []state.HadVersion
	for _, h := range had {
		out = append(out, state.HadVersion{JobID: ix.byAddress[graph.Address(h.Job)].ID, ResourceID: h.ResourceID, VersionID: h.VersionID})
	}
	return out
}

// learn adds answers to what is known.
func learn(p schedule.Past, ask schedule.Ask, facts state.PastFacts) schedule.Past {
	if p.Builds == nil {
		p.Builds, p.Had, p.Together = map[string][]schedule.Passage{}, map[schedule.Had]bool{}, map[string]bool{}
	}
	for i, h := range ask.Had {
		p.Had[h] = !facts.Had[i].More
		for _, b := range facts.Had[i].Builds {
			p.Builds[h.Job] = know(p.Builds[h.Job], b)
		}
	}
	for i, all := range ask.Together {
		p.Together[schedule.TogetherKey(all)] = facts.Together[i]
	}
	return p
}

func know(list []schedule.Passage, b state.PassedBuild) []schedule.Passage {
	if slices.ContainsFunc(list, func(p schedule.Passage) bool { return p.Build == b.ID }) {
		return list
	}
	p := schedule.Passage{Build: b.ID, Versions: map[string][]schedule.Version{}}
	for resource, ids := range b.Versions {
		for _, id := range ids {
			p.Versions[resource] = append(p.Versions[resource], schedule.Version{ID: id})
		}
	}
	return append(list, p)
}
