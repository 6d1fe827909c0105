package postgres

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weirci/weir/state/postgres/internal/db"
)

// pipelined is a transaction that sends several statements at once. A statement
// whose answer nobody needs (":exec" in queries/*.sql) waits in a queue, and is
// sent with the next one whose answer somebody does, or with COMMIT; BEGIN waits
// too. So a transaction costs a round trip for each answer that decides how it
// goes on, and one for its end. Statements run in the order in which they were
// given.
//
// An error comes out of the call that sent the statement, which may be a later
// one, and names the statement. After it PostgreSQL runs nothing of what was sent
// behind it, COMMIT least of all, and nothing more is sent.
//
// It is a db.DBTX, for one goroutine.
type pipelined struct {
	conn  *pgxpool.Conn
	queue *pgx.Batch
	sent  bool   // BEGIN was
	err   error  // that ended it
	told  []hint // what is told when it is committed: see notify
}

// runPipelined runs do in a transaction of the pool's, and commits it unless do
// fails. It gives what is then to be told.
func runPipelined(ctx context.Context, pool *pgxpool.Pool, do func(q *db.Queries) error) ([]hint, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	p := &pipelined{conn: conn, queue: &pgx.Batch{}}
	defer p.end(ctx)
	p.queue.Queue("begin")
	if err := do(db.New(p)); err != nil {
		return nil, err
	}
	return p.told, p.commit(ctx)
}

// notify keeps a notification until the others are committed. PostgreSQL lets only
// one transaction at a time commit that notifies, until it is on disk: with NOTIFY
// inside, no two of them would ever share a write.
func (p *pipelined) notify(name string, args []any) error {
	if ids, ok := args[0].([]string); ok && name == "NotifyWorkers" {
		for _, id := range ids {
			p.told = append(p.told, hint{ChannelWorker, id})
		}
		return p.err
	}
	p.told = append(p.told, hint{args[0].(string), args[1].(string)})
	return p.err
}

// Exec queues a statement whose answer nobody needs; its tag is empty then.
func (p *pipelined) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	name, kind := statement(sql)
	if name == "Notify" || name == "NotifyWorkers" {
		return pgconn.CommandTag{}, p.notify(name, args)
	}
	if kind == ":exec" {
		p.queue.Queue(sql, asTheyAre(args)...)
		return pgconn.CommandTag{}, p.err
	}
	p.queue.Queue(sql, args...)
	results, err := p.send(ctx)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	return tag, errors.Join(err, p.close(results))
}

// Query sends what is queued, and a statement with an answer.
func (p *pipelined) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	p.queue.Queue(sql, args...)
	results, err := p.send(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, errors.Join(err, p.close(results))
	}
	return pipelinedRows{rows, func() { _ = p.close(results) }}, nil
}

// QueryRow is Query for one row.
func (p *pipelined) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	p.queue.Queue(sql, args...)
	results, err := p.send(ctx)
	if err != nil {
		return failedRow{err}
	}
	return pipelinedRow{results.QueryRow(), func() { _ = p.close(results) }}
}

// send puts all that is queued on the wire, and gives the answers from the last
// statement's on. Who gets them closes them.
func (p *pipelined) send(ctx context.Context) (pgx.BatchResults, error) {
	if p.err != nil {
		return nil, p.err
	}
	batch := p.queue
	p.queue, p.sent = &pgx.Batch{}, true
	results := p.conn.SendBatch(ctx, batch)
	for _, s := range batch.QueuedQueries[:batch.Len()-1] {
		if _, err := results.Exec(); err != nil {
			_ = results.Close()
			p.err = statementError(s.SQL, err)
			return nil, p.err
		}
	}
	return results, nil
}

// close ends the reading of answers. An error ends the transaction as well, also
// where whoever asked goes on.
func (p *pipelined) close(results pgx.BatchResults) error {
	err := results.Close()
	if p.err == nil {
		p.err = err
	}
	return err
}

// commit sends what is left together with COMMIT. Where nothing was asked of the
// transaction, nothing is sent.
func (p *pipelined) commit(ctx context.Context) error {
	if p.err == nil && !p.sent && p.queue.Len() == 1 {
		return nil
	}
	p.queue.Queue("commit")
	results, err := p.send(ctx)
	if err != nil {
		return err
	}
	tag, err := results.Exec()
	if closed := p.close(results); err == nil {
		err = closed
	}
	if err == nil && tag.String() != "COMMIT" {
		err = pgx.ErrTxCommitRollback
	}
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// end undoes what is not committed. A connection on which that fails is closed by
// the pool, which undoes it too.
func (p *pipelined) end(ctx context.Context) {
	if c := p.conn.Conn(); p.sent && !c.IsClosed() && c.PgConn().TxStatus() != 'I' {
		_, _ = c.Exec(ctx, "rollback")
	}
	p.conn.Release()
}

// asTheyAre copies lists, which whoever gave them may change before they are sent.
func asTheyAre(args []any) []any {
	out := slices.Clone(args)
	for i, a := range out {
		if v := reflect.ValueOf(a); v.Kind() == reflect.Slice && !v.IsNil() {
			c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(c, v)
			out[i] = c.Interface()
		}
	}
	return out
}

// statement reads what sqlc wrote over a statement: "-- name: NAME KIND".
func statement(sql string) (name, kind string) {
	head, _, _ := strings.Cut(sql, "\n")
	words := strings.Fields(strings.TrimPrefix(head, "-- name:"))
	if len(words) != 2 || !strings.HasPrefix(head, "-- name:") {
		return sql, ""
	}
	return words[0], words[1]
}

// statementError says which statement failed, of several that were sent.
func statementError(sql string, err error) error {
	var early pgx.ErrPreprocessingBatch // before any was run
	if errors.As(err, &early) {
		sql = early.SQL()
	}
	name, _ := statement(sql)
	return fmt.Errorf("%s: %w", name, err)
}

// pipelinedRows and pipelinedRow leave the connection free when they are read.
type pipelinedRows struct {
	pgx.Rows
	done func()
}

func (r pipelinedRows) Close() {
	r.Rows.Close()
	r.done()
}

type pipelinedRow struct {
	pgx.Row
	done func()
}

func (r pipelinedRow) Scan(dest ...any) error {
	defer r.done()
	return r.Row.Scan(dest...)
}

// failedRow is a row that there is not.
type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }
