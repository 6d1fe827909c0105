package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/blob"
	"github.com/weirci/weir/state/logpack"
	"github.com/weirci/weir/state/postgres/internal/db"
)

// Store is all that Weir remembers.
type Store struct {
	pool   *pgxpool.Pool
	q      *db.Queries // outside of a transaction
	direct string      // connection string for sessions
	log    *slog.Logger
	logs   *logpack.Codec
	hints  *hints
	blobs  blob.Store // nil: everything is in the database
	starts gathering[runStart, struct{}]
	ends   gathering[runEnd, bool]
}

// Option changes how a store is opened.
type Option func(*options)

type options struct {
	direct   string
	maxConns int32
	log      *slog.Logger
	blobs    blob.Store
}

// WithDirectURL is a connection string that reaches PostgreSQL itself where the
// main one goes through a pooler; "" is the main one. Behind a pooler no statement
// stays prepared: the next transaction may have another session.
func WithDirectURL(url string) Option { return func(o *options) { o.direct = url } }

// defaultConns is the most connections that a store has open. A transaction spends
// most of its time waiting for the disk, not for a processor, and those that wait
// at the same time share one write: pgx's default, the number of cores, makes a
// small machine wait one at a time.
const defaultConns = 20

// WithMaxConns bounds the pool's connections; without it pool_max_conns of the
// connection string does, or a default.
func WithMaxConns(n int) Option { return func(o *options) { o.maxConns = int32(n) } }

// WithLog is where lost connections and the like are said; the default is
// nowhere.
func WithLog(log *slog.Logger) Option { return func(o *options) { o.log = log } }

// WithBlobs is where the logs of builds that have ended are kept; the default,
// nil, is the database.
func WithBlobs(b blob.Store) Option { return func(o *options) { o.blobs = b } }

// Open connects to a database, whose schema may still be missing: see Migrate
// and CheckSchema.
func Open(ctx context.Context, url string, opts ...Option) (*Store, error) {
	o := options{log: slog.New(slog.DiscardHandler)}
	for _, opt := range opts {
		opt(&o)
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	switch {
	case o.maxConns > 0:
		config.MaxConns = o.maxConns
	case !strings.Contains(url, "pool_max_conns"):
		config.MaxConns = defaultConns
	}
	if pooled := o.direct != "" && o.direct != url; pooled && config.ConnConfig.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement {
		config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	logs, err := logpack.New()
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open the database: %w", err)
	}
	s := &Store{pool: pool, q: db.New(pool), direct: cmp.Or(o.direct, url), log: o.log, logs: logs, blobs: o.blobs}
	s.hints = newHints(s)
	s.starts.do, s.ends.do = s.startRuns, s.endRuns
	return s, nil
}

// Close closes all connections, when the statements under way have ended.
func (s *Store) Close() {
	s.hints.close()
	s.pool.Close()
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// Pool is for metrics about connections, and for tests that look underneath.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// maxAttempts bounds how often a transaction is tried that others are in the
// way of.
const maxAttempts = 5

// tx runs do in a transaction, and again from the start where PostgreSQL asks
// for that (a deadlock, a serialisation failure): do changes nothing outside of
// the transaction that a second run would spoil.
//
// Statements are sent together as far as their answers allow: see pipelined.
func (s *Store) tx(ctx context.Context, do func(q *db.Queries) error) error {
	return again(func() error {
		told, err := runPipelined(ctx, s.pool, do)
		if err == nil {
			s.hints.tell(told...)
		}
		return err
	})
}

// again does what is one transaction, and does it again where others were in its way.
func again(do func() error) error {
	for attempt := 1; ; attempt++ {
		err := do()
		if attempt == maxAttempts || !retryable(err) {
			return notFound(asItWas(err))
		}
	}
}

// retryable says that the transaction lost to another and left nothing.
func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// Codes of errors that statements raise themselves: see weir_must.
const (
	codeFenced   = "WE001"
	codeConflict = "WE002"
)

// asItWas gives them the names that callers know.
func asItWas(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	switch pg.Code {
	case codeFenced:
		return state.ErrFenced
	case codeConflict:
		return state.ErrConflict
	}
	return err
}

// notFound gives "no rows" the name that callers know.
func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("%w", state.ErrNotFound)
	}
	return err
}
