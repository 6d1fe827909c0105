package postgres

import (
	"context"
	"time"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// ScopesWithOldVersions gives at most so many scopes after one, in the order of
// their ids; after "" are all. keep is how many versions of each are not old.
func (s *Store) ScopesWithOldVersions(ctx context.Context, after string, keep int, before time.Time, most int) ([]state.ScopeVersions, error) {
	if after == "" {
		after = zeroID
	}
	rows, err := s.q.ScopesWithOldVersions(ctx, before, int64(keep), after, int32(most))
	out := make([]state.ScopeVersions, len(rows))
	for i, r := range rows {
		out[i] = state.ScopeVersions{ID: r.ID, Newest: r.Newest, Old: r.Old}
	}
	return out, wrap(err, "look for old versions")
}

// VersionHolds are the versions that the resources of a scope have as their latest,
// and what people have pinned them to.
func (s *Store) VersionHolds(ctx context.Context, scopeID string) (latest []int64, pins []map[string]string, err error) {
	if latest, err = s.q.NewestEnabled(ctx, scopeID); err != nil {
		return nil, nil, wrap(err, "the latest versions of scope "+scopeID)
	}
	rows, err := s.q.HandPinsOfScope(ctx, scopeID)
	for _, raw := range rows {
		pin, err := version(raw)
		if err != nil {
			return nil, nil, wrap(err, "the pins of scope "+scopeID)
		}
		pins = append(pins, pin)
	}
	return latest, pins, wrap(err, "the pins of scope "+scopeID)
}

// OldVersions gives some old versions of a scope, in the order of their ids.
func (s *Store) OldVersions(ctx context.Context, in state.OldVersionsOf) ([]state.OldVersion, error) {
	p := db.OldVersionsParams{ScopeID: in.ScopeID, Newest: in.Newest, Before: in.Before, After: in.After, Most: int32(in.Most)}
	if err := s.baselines(ctx, in.Every, &p); err != nil {
		return nil, wrap(err, "where every version begins")
	}
	rows, err := s.q.OldVersions(ctx, p)
	var out []state.OldVersion
	for _, r := range rows {
		fields, err := version(r.Version)
		if err != nil {
			return nil, wrap(err, "a version of scope "+in.ScopeID)
		}
		out = append(out, state.OldVersion{ID: r.ID, Order: r.CheckOrder, Version: fields, Seen: r.SeenAt, OfBuild: r.OfBuild, Passed: r.Passed, Disabled: r.Disabled, Due: r.Due})
	}
	return out, wrap(err, "old versions of scope "+in.ScopeID)
}

// baselines says where the versions begin that jobs are to have all of.
func (s *Store) baselines(ctx context.Context, gets []state.EveryGet, p *db.OldVersionsParams) error {
	for _, g := range gets {
		head, err := s.q.JobHead(ctx, g.JobID)
		if err != nil {
			return err
		}
		rows, err := s.q.EveryBaselines(ctx, g.JobID, head.ChangedRevision, []string{g.Name})
		if err != nil {
			return err
		}
		for _, r := range rows {
			p.EveryJobs, p.EveryNames, p.Baselines = append(p.EveryJobs, g.JobID), append(p.EveryNames, r.Name), append(p.Baselines, r.Baseline)
		}
	}
	return nil
}

// DeleteVersions deletes what was decided on, but for what something has begun to
// speak of since, and what is known of it.
func (s *Store) DeleteVersions(ctx context.Context, c state.Claim, scopeID string, ids []int64, before time.Time) error {
	err := s.fenced(ctx, c, func(q *db.Queries) error {
		gone, err := q.DeleteVersions(ctx, ids, scopeID, before)
		if err != nil || len(gone) == 0 {
			return err
		}
		if err := q.ForgetVersions(ctx, gone, scopeID); err != nil {
			return err
		}
		return counts{"version": int64(len(gone))}.write(ctx, q)
	})
	return wrap(err, "delete versions of scope "+scopeID)
}
