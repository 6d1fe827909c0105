package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// hba lets in whoever can reach the socket, which is in a private directory.
const hba = "local all all trust\n"

// initialise makes the data directory unless it is there. It is made under
// another name first, so that a start that was killed leaves none half made.
func (s *Server) initialise(ctx context.Context) error {
	if dataVersion(s.data) != "" {
		return nil
	}
	fresh := s.data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := s.account.mkdir(fresh); err != nil {
		return err
	}
	if err := s.initdb(ctx, fresh); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(fresh, "pg_hba.conf"), []byte(hba), 0o600); err != nil {
		return err
	}
	if err := os.RemoveAll(s.data); err != nil {
		return err
	}
	return os.Rename(fresh, s.data)
}

func (s *Server) initdb(ctx context.Context, dir string) error {
	s.opts.Log.Info("making a PostgreSQL data directory", "dir", dir)
	args := []string{"--username=" + Superuser, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"}
	if !s.opts.Fsync {
		args = append(args, "--no-sync")
	}
	cmd, err := s.command(ctx, dir, "initdb", args...)
	if err != nil {
		return err
	}
	defer closeAll(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb of %s as user %s: %w: %s", dir, s.user(), err, lastLines(string(out), 3))
	}
	return nil
}

// command is one of PostgreSQL's programs on a data directory, as the account.
//
// Where the account cannot enter a directory above (a clone below /root), the
// data directory is handed down as an open file and named by that: a path
// through /proc/self/fd asks nothing of the directories above.
func (s *Server) command(ctx context.Context, dir, name string, args ...string) (*exec.Cmd, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name))
	cmd.Dir = "/"
	cmd.Env = environment(os.Environ())
	cmd.SysProcAttr = childAttributes(s.account.credential())
	if barrier := s.account.barrier(filepath.Dir(dir)); barrier != "" {
		if !hasFdPaths {
			return nil, fmt.Errorf("user %s, who runs PostgreSQL, cannot enter %s: choose another data directory, or chmod o+x %s", s.user(), barrier, barrier)
		}
		f, err := os.Open(dir)
		if err != nil {
			return nil, err
		}
		cmd.ExtraFiles = []*os.File{f}
		dir = "/proc/self/fd/3"
	}
	// The whole path: PostgreSQL's programs find each other by the name they were called with.
	cmd.Args = append([]string{cmd.Path, "-D", dir}, args...)
	return cmd, nil
}

func closeAll(cmd *exec.Cmd) {
	for _, f := range cmd.ExtraFiles {
		_ = f.Close()
	}
}

func (s *Server) user() string {
	if s.account.other {
		return s.account.name
	}
	return fmt.Sprint(os.Geteuid())
}

// environment is ours without what PostgreSQL would take as settings.
func environment(from []string) []string {
	env := []string{"LC_ALL=C", "TZ=UTC"}
	for _, e := range from {
		if !strings.HasPrefix(e, "PG") && !strings.HasPrefix(e, "LC_") && !strings.HasPrefix(e, "TZ=") {
			env = append(env, e)
		}
	}
	return env
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "; ")
}
