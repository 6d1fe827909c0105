package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/weirci/weir/state/postgres/internal/db"
)

// together runs loads in one round trip. Each may ask one question, which follows
// from what is known before: every load runs twice, first as far as its question,
// and again, when all questions have been sent, to take its answer. So a load has
// no effect before it asks. The first error is returned.
func (s *Store) together(ctx context.Context, loads ...func(q *db.Queries) error) error {
	asked := &questions{}
	for _, load := range loads {
		if err := load(db.New(asked)); err != nil && !errors.Is(err, errAsked) {
			return err
		}
	}
	if asked.batch.Len() == 0 {
		return nil
	}
	results := s.pool.SendBatch(ctx, &asked.batch)
	defer func() { _ = results.Close() }()
	for _, load := range loads {
		if err := load(db.New(answers{results})); err != nil {
			return err
		}
	}
	return results.Close()
}

var (
	errAsked  = errors.New("the answer comes later")
	errNoExec = errors.New("a load only asks")
)

// questions notes what is asked.
type questions struct{ batch pgx.Batch }

func (a *questions) Query(_ context.Context, sql string, args ...any) (pgx.Rows, error) {
	a.batch.Queue(sql, args...)
	return nil, errAsked
}

func (a *questions) QueryRow(_ context.Context, sql string, args ...any) pgx.Row {
	a.batch.Queue(sql, args...)
	return failedRow{errAsked}
}

func (*questions) Exec(context.Context, string, ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, errNoExec
}

// answers gives the answers, in the order of the questions.
type answers struct{ results pgx.BatchResults }

func (a answers) Query(context.Context, string, ...any) (pgx.Rows, error) { return a.results.Query() }

func (a answers) QueryRow(context.Context, string, ...any) pgx.Row { return a.results.QueryRow() }

func (answers) Exec(context.Context, string, ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, errNoExec
}
