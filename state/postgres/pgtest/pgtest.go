// Package pgtest gives each test a database of its own on a real PostgreSQL.
//
// One PostgreSQL is started for a test process, when the first test asks, and
// ends with it; the schema is migrated once, into a template that every test's
// database is cloned from (some 30 ms). Tests may run in parallel.
//
//	s := pgtest.New(t)
//
// Where no PostgreSQL is installed the test is skipped, unless CI=true is in the
// environment: then it fails. With goleak, ignore what the process keeps:
// goleak.IgnoreAnyFunction(pgtest.Leak).
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/weirci/weir/state/embedded"
	"github.com/weirci/weir/state/postgres"
)

// Leak is the function that waits for PostgreSQL in a goroutine until the test
// process ends.
const Leak = "github.com/weirci/weir/state/embedded.(*process).supervise"

const template = "weir_template"

// server is the process's PostgreSQL. Tests come and go in one process, so it
// has to be global; it is written once.
var server = sync.OnceValues(startServer)

// clones numbers the databases; held is open for as long as the process lives.
var (
	clones atomic.Int64
	held   atomic.Pointer[os.File]
)

// New is a store on a fresh, migrated, empty database, closed and dropped when
// the test ends.
func New(t testing.TB) *postgres.Store {
	t.Helper()
	return Open(t, URL(t))
}

// Open is another store on a database of URL's, as another server process
// would have it.
func Open(t testing.TB, url string, opts ...postgres.Option) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(context.Background(), url, append([]postgres.Option{postgres.WithMaxConns(12)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// URL is the connection string of a fresh, migrated, empty database.
func URL(t testing.TB) string {
	t.Helper()
	return create(t, template)
}

// Empty is the connection string of a database with no schema.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, "template1")
}

// create clones a database for the test.
func create(t testing.TB, from string) string {
	t.Helper()
	srv := started(t)
	name := fmt.Sprintf("test_%d", clones.Add(1))
	if err := execute(srv, "CREATE DATABASE "+name+" TEMPLATE "+from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execute(srv, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return srv.URL(name)
}

func started(t testing.TB) *embedded.Server {
	t.Helper()
	srv, err := server()
	switch {
	case errors.Is(err, embedded.ErrNoBinaries) && os.Getenv("CI") != "true":
		t.Skipf("NOT TESTED: %v", err)
	case err != nil:
		t.Fatal(err)
	}
	return srv
}

func startServer() (*embedded.Server, error) {
	dir, err := makeDir()
	if err != nil {
		return nil, err
	}
	srv, err := embedded.Start(context.Background(), embedded.Options{Dir: dir, Settings: settings()})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := removeAtExit(dir, srv.Pid()); err != nil {
		return nil, err
	}
	return srv, migrateTemplate(srv)
}

// settings keep a server small: several test processes run side by side.
func settings() map[string]string {
	return map[string]string{"shared_buffers": "32MB", "max_connections": "300", "autovacuum": "off", "max_wal_size": "256MB"}
}

func migrateTemplate(srv *embedded.Server) error {
	if err := execute(srv, "CREATE DATABASE "+template); err != nil {
		return err
	}
	s, err := postgres.Open(context.Background(), srv.URL(template))
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = s.Migrate(context.Background())
	return err
}

// execute runs a statement about databases, each on a connection of its own so
// that parallel tests share nothing.
func execute(srv *embedded.Server, sql string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, srv.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}
