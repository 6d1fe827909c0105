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
	l := &inputLoader{query: query, facts: state.InputFacts{Inputs: make([]state.InputFact, len(query.Inputs))}}
	for _, round := range [][]load{{l.scopeStates, l.newest, l.baselines, l.passages, l.busy, l.rivals}, {l.unused}, {l.used}} {
		var loads []func(q *db.Queries) error
		for _, load := range round {
			loads = append(loads, func(q *db.Queries) error { return load(ctx, q) })
		}
		if err := s.together(ctx, loads...); err != nil {
			return state.InputFacts{}, fmt.Errorf("load the inputs of job %s: %w", query.JobID, err)
		}
	}
	return l.facts, nil
}

// load asks one question at most. Those of a later round need answers of an
// earlier one.
type load func(ctx context.Context, q *db.Queries) error

type inputLoader struct {
	query  state.InputQuery
	facts  state.InputFacts
	scopes map[string]string // id by key
}

func (l *inputLoader) scopeStates(ctx context.Context, q *db.Queries) error {
	l.scopes = map[string]string{}
	var keys []string
	for _, in := range l.query.Inputs {
		keys = append(keys, in.ScopeKey)
	}
	if len(keys) == 0 {
		return nil
	}
	rows, err := q.ScopeStates(ctx, keys)
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
func (l *inputLoader) newest(ctx context.Context, q *db.Queries) error {
	var ords []int32
	var keys, pins []string
	for i, in := range l.query.Inputs {
		if in.Checked {
			ords, keys, pins = append(ords, int32(i)), append(keys, in.ScopeKey), append(pins, pinJSON(in.Pin))
		}
	}
	if len(ords) == 0 {
		return nil
	}
	rows, err := q.NewestVersions(ctx, ords, keys, pins)
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

// baselines says where inputs with version = "every" begin.
func (l *inputLoader) baselines(ctx context.Context, q *db.Queries) error {
	var names []string
	for _, in := range l.query.Inputs {
		if in.Every {
			names = append(names, in.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	rows, err := q.EveryBaselines(ctx, l.query.JobID, l.query.ChangedRevision, names)
	for _, r := range rows {
		for i, in := range l.query.Inputs {
			if r.Name == in.Name && in.Every {
				l.facts.Inputs[i].Baseline = r.Baseline
			}
		}
	}
	return err
}

// unused loads what they go on with.
func (l *inputLoader) unused(ctx context.Context, q *db.Queries) error {
	p := db.UnusedVersionsParams{JobID: l.query.JobID}
	for i, in := range l.query.Inputs {
		baseline := l.facts.Inputs[i].Baseline
		if scope, ok := l.scopes[in.ScopeKey]; ok && in.Every && in.Checked && baseline > 0 {
			p.Ords, p.Scopes, p.Names = append(p.Ords, int32(i)), append(p.Scopes, scope), append(p.Names, in.Name)
			p.Baselines, p.Resources, p.Pins = append(p.Baselines, baseline), append(p.Resources, in.ResourceID), append(p.Pins, pinJSON(in.Pin))
		}
	}
	if len(p.Ords) == 0 {
		return nil
	}
	rows, err := q.UnusedVersions(ctx, p)
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

func (l *inputLoader) passages(ctx context.Context, q *db.Queries) error {
	if len(l.query.PassedJobs) == 0 {
		return nil
	}
	rows, err := q.Passages(ctx, l.query.PassedJobs, mostPassages, l.resources())
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
func (l *inputLoader) used(ctx context.Context, q *db.Queries) error {
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
	rows, err := q.UsedVersions(ctx, l.query.JobID, l.resources(), slices.Compact(ids))
	for _, r := range rows {
		for i, in := range l.query.Inputs {
			if in.Name == r.Name {
				l.facts.Inputs[i].Used = append(l.facts.Inputs[i].Used, r.VersionID)
			}
		}
	}
	return err
}

func (l *inputLoader) busy(ctx context.Context, q *db.Queries) error {
	if len(l.query.GroupJobs) == 0 {
		return nil
	}
	open, err := openBuilds(ctx, q, l.query.GroupJobs)
	l.facts.Busy = slices.DeleteFunc(open, func(b state.OpenBuild) bool { return b.Status != state.BuildRunning })
	return err
}
