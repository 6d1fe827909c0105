package embedded

import (
	"os"
	"path/filepath"
	"strings"
)

// A Unix socket's path has at most 107 bytes.
const (
	maxSocketPath = 107
	socketName    = ".s.PGSQL.5432"
)

// makeSocketDir makes the private directory of the socket: DIR/run, or one in
// the temporary directory where that path is too long or cannot be entered.
// DIR/socket then says where it is, for people and for the next start.
func (s *Server) makeSocketDir() error {
	s.removeSocketDir() // of a start that was killed
	run := filepath.Join(s.opts.Dir, "run")
	if len(filepath.Join(run, socketName)) <= maxSocketPath && s.account.barrier(s.opts.Dir) == "" {
		s.socketDir = run
		return s.account.mkdir(run)
	}
	tmp, err := os.MkdirTemp("", "weir-pg-")
	if err != nil {
		return err
	}
	s.socketDir = tmp
	if err := s.account.own(tmp); err != nil {
		return err
	}
	return os.WriteFile(s.socketRecord(), []byte(tmp+"\n"), 0o644)
}

// removeSocketDir removes the temporary directory, if there is one.
func (s *Server) removeSocketDir() {
	b, err := os.ReadFile(s.socketRecord())
	if err != nil {
		return
	}
	if dir := strings.TrimSpace(string(b)); strings.HasPrefix(filepath.Base(dir), "weir-pg-") {
		_ = os.RemoveAll(dir)
	}
	_ = os.Remove(s.socketRecord())
}

func (s *Server) socketRecord() string { return filepath.Join(s.opts.Dir, "socket") }
