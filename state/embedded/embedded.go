package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
)

// Superuser is the only user of the database, and Database the database that a
// new server has.
const (
	Superuser = "weir"
	Database  = "weir"
)

// Options say where the server keeps its data and how careful it is.
type Options struct {
	Dir      string            // made if it is not there
	Fsync    bool              // false loses data in a crash of the machine: for tests only
	Bin      string            // directory of the binaries; "": WEIR_POSTGRES_BIN, the system's newest, PATH
	Settings map[string]string // more of postgresql.conf
	Log      *slog.Logger      // nil: silent
}

// Server is a running PostgreSQL. Its methods, but Restart, may be called
// concurrently.
type Server struct {
	opts      Options
	bin       string
	data      string // PostgreSQL's data directory
	socketDir string
	account   account
	lock      *os.File
	process   *process
}

// Start starts PostgreSQL on a directory and returns when it answers. The first
// start initialises the directory. What an earlier Weir left behind (a server
// that is still ending, stale lock files) is cleared away.
func Start(ctx context.Context, o Options) (*Server, error) {
	s, err := prepare(o)
	if err != nil {
		return nil, fmt.Errorf("embedded PostgreSQL: %w", err)
	}
	if err := s.start(ctx); err != nil {
		s.release()
		return nil, fmt.Errorf("embedded PostgreSQL: %w", err)
	}
	return s, nil
}

// prepare finds the binaries and takes the directory's lock.
func prepare(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	o.Dir = dir
	s := &Server{opts: o, data: filepath.Join(dir, "data")}
	if s.bin, err = findBinaries(o.Bin, dataVersion(s.data)); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if s.lock, err = takeLock(filepath.Join(dir, "lock")); err != nil {
		return nil, err
	}
	if s.account, err = chooseAccount(s.data); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	if err := s.initialise(ctx); err != nil {
		return err
	}
	if err := clearOrphans(ctx, s.data, s.opts.Log); err != nil {
		return err
	}
	if err := s.makeSocketDir(); err != nil {
		return err
	}
	if err := s.launch(); err != nil {
		return err
	}
	if err := s.waitReady(ctx); err != nil {
		s.process.kill()
		return err
	}
	s.opts.Log.Info("PostgreSQL is ready", "dir", s.opts.Dir, "pid", s.process.pid())
	return nil
}

// Restart starts PostgreSQL again after it has ended by itself, at the same URL.
// No other method may be called meanwhile; Done and Err then are of the new one.
func (s *Server) Restart(ctx context.Context) error {
	if err := clearOrphans(ctx, s.data, s.opts.Log); err != nil {
		return fmt.Errorf("embedded PostgreSQL: %w", err)
	}
	if err := s.launch(); err != nil {
		return fmt.Errorf("embedded PostgreSQL: %w", err)
	}
	if err := s.waitReady(ctx); err != nil {
		s.process.kill()
		return fmt.Errorf("embedded PostgreSQL: %w", err)
	}
	s.opts.Log.Info("PostgreSQL is ready again", "dir", s.opts.Dir, "pid", s.process.pid())
	return nil
}

// URL is the connection string of a database on this server.
func (s *Server) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(Superuser), Path: "/" + database}
	u.RawQuery = url.Values{"host": {s.socketDir}}.Encode()
	return u.String()
}

// Pid is the process id of the server's first process.
func (s *Server) Pid() int { return s.process.pid() }

// Done is closed when PostgreSQL has ended, by Stop or by itself. To start it
// again is the caller's decision: see Restart.
func (s *Server) Done() <-chan struct{} { return s.process.done }

// Err is why PostgreSQL ended, after Done: nil if by Stop.
func (s *Server) Err() error { return s.process.err }

// Stop ends PostgreSQL: connections are cut, work is rolled back, all that was
// committed is kept. When ctx ends first it is ended at once, which the next
// start repairs. Calling it again is harmless.
func (s *Server) Stop(ctx context.Context) error {
	err := s.process.stop(ctx)
	s.release()
	return err
}

// release gives the directory free for another Weir.
func (s *Server) release() {
	s.removeSocketDir()
	if s.lock != nil {
		_ = s.lock.Close()
	}
}
