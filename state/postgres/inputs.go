package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// mostPassages is the window on the past of each job that inputs have passed.
const mostPassages = 100

// LoadInputs is what there is to know about a job's inputs.
func (s *Store) LoadInputs(ctx context.Context, query state.InputQuery) (state.InputFacts, error) {
	l := &inputLoader{q: s.q, query: query, facts: state.InputFacts{Inputs: make([]state.InputFact, len(query.Inputs))}}
	for _, load := range []func(context.Context) error{l.scopeStates, l.newest, l.every, l.passages, l.used, l.busy} {
		if err := load(ctx); err != nil {
			return state.InputFacts{}, fmt.Errorf("load the inputs of job %s: %w", query.JobID, err)
		}
	}
	return l.facts, nil
}

type inputLoader struct {
	q      *db.Queries
	query  state.InputQuery
	facts  state.InputFacts
	scopes map[string]string // id by key
}

func (l *inputLoader) scopeStates(ctx context.Context) error {
	l.scopes = map[string]string{}
	var keys []string
	for _, in := range l.query.Inputs {
		keys = append(keys, in.ScopeKey)
	}
	if len(keys) == 0 {
		return nil
	}
	rows, err := l.q.ScopeStates(ctx, keys)
	for _, r := range rows {
		l.scopes[r.Key] = r.ID
		for i, in := range l.query.Inputs {
			if in.ScopeKey == r.Key {
				l.facts.Inputs[i].CheckError, l.facts.Inputs[i].EverEnded = r.LastError, r.EverEnded
			}
		}
	}
	return err
}

// newest loads the one version that an input without passed can have.
func (l *inputLoader) newest(ctx context.Context) error {
	var ords []int32
	var scopes, pins []string
	for i, in := range l.query.Inputs {
		if id, ok := l.scopes[in.ScopeKey]; ok && in.Checked {
			ords, scopes, pins = append(ords, int32(i)), append(scopes, id), append(pins, pinJSON(in.Pin))
		}
	}
	if len(ords) == 0 {
		return nil
	}
	rows, err := l.q.NewestVersions(ctx, ords, scopes, pins)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := l.add(int(r.Ord), r.ID, r.CheckOrder, r.Version); err != nil {
			return err
		}
	}
	return nil
}

func (l *inputLoader) add(ord int, id, order int64, raw []byte) error {
	v, err := version(raw)
	if err != nil {
		return err
	}
	f := &l.facts.Inputs[ord]
	if !slices.ContainsFunc(f.Versions, func(v state.VersionRow) bool { return v.ID == id }) {
		f.Versions = append(f.Versions, state.VersionRow{ID: id, Order: order, Version: v})
	}
	return nil
}

// every loads what inputs with version = "every" go on with.
func (l *inputLoader) every(ctx context.Context) error {
	var names []string
	for _, in := range l.query.Inputs {
		if in.Every {
			names = append(names, in.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	rows, err := l.q.EveryBaselines(ctx, l.query.JobID, l.query.ChangedRevision, names)
	if err != nil {
		return err
	}
	p := db.UnusedVersionsParams{JobID: l.query.JobID}
	for i, in := range l.query.Inputs {
		for _, r := range rows {
			if r.Name != in.Name || !in.Every {
				continue
			}
			l.facts.Inputs[i].Baseline = r.Baseline
			if scope, ok := l.scopes[in.ScopeKey]; ok && in.Checked && r.Baseline > 0 {
				p.Ords, p.Scopes, p.Names = append(p.Ords, int32(i)), append(p.Scopes, scope), append(p.Names, in.Name)
				p.Baselines, p.Resources, p.Pins = append(p.Baselines, r.Baseline), append(p.Resources, in.ResourceID), append(p.Pins, pinJSON(in.Pin))
			}
		}
	}
	return l.unused(ctx, p)
}

func (l *inputLoader) unused(ctx context.Context, p db.UnusedVersionsParams) error {
	if len(p.Ords) == 0 {
		return nil
	}
	rows, err := l.q.UnusedVersions(ctx, p)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := l.add(int(r.Ord), r.ID, r.CheckOrder, r.Version); err != nil {
			return err
		}
	}
	return nil
}

func (l *inputLoader) passages(ctx context.Context) error {
	if len(l.query.PassedJobs) == 0 {
		return nil
	}
	rows, err := l.q.Passages(ctx, l.query.PassedJobs, mostPassages, l.resources())
	if err != nil {
		return err
	}
	for _, r := range rows {
		v, err := version(r.Version)
		if err != nil {
			return err
		}
		l.facts.Passages = append(l.facts.Passages, state.PassageRow{
			JobID: r.JobID, BuildID: r.BuildID, ResourceID: r.ResourceID, Version: state.VersionRow{ID: r.ID, Order: r.CheckOrder, Version: v},
		})
	}
	return nil
}

func (l *inputLoader) resources() []string {
	var out []string
	for _, in := range l.query.Inputs {
		out = append(out, in.ResourceID)
	}
	return out
}

// used says which of the versions that were found the job has had.
func (l *inputLoader) used(ctx context.Context) error {
	var ids []int64
	for _, f := range l.facts.Inputs {
		for _, v := range f.Versions {
			ids = append(ids, v.ID)
		}
	}
	for _, p := range l.facts.Passages {
		ids = append(ids, p.Version.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	rows, err := l.q.UsedVersions(ctx, l.query.JobID, l.resources(), slices.Compact(ids))
	for _, r := range rows {
		for i, in := range l.query.Inputs {
			if in.Name == r.Name {
				l.facts.Inputs[i].Used = append(l.facts.Inputs[i].Used, r.VersionID)
			}
		}
	}
	return err
}

func (l *inputLoader) busy(ctx context.Context) error {
	if len(l.query.GroupJobs) == 0 {
		return nil
	}
	open, err := openBuilds(ctx, l.q, l.query.GroupJobs)
	l.facts.Busy = slices.DeleteFunc(open, func(b state.OpenBuild) bool { return b.Status != state.BuildRunning })
	return err
}
