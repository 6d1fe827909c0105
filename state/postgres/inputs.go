package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// How many versions of an input are loaded at first. Most often the newest does.
const (
	mostNewest = 8
	mostUnused = 50
)

// LoadInputs is what there is to know about a job's inputs, but for the builds that
// they passed; see LoadPast.
func (s *Store) LoadInputs(ctx context.Context, query state.InputQuery) (state.InputFacts, error) {
	l := &inputLoader{query: query, facts: state.InputFacts{Inputs: make([]state.InputFact, len(query.Inputs))}}
	err := s.rounds(ctx, []load{l.scopeStates, l.pins, l.disabled, l.newest, l.baselines, l.busy, l.queued, l.rivals}, []load{l.unused})
	if err != nil {
		return state.InputFacts{}, fmt.Errorf("load the inputs of job %s: %w", query.JobID, err)
	}
	return l.facts, nil
}

// LoadVersions is LoadInputs of nothing but the versions and where they begin.
func (s *Store) LoadVersions(ctx context.Context, query state.InputQuery) ([]state.InputFact, error) {
	l := &inputLoader{query: query, facts: state.InputFacts{Inputs: make([]state.InputFact, len(query.Inputs))}}
	if err := s.rounds(ctx, []load{l.newest, l.among, l.baselines}, []load{l.unused}); err != nil {
		return nil, fmt.Errorf("load versions for job %s: %w", query.JobID, err)
	}
	return l.facts.Inputs, nil
}

// rounds runs each list of loads in one round trip.
func (s *Store) rounds(ctx context.Context, rounds ...[]load) error {
	for _, round := range rounds {
		var loads []func(q *db.Queries) error
		for _, load := range round {
			loads = append(loads, func(q *db.Queries) error { return load(ctx, q) })
		}
		if err := s.together(ctx, loads...); err != nil {
			return err
		}
	}
	return nil
}

// load asks one question at most. Those of a later round need answers of an
// earlier one.
type load func(ctx context.Context, q *db.Queries) error

type inputLoader struct {
	query state.InputQuery
	facts state.InputFacts
}

func (l *inputLoader) scopeStates(ctx context.Context, q *db.Queries) error {
	var keys []string
	for _, in := range l.query.Inputs {
		keys = append(keys, in.ScopeKey)
	}
	if len(keys) == 0 {
		return nil
	}
	rows, err := q.ScopeStates(ctx, keys)
	for _, r := range rows {
		for i, in := range l.query.Inputs {
			if in.ScopeKey == r.Key {
				l.facts.Inputs[i].CheckError, l.facts.Inputs[i].EverEnded = r.LastError, r.EverEnded
			}
		}
	}
	return err
}

func (l *inputLoader) pins(ctx context.Context, q *db.Queries) error {
	rows, err := q.PinsByHand(ctx, l.resources())
	if err != nil {
		return err
	}
	for _, r := range rows {
		v, err := version(r.Version)
		if err != nil {
			return err
		}
		for i, in := range l.query.Inputs {
			if in.ResourceID == r.ResourceID && !in.Pinned {
				l.facts.Inputs[i].Pin = state.HandPin{Version: v, By: r.PinnedBy, Comment: r.Comment}
			}
		}
	}
	return nil
}

func (l *inputLoader) disabled(ctx context.Context, q *db.Queries) error {
	rows, err := q.DisabledCounts(ctx, l.resources())
	for _, r := range rows {
		for i, in := range l.query.Inputs {
			if in.ResourceID == r.ResourceID {
				l.facts.Inputs[i].Disabled = r.Versions
			}
		}
	}
	return err
}

// newest loads the one version that an input without passed can have, and of the
// others some, from which is chosen what passed together.
func (l *inputLoader) newest(ctx context.Context, q *db.Queries) error {
	p := db.NewestVersionsParams{JobID: l.query.JobID}
	most := make([]int, len(l.query.Inputs))
	for i, in := range l.query.Inputs {
		if in.Newest < 0 || in.Among != nil {
			continue
		}
		most[i] = 1
		if len(in.Passed) > 0 {
			most[i] = cmp.Or(in.Newest, mostNewest)
		}
		p.Ords, p.Names, p.Keys, p.Resources = append(p.Ords, int32(i)), append(p.Names, in.Name), append(p.Keys, in.ScopeKey), append(p.Resources, in.ResourceID)
		p.Pins, p.ByHand, p.Passed = append(p.Pins, pinJSON(in.Pin)), append(p.ByHand, !in.Pinned), append(p.Passed, uuids(in.Passed))
		p.Most = append(p.Most, int32(most[i]))
	}
	if len(p.Ords) == 0 {
		return nil
	}
	rows, err := q.NewestVersions(ctx, p)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := l.take(r.Ord, r.ID, r.CheckOrder, r.Version, r.Used); err != nil {
			return err
		}
		f := &l.facts.Inputs[r.Ord]
		f.More = len(l.query.Inputs[r.Ord].Passed) > 0 && len(f.Versions) == most[r.Ord]
	}
	return nil
}

// among loads those of some versions that an input can have.
func (l *inputLoader) among(ctx context.Context, q *db.Queries) error {
	p := db.VersionsAmongParams{JobID: l.query.JobID}
	for i, in := range l.query.Inputs {
		if in.Among != nil {
			p.Ords, p.Names, p.Keys, p.Resources = append(p.Ords, int32(i)), append(p.Names, in.Name), append(p.Keys, in.ScopeKey), append(p.Resources, in.ResourceID)
			p.Pins, p.ByHand, p.Passed = append(p.Pins, pinJSON(in.Pin)), append(p.ByHand, !in.Pinned), append(p.Passed, uuids(in.Passed))
			p.Among = append(p.Among, strings.ReplaceAll(strings.Trim(fmt.Sprint(in.Among), "[]"), " ", ","))
		}
	}
	if len(p.Ords) == 0 {
		return nil
	}
	for i, list := range p.Among {
		p.Among[i] = "{" + list + "}"
	}
	rows, err := q.VersionsAmong(ctx, p)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := l.take(r.Ord, r.ID, r.CheckOrder, r.Version, r.Used); err != nil {
			return err
		}
	}
	return nil
}

func (l *inputLoader) take(ord int32, id, order int64, raw []byte, used bool) error {
	v, err := version(raw)
	if err != nil {
		return err
	}
	f := &l.facts.Inputs[ord]
	f.Versions = append(f.Versions, state.VersionRow{ID: id, Order: order, Version: v})
	if used {
		f.Used = append(f.Used, id)
	}
	return nil
}

// uuids is a list as PostgreSQL writes it.
func uuids(ids []string) string { return "{" + strings.Join(ids, ",") + "}" }

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
		if baseline := l.facts.Inputs[i].Baseline; in.Every && baseline > 0 && in.Unused >= 0 && in.Among == nil {
			p.Ords, p.Names, p.Keys, p.Resources = append(p.Ords, int32(i)), append(p.Names, in.Name), append(p.Keys, in.ScopeKey), append(p.Resources, in.ResourceID)
			p.Pins, p.ByHand, p.Passed = append(p.Pins, pinJSON(in.Pin)), append(p.ByHand, !in.Pinned), append(p.Passed, uuids(in.Passed))
			p.Most, p.Baselines = append(p.Most, int32(cmp.Or(in.Unused, mostUnused))), append(p.Baselines, baseline)
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
		v, err := version(r.Version)
		if err != nil {
			return err
		}
		f := &l.facts.Inputs[r.Ord]
		f.Unused = append(f.Unused, state.VersionRow{ID: r.ID, Order: r.CheckOrder, Version: v})
		f.UnusedMore = len(f.Unused) == cmp.Or(l.query.Inputs[r.Ord].Unused, mostUnused)
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

func (l *inputLoader) busy(ctx context.Context, q *db.Queries) error {
	if len(l.query.GroupJobs) == 0 {
		return nil
	}
	open, err := openBuilds(ctx, q, l.query.GroupJobs)
	l.facts.Busy = slices.DeleteFunc(open, func(b state.OpenBuild) bool { return b.Status != state.BuildRunning })
	return err
}

func (l *inputLoader) queued(ctx context.Context, q *db.Queries) error {
	if len(l.query.GroupJobs) == 0 {
		return nil
	}
	rows, err := q.FirstWaiting(ctx, l.query.GroupJobs)
	for _, r := range rows {
		l.facts.Queued = append(l.facts.Queued, state.OpenBuild{ID: r.ID, JobID: r.JobID, Number: r.Number, Status: state.BuildPending, Created: r.CreatedAt})
	}
	return err
}
