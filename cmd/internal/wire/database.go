package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/weirci/weir/state/postgres"
)

// DatabaseError is a database that cannot be worked with; Where has no password.
type DatabaseError struct {
	Where string
	Err   error
}

func (e *DatabaseError) Error() string { return fmt.Sprintf("the database at %s: %v", e.Where, e.Err) }
func (e *DatabaseError) Unwrap() error { return e.Err }

// Unreachable says that the database did not answer at all.
func (e *DatabaseError) Unreachable() bool {
	var refused *pgconn.ConnectError
	var said *pgconn.PgError
	return errors.As(e.Err, &refused) && !errors.As(e.Err, &said)
}

// OpenStore opens a database whose schema may be old or missing.
func OpenStore(ctx context.Context, dsn string, log *slog.Logger, opts ...postgres.Option) (*postgres.Store, error) {
	store, err := postgres.Open(ctx, dsn, append(opts, postgres.WithLog(log))...)
	if err != nil {
		return nil, &DatabaseError{Where: place(dsn), Err: cause(err)}
	}
	return store, nil
}

// openReady opens a database whose schema is this program's.
func openReady(ctx context.Context, dsn string, log *slog.Logger, opts ...postgres.Option) (*postgres.Store, error) {
	store, err := OpenStore(ctx, dsn, log, opts...)
	if err != nil {
		return nil, err
	}
	if err := store.CheckSchema(ctx); err != nil {
		store.Close()
		return nil, &DatabaseError{Where: place(dsn), Err: err}
	}
	return store, nil
}

// cause is what the network or PostgreSQL said: pgx's own text names the user
// and the host several times over.
func cause(err error) error {
	var said *pgconn.PgError
	var network *net.OpError
	switch {
	case errors.As(err, &said):
		return &brief{fmt.Sprintf("%s (SQLSTATE %s)", said.Message, said.Code), err}
	case errors.As(err, &network):
		return &brief{network.Err.Error(), err}
	}
	return err
}

// brief is an error in fewer words.
type brief struct {
	text string
	err  error
}

func (b *brief) Error() string { return b.text }
func (b *brief) Unwrap() error { return b.err }

// place is a connection string without its secrets.
func place(dsn string) string {
	config, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return "(an address that cannot be read)"
	}
	if u, err := url.Parse(dsn); err == nil && u.Host == "" && config.Host != "" && config.Host[0] == '/' {
		return config.Host + "/" + config.Database
	}
	return fmt.Sprintf("%s/%s", net.JoinHostPort(config.Host, fmt.Sprint(config.Port)), config.Database)
}
