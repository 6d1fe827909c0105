package postgres

import (
	"context"
	"fmt"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// ApplyInput is a plan, as far as the store has to know it.
type ApplyInput struct {
	TeamID     string
	Pipeline   string
	Actor      string
	PlanDigest graph.Digest
	Desired    *graph.Graph // nil: destroy the pipeline
	Guards     []Guard      // every address that the plan creates, updates or deletes
	Force      bool         // destroy even while builds run
	Build      string       // that sets it; "": a person applies it
}

// Apply makes the desired graph the current one, at the addresses that the
// plan touches, and returns the new revision (0 after a destroy; the present
// one where nothing changes). It happens wholly or not at all.
//
// Where the ground moved it returns a *state.StaleError. Two plans that touch
// different addresses both apply, in any order. Destroying a pipeline whose
// builds run returns a *state.OpenBuildsError, unless forced.
func (s *Store) Apply(ctx context.Context, in ApplyInput) (revision int64, err error) {
	if err := in.check(); err != nil {
		return 0, err
	}
	err = s.tx(ctx, func(q *db.Queries) error {
		if in.Desired == nil {
			revision = 0
			return destroy(ctx, q, in)
		}
		revision, err = apply(ctx, q, in)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("apply pipeline %s: %w", in.Pipeline, err)
	}
	return revision, nil
}

func (in ApplyInput) check() error {
	if in.Desired != nil && in.Desired.Pipeline().Name != in.Pipeline {
		return fmt.Errorf("apply pipeline %s: the graph is of pipeline %q", in.Pipeline, in.Desired.Pipeline().Name)
	}
	return nil
}

func apply(ctx context.Context, q *db.Queries, in ApplyInput) (int64, error) {
	if err := q.InsertPipeline(ctx, in.TeamID, in.Pipeline); err != nil {
		return 0, err
	}
	p, err := q.LockPipeline(ctx, in.TeamID, in.Pipeline)
	if err != nil {
		return 0, err
	}
	old, err := loadRevision(ctx, q, p.ID, p.Revision)
	if err != nil {
		return 0, err
	}
	current, err := old.build()
	if err != nil {
		return 0, err
	}
	if m := moved(in.Guards, current, false); len(m) > 0 {
		return 0, stale(ctx, q, p.ID, m)
	}
	next, err := merge(in.Guards, current, in.Desired)
	if err != nil {
		return 0, err
	}
	if err := claimChild(ctx, q, in, p.ID); err != nil {
		return 0, err
	}
	if err := unarchive(ctx, q, in, p.ID); err != nil {
		return 0, err
	}
	w := writer{q: q, pipelineID: p.ID, revision: p.Revision + 1, graph: next, changes: compare(old, next, graph.Moves(current, next))}
	if w.changes.empty() && old.digest == string(next.Digest()) {
		return p.Revision, w.moveMetas(ctx)
	}
	return w.revision, w.write(ctx, in)
}

// stale adds to each address who moved it, and when.
func stale(ctx context.Context, q *db.Queries, pipelineID string, m []state.Moved) error {
	addresses := make([]string, len(m))
	for i := range m {
		addresses[i] = m[i].Address
	}
	rows, err := q.ChangedBy(ctx, pipelineID, addresses)
	if err != nil {
		return err
	}
	for _, r := range rows {
		for i := range m {
			if m[i].Address == r.Address {
				m[i].Revision, m[i].Actor = r.ChangedRevision, r.Actor
			}
		}
	}
	return &state.StaleError{Moved: m}
}
