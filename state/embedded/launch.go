package embedded

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// maxLog is the size at which the log of earlier starts is thrown away.
const maxLog = 8 << 20

// readyTimeout bounds a start, crash recovery included.
const readyTimeout = 2 * time.Minute

// launch starts the server's process; it is not ready yet.
func (s *Server) launch() error {
	log, err := openLog(s.logPath())
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	// Not bound to a context: Stop ends it, or the end of this process.
	cmd, err := s.command(context.Background(), s.data, "postgres", s.settings()...)
	if err != nil {
		return err
	}
	defer closeAll(cmd)
	cmd.Stdout, cmd.Stderr = log, log
	s.process, err = startProcess(cmd)
	return err
}

// settings are the command line's, which nothing in the directory overrides.
func (s *Server) settings() []string {
	set := map[string]string{
		"listen_addresses":        "",
		"port":                    "5432",
		"unix_socket_directories": s.socketDir,
		"unix_socket_permissions": "0700",
		"max_connections":         "200",
		"wal_level":               "minimal", // nobody replicates from it
		"max_wal_senders":         "0",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"jit":                     "off", // slower for many small statements
		"logging_collector":       "off",
		"cluster_name":            "weir",
	}
	if !s.opts.Fsync {
		maps.Copy(set, map[string]string{"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"})
	}
	maps.Copy(set, s.opts.Settings)
	var args []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		args = append(args, "-c", name+"="+set[name])
	}
	return args
}

// waitReady tries until the server answers, and makes Database.
func (s *Server) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		err := s.createDatabase(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.process.done:
			return fmt.Errorf("it ended while starting: %s", s.logTail())
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w: %w", ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

func (s *Server) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	var there bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", Database).Scan(&there)
	if err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+Database)
	return err
}

func (s *Server) logPath() string { return filepath.Join(s.opts.Dir, "postgres.log") }

func (s *Server) logTail() string {
	b, err := os.ReadFile(s.logPath())
	if err != nil {
		return err.Error()
	}
	return lastLines(string(b), 3) + " (" + s.logPath() + ")"
}

func openLog(path string) (*os.File, error) {
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(path, flags, 0o644)
}
