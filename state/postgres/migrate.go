package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/weirci/weir/state/postgres/migrations"
)

// migrationLock is the advisory lock that one migrating process holds.
const migrationLock = 0x77656972 // "weir"

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	File      string
	Applied   bool
	AppliedAt time.Time // zero unless Applied
}

// SchemaError is a schema that this program does not fit.
type SchemaError struct{ Have, Want int64 }

func (e *SchemaError) Error() string {
	if e.Have > e.Want {
		return fmt.Sprintf("the database's schema is at version %d and this weir knows only %d: use a newer weir", e.Have, e.Want)
	}
	return fmt.Sprintf("the database's schema is at version %d and this weir needs %d: run weir migrate", e.Have, e.Want)
}

// Migrate brings the schema up to date and returns the steps it took. Any
// number of processes may call it at once: one works, the others wait. A schema
// that is newer than this program is refused with a *SchemaError.
func (s *Store) Migrate(ctx context.Context) ([]Migration, error) {
	var done []Migration
	err := s.withProvider(ctx, func(conn *sql.DB, p *goose.Provider) error {
		unlock, err := lockMigrations(ctx, conn)
		if err != nil {
			return err
		}
		defer unlock()
		if err := refuseNewer(ctx, p); err != nil {
			return err
		}
		results, err := p.Up(ctx)
		for _, r := range results {
			done = append(done, Migration{Version: r.Source.Version, File: r.Source.Path, Applied: true})
		}
		return err
	})
	if err != nil {
		return done, fmt.Errorf("migrate: %w", err)
	}
	return done, nil
}

// MigrationStatus lists every step that this program knows.
func (s *Store) MigrationStatus(ctx context.Context) ([]Migration, error) {
	var out []Migration
	err := s.withProvider(ctx, func(_ *sql.DB, p *goose.Provider) error {
		status, err := p.Status(ctx)
		for _, m := range status {
			out = append(out, Migration{Version: m.Source.Version, File: m.Source.Path, Applied: m.State == goose.StateApplied, AppliedAt: m.AppliedAt})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	return out, nil
}

// CheckSchema returns a *SchemaError unless the schema is exactly the one that
// this program was written for. It is asked before anything is served.
func (s *Store) CheckSchema(ctx context.Context) error {
	want, err := latestMigration()
	if err != nil {
		return err
	}
	have, err := s.schemaVersion(ctx)
	if err != nil {
		return fmt.Errorf("check the schema: %w", err)
	}
	if have != want {
		return &SchemaError{Have: have, Want: want}
	}
	return nil
}

// schemaVersion is 0 for an empty database.
func (s *Store) schemaVersion(ctx context.Context) (int64, error) {
	var exists bool
	err := s.pool.QueryRow(ctx, "SELECT to_regclass('goose_db_version') IS NOT NULL").Scan(&exists)
	if err != nil || !exists {
		return 0, err
	}
	var version int64
	err = s.pool.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version)
	return version, err
}

// withProvider runs do on a connection of its own, past any pooler.
func (s *Store) withProvider(ctx context.Context, do func(*sql.DB, *goose.Provider) error) error {
	config, err := pgx.ParseConfig(s.direct)
	if err != nil {
		return err
	}
	conn := stdlib.OpenDB(*config)
	defer func() { _ = conn.Close() }()
	if err := conn.PingContext(ctx); err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, conn, migrations.FS, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	return do(conn, provider)
}

// lockMigrations waits for the lock; it is held by one session until unlock.
func lockMigrations(ctx context.Context, conn *sql.DB) (unlock func(), err error) {
	session, err := conn.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := session.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return nil, errors.Join(err, session.Close())
	}
	return func() {
		_, _ = session.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock)
		_ = session.Close()
	}, nil
}

func refuseNewer(ctx context.Context, p *goose.Provider) error {
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	if want := sources[len(sources)-1].Version; have > want {
		return &SchemaError{Have: have, Want: want}
	}
	return nil
}

func latestMigration() (int64, error) {
	found, err := migrations.FS.ReadDir(".")
	if err != nil {
		return 0, err
	}
	var latest int64
	for _, f := range found {
		v, err := goose.NumericComponent(f.Name())
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", f.Name(), err)
		}
		latest = max(latest, v)
	}
	return latest, nil
}
