package postgres

import (
	"context"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// PinResource holds a resource at a version, in the place of the one it was held at
// before. It is audited, and the jobs of the pipeline are looked at.
// state.ErrNotFound: it has no such version.
func (s *Store) PinResource(ctx context.Context, team string, p state.Pin) error {
	return wrap(s.tx(ctx, func(q *db.Queries) error {
		if _, err := q.VersionOfResource(ctx, p.ResourceID, team, state.VersionDigest(p.Version)); err != nil {
			return err
		}
		before, err := pins(ctx, q, []string{p.ResourceID})
		if err != nil {
			return err
		}
		jobs, err := q.PutPin(ctx, db.PutPinParams{ResourceID: p.ResourceID, Team: team, Version: state.VersionJSON(p.Version), Comment: p.Comment, Actor: p.By})
		if err != nil {
			return err
		}
		return ruled(ctx, q, jobs, ruling{team, p.By, "resource.pin", p.ResourceID, with(with(change(pinnedTo(before, p.ResourceID), p.Version), "version", p.Version), "comment", p.Comment)})
	}), "pin a resource")
}

// UnpinResource lets a resource go on from the version that a person held it at. To
// do it again changes nothing.
func (s *Store) UnpinResource(ctx context.Context, team, resourceID, actor string) error {
	return wrap(s.tx(ctx, func(q *db.Queries) error {
		before, err := pins(ctx, q, []string{resourceID})
		if err != nil {
			return err
		}
		jobs, err := q.DropPin(ctx, resourceID, team)
		if err != nil {
			return err
		}
		return ruled(ctx, q, jobs, ruling{team, actor, "resource.unpin", resourceID, change(pinnedTo(before, resourceID), nil)})
	}), "unpin a resource")
}

// DisableVersion keeps a version from builds that begin after this. To do it again
// changes nothing.
func (s *Store) DisableVersion(ctx context.Context, team, resourceID, actor string, version map[string]string) error {
	return wrap(s.tx(ctx, func(q *db.Queries) error {
		id, err := q.VersionOfResource(ctx, resourceID, team, state.VersionDigest(version))
		if err != nil {
			return err
		}
		jobs, err := q.DisableVersion(ctx, resourceID, id, actor)
		if err != nil {
			return err
		}
		return ruled(ctx, q, jobs, ruling{team, actor, "version.disable", resourceID, with(change("enabled", "disabled"), "version", version)})
	}), "disable a version")
}

// EnableVersion gives a version back to builds that begin after this. To do it
// again changes nothing.
func (s *Store) EnableVersion(ctx context.Context, team, resourceID, actor string, version map[string]string) error {
	return wrap(s.tx(ctx, func(q *db.Queries) error {
		id, err := q.VersionOfResource(ctx, resourceID, team, state.VersionDigest(version))
		if err != nil {
			return err
		}
		jobs, err := q.EnableVersion(ctx, resourceID, id)
		if err != nil {
			return err
		}
		return ruled(ctx, q, jobs, ruling{team, actor, "version.enable", resourceID, with(change("disabled", "enabled"), "version", version)})
	}), "enable a version")
}

// Pins are those of some resources, by their ids. A resource that has none is not
// in it.
func (s *Store) Pins(ctx context.Context, resources ...string) (map[string]state.Pin, error) {
	return pins(ctx, s.q, resources)
}

func pins(ctx context.Context, q *db.Queries, resources []string) (map[string]state.Pin, error) {
	rows, err := q.PinsOf(ctx, resources)
	if err != nil {
		return nil, wrap(err, "pins of resources")
	}
	out := make(map[string]state.Pin, len(rows))
	for _, r := range rows {
		v, err := version(r.Version)
		if err != nil {
			return nil, err
		}
		out[r.ResourceID] = state.Pin{ResourceID: r.ResourceID, Version: v, Comment: r.Comment, By: r.PinnedBy, At: r.PinnedAt}
	}
	return out, nil
}

// pinnedTo is the version that a resource was held at; nil: at none.
func pinnedTo(pins map[string]state.Pin, resource string) any {
	if p, ok := pins[resource]; ok {
		return p.Version
	}
	return nil
}

// ruling is what a person decided about the versions of a resource.
type ruling struct {
	team, actor, action, resource string
	details                       map[string]any
}

// ruled audits it and has jobs looked at; no rows: it changed nothing.
func ruled(ctx context.Context, q *db.Queries, jobs []string, r ruling) error {
	if len(jobs) == 0 {
		return nil
	}
	if err := auditOf(ctx, q, auditParams(ctx, r.team, r.actor, r.action, "resource/"+r.resource), r.details); err != nil {
		return err
	}
	var keys []state.Key
	for _, id := range jobs {
		if id != "" { // the pipeline has no jobs
			keys = append(keys, state.JobKey(id))
		}
	}
	return enqueue(ctx, q, keys...)
}
