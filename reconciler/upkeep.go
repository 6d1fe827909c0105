package reconciler

import (
	"context"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/gc"
	"github.com/weirci/weir/state"
)

// What is old goes in batches, as history does.
const (
	scopesAtOnce   = 200
	versionsAtOnce = 500
	upkeepAtOnce   = 100
)

// upkeep looks for scopes that nobody wants, revisions that nobody runs and
// pipelines that were archived long ago, and then at the versions of some scopes
// after those of the last look. A round through all begins every RetainEvery.
func (r *Reconciler) upkeep(ctx context.Context, c state.Claim) (time.Time, error) {
	snap, more, err := r.tidy(ctx, c)
	if err != nil || r.Upkeep.Versions.All() {
		return nextRound(snap.Now, more, r.RetainEvery), err
	}
	after := r.airedTo()
	scopes, err := r.store.ScopesWithOldVersions(ctx, after, r.Upkeep.Versions.Newest, r.Upkeep.Versions.Before(snap.Now), scopesAtOnce)
	if err != nil {
		return time.Time{}, err
	}
	for _, s := range scopes {
		if s.Old {
			if err := r.versions(ctx, c, s, snap.Now); err != nil {
				return time.Time{}, err
			}
		}
	}
	if len(scopes) == scopesAtOnce {
		r.airTo(scopes[len(scopes)-1].ID)
		return snap.Now.Add(min(betweenJobs, r.RetainEvery)), nil
	}
	r.airTo("")
	return nextRound(snap.Now, more, r.RetainEvery), nil
}

func nextRound(now time.Time, more bool, every time.Duration) time.Time {
	if more {
		return now.Add(min(betweenJobs, every))
	}
	return now.Add(every)
}

// tidy is the part that is not versions; more: there may be as much again.
func (r *Reconciler) tidy(ctx context.Context, c state.Claim) (snap state.UpkeepSnapshot, more bool, err error) {
	keep := r.Upkeep
	snap, err = r.store.LoadUpkeep(ctx, state.UpkeepQuery{ScopesUnused: keep.Scopes, Revisions: keep.Revisions, Archived: keep.Archived, Most: upkeepAtOnce})
	if err != nil {
		return snap, false, err
	}
	ch := state.UpkeepChange{Scopes: keep.OverScopes(idle(snap.Scopes), snap.Now)}
	for _, old := range keep.OverRevisions(revisions(snap.Revisions)) {
		ch.Revisions = append(ch.Revisions, state.OldRevision{PipelineID: old.Pipeline, Number: old.Number, Newest: old.Newest})
	}
	if len(ch.Scopes)+len(ch.Revisions) > 0 {
		r.Log.Info("what is old is deleted", "scopes", len(ch.Scopes), "revisions", len(ch.Revisions))
		if err := r.store.CommitUpkeep(ctx, c, ch); err != nil {
			return snap, false, err
		}
	}
	for _, id := range keep.OverArchives(idle(snap.Archives), snap.Now) { // each with all that hangs from it
		r.Log.Info("an archived pipeline is destroyed", "pipeline", id)
		if err := r.store.CommitUpkeep(ctx, c, state.UpkeepChange{Archives: []string{id}}); err != nil {
			return snap, false, err
		}
	}
	return snap, max(len(snap.Scopes), len(snap.Revisions), len(snap.Archives)) == upkeepAtOnce, nil
}

func idle(rows []state.IdleRow) []gc.Idle {
	var out []gc.Idle
	for _, r := range rows {
		out = append(out, gc.Idle{ID: r.ID, Since: r.Since})
	}
	return out
}

func revisions(rows []state.OldRevision) []gc.Revision {
	var out []gc.Revision
	for _, r := range rows {
		out = append(out, gc.Revision{Pipeline: r.PipelineID, Number: r.Number, Newest: r.Newest})
	}
	return out
}

// versions deletes those of a scope that nothing keeps.
func (r *Reconciler) versions(ctx context.Context, c state.Claim, of state.ScopeVersions, now time.Time) error {
	scope, every, err := r.holds(ctx, of)
	if err != nil {
		return err
	}
	ask := state.OldVersionsOf{ScopeID: of.ID, Newest: of.Newest, Before: scope.Rule.Before(now), Every: every, Most: versionsAtOnce}
	for {
		rows, err := r.store.OldVersions(ctx, ask)
		if err != nil || len(rows) == 0 {
			return err
		}
		if over := gc.OverVersions(scope, versionsOf(rows), now); len(over) > 0 {
			r.Log.Info("versions are deleted", "scope", of.ID, "versions", len(over))
			if err := r.store.DeleteVersions(ctx, c, of.ID, over, ask.Before); err != nil {
				return err
			}
		}
		if len(rows) < versionsAtOnce {
			return nil
		}
		ask.After = rows[len(rows)-1].ID
	}
}

func versionsOf(rows []state.OldVersion) []gc.Version {
	out := make([]gc.Version, len(rows))
	for i, v := range rows {
		out[i] = gc.Version{ID: v.ID, Order: v.Order, Fields: v.Version, Seen: v.Seen, OfBuild: v.OfBuild, Passed: v.Passed, Disabled: v.Disabled, Due: v.Due}
	}
	return out
}

// holds is what keeps versions of a scope, and the gets that are to have all of them.
func (r *Reconciler) holds(ctx context.Context, of state.ScopeVersions) (gc.Scope, []state.EveryGet, error) {
	s := gc.Scope{Rule: r.Upkeep.Versions, Newest: of.Newest}
	var err error
	if s.Latest, s.Pins, err = r.store.VersionHolds(ctx, of.ID); err != nil {
		return s, nil, err
	}
	users, err := r.store.ScopeUsers(ctx, of.ID)
	if err != nil {
		return s, nil, err
	}
	var every []state.EveryGet
	for _, u := range users {
		ix, err := r.index(ctx, u.PipelineID, u.Revision)
		if err != nil {
			return s, nil, err
		}
		pins, gets := ix.holds(u)
		s.Pins, every = append(s.Pins, pins...), append(every, gets...)
	}
	return s, every, nil
}

// holds is what a pipeline says of a resource's versions: which it is pinned to, and
// which jobs are to have every one of them.
func (ix *index) holds(u state.ResourceUser) (pins []map[string]string, every []state.EveryGet) {
	if res, ok := ix.resource(u.Address); ok && len(res.Pin) > 0 {
		pins = append(pins, res.Pin)
	}
	for id := range ix.byID {
		job, ok := ix.jobSpec(id)
		if !ok {
			continue
		}
		for _, get := range graph.Inputs(job) {
			switch {
			case get.Resource != u.Address:
			case len(get.Version) > 0:
				pins = append(pins, get.Version)
			case get.Every:
				every = append(every, state.EveryGet{JobID: id, Name: get.Name})
			}
		}
	}
	return pins, every
}

func (r *Reconciler) airedTo() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.aired
}

func (r *Reconciler) airTo(scope string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.aired = scope
}
