package postgres

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Policies are those of a team, by name.
func (s *Store) Policies(ctx context.Context, teamID string) ([]state.Policy, error) {
	rows, err := s.q.ListPolicies(ctx, teamID)
	if err != nil {
		return nil, fmt.Errorf("read policies: %w", err)
	}
	out := make([]state.Policy, len(rows))
	for i, r := range rows {
		out[i] = state.Policy{Name: r.Name, Text: r.Text, SetBy: r.SetBy, SetAt: r.SetAt}
	}
	return out, nil
}

// SetPolicies puts policies in the place of all that a team has. Two at once
// follow one another.
func (s *Store) SetPolicies(ctx context.Context, teamID, actor string, all []state.Policy) error {
	err := s.tx(ctx, func(q *db.Queries) error {
		if err := q.LockTeam(ctx, teamID); err != nil {
			return err
		}
		was, err := q.ListPolicies(ctx, teamID)
		if err != nil {
			return err
		}
		before, after := map[string]string{}, map[string]string{}
		for _, p := range was {
			before[p.Name] = policyDigest(p.Text)
		}
		if _, err := q.DeletePolicies(ctx, teamID); err != nil {
			return err
		}
		for _, p := range all {
			if err := q.InsertPolicy(ctx, teamID, p.Name, p.Text, actor); err != nil {
				return err
			}
			after[p.Name] = policyDigest(p.Text)
		}
		return appendEvent(ctx, q, teamID, state.Event{Actor: actor, Action: "policies.set", Subject: "team", Details: change(before, after)})
	})
	if err != nil {
		return fmt.Errorf("set policies: %w", err)
	}
	return nil
}

// WorkerTags are the sets of tags that workers of a team have, each once.
func (s *Store) WorkerTags(ctx context.Context, teamID string) ([][]string, error) {
	sets, err := s.q.WorkerTags(ctx, teamID)
	return sets, wrap(err, "read tags of workers")
}

// policyDigest is what the audit has of a policy's text.
func policyDigest(text string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))) }
