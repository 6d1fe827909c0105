package postgres

import (
	"context"
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// BuildCheckView is a check that a person's build waits for, or has waited for.
type BuildCheckView = db.ChecksOfBuildsRow

// BuildChecks gives the checks that builds were to wait for, which the caller has found
// to be its team's.
func (s *Store) BuildChecks(ctx context.Context, ids ...string) ([]BuildCheckView, error) {
	rows, err := s.q.ChecksOfBuilds(ctx, ids)
	return rows, wrap(err, "read the checks of builds")
}

// askForChecks has the resources of a job checked for a build, and says which scopes
// are to be looked at: those of inputs that may have any version there is. What others
// have to pass first is as new as those let it be, and a pin leaves no choice.
func askForChecks(ctx context.Context, q *db.Queries, build, jobID string, job graph.Job) ([]state.Key, error) {
	rows, err := q.ResourcesToCheck(ctx, jobID, freeInputs(job))
	if err != nil {
		return nil, err
	}
	var resources, scopes []string
	var keys []state.Key
	for _, r := range rows {
		spec, err := graph.DecodeSpec(graph.KindResource, r.Spec)
		if err != nil {
			return nil, fmt.Errorf("read a resource's definition: %w", err)
		}
		if res, _ := spec.(graph.Resource); len(res.Pin) > 0 {
			continue
		}
		resources, scopes, keys = append(resources, r.ID), append(scopes, r.ScopeID), append(keys, state.ScopeKey(r.ScopeID))
	}
	if len(resources) == 0 {
		return nil, nil
	}
	if err := q.LockScopes(ctx, scopes); err != nil {
		return nil, err
	}
	return keys, q.AskForChecks(ctx, build, resources, scopes)
}

// freeInputs are the resources of which a job takes any version.
func freeInputs(job graph.Job) []string {
	var out []string
	for _, get := range graph.Inputs(job) {
		if len(get.Passed) == 0 && len(get.Version) == 0 {
			out = append(out, string(get.Resource))
		}
	}
	return out
}

// loadChecks adds what pending builds wait for before they begin.
func loadChecks(ctx context.Context, q *db.Queries, job string, open []state.OpenBuild) error {
	rows, err := q.OpenChecks(ctx, job)
	for _, r := range rows {
		for i := range open {
			if b := &open[i]; b.ID == r.BuildID {
				b.Checks = append(b.Checks, state.BuildCheck{ResourceID: r.ResourceID, ScopeKey: r.Key, Asked: r.AskedAt})
			}
		}
	}
	return err
}

// answerChecks notes that the check which builds wait for has ended.
func answerChecks(ctx context.Context, q *db.Queries, ch state.ScopeChange) error {
	if !ch.Answers {
		return nil
	}
	failed := state.ScopeFailed{}
	if ch.Failed != nil {
		failed = *ch.Failed
	}
	return q.AnswerChecks(ctx, failed.Error, ch.ID, failed.NoRun)
}

// FailedChecks are those of the checks that a build waited for which failed.
func (s *Store) FailedChecks(ctx context.Context, buildID string) ([]state.FailedCheck, error) {
	rows, err := s.q.ChecksOfBuilds(ctx, []string{buildID})
	var out []state.FailedCheck
	for _, r := range rows {
		if r.Error != "" {
			out = append(out, state.FailedCheck{Resource: graph.Address(r.Resource), Error: r.Error})
		}
	}
	return out, wrap(err, "read the checks of a build")
}
