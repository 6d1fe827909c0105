package postgres

import (
	"context"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Commit is what a holder does with its decision: fence, change something,
// enqueue others. wait runs between the fence and the rest.
func (s *Store) Commit(ctx context.Context, c state.Claim, team string, wait func()) error {
	return s.fenced(ctx, c, func(q *db.Queries) error {
		if _, err := q.DatabaseNow(ctx); err != nil { // with which the fence is sent
			return err
		}
		wait()
		if err := q.InsertTeam(ctx, "", "", team); err != nil {
			return err
		}
		return enqueue(ctx, q, state.KeyPlace)
	})
}

// Tx runs do in a transaction, as every change does: InsertTeam and Enqueue may be
// wait, Ask one whose answer is awaited.
func (s *Store) Tx(ctx context.Context, do func(tx Tx) error) error {
	return s.tx(ctx, func(q *db.Queries) error { return do(Tx{q}) })
}

type Tx struct{ q *db.Queries }

func (t Tx) InsertTeam(ctx context.Context, name string) error {
	return t.q.InsertTeam(ctx, "", "", name)
}

func (t Tx) GetTeam(ctx context.Context, name string) (db.Team, error) { return t.q.GetTeam(ctx, name) }

func (t Tx) Enqueue(ctx context.Context, keys []string) error { return t.q.EnqueueKeys(ctx, nil, keys) }
