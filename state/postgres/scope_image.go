package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// scopeImages is where the image of a scope's type comes from, and that of its type,
// and so on.
func (s *Store) scopeImages(ctx context.Context, id string) ([]state.ScopeImage, error) {
	rows, err := s.q.ScopeImages(ctx, id)
	if err != nil {
		return nil, err
	}
	out := make([]state.ScopeImage, len(rows))
	for i, r := range rows {
		one := state.ScopeSnapshot{}
		if err := decodeScope(&one, db.ScopeHeadRow{ResourceSpec: r.ResourceSpec, TypeSpec: r.TypeSpec, Secrets: r.Secrets}); err != nil {
			return nil, err
		}
		out[i] = state.ScopeImage{Resource: one.Resource, Type: one.Type, Secrets: one.Secrets, LastError: r.LastError, Busy: r.Busy, Checked: r.Checked}
		if err := json.Unmarshal(r.Version, &out[i].Version); err != nil {
			return nil, fmt.Errorf("a version: %w", err)
		}
	}
	return out, nil
}

// scopeKeys are the keys of scopes.
func scopeKeys(ids []string, err error) ([]state.Key, error) {
	keys := make([]state.Key, len(ids))
	for i, id := range ids {
		keys[i] = state.ScopeKey(id)
	}
	return keys, err
}

// requestImages asks for the checks that the check of a resource waits for: of what
// the image of its type comes from, at any depth.
func requestImages(ctx context.Context, q *db.Queries, team, resourceID string) ([]state.Key, error) {
	ids, err := q.ImagesOfResource(ctx, team, resourceID)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if err := q.LockScopes(ctx, ids); err != nil {
		return nil, err
	}
	if err := q.RequestChecks(ctx, ids); err != nil {
		return nil, err
	}
	return scopeKeys(ids, nil)
}

// imageUsers are the scopes that are to be checked again because of versions that
// puts have made.
func imageUsers(ctx context.Context, q *db.Queries, versions []state.NewVersion) ([]state.Key, error) {
	var keys []string
	for _, v := range versions {
		if v.Output {
			keys = append(keys, v.ScopeKey)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return scopeKeys(q.ImageUsers(ctx, keys))
}
