package shim

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// program is what was started: its pid and the reading ends of its pipes.
type program struct {
	pid, stdout, stderr int
}

func startProgram(c Config) (program, error) {
	var p program
	who, err := lookupUser(c.User)
	if err != nil {
		return p, err
	}
	if err := makeDirs(c, who); err != nil {
		return p, err
	}
	env := completeEnv(c.Env, who)
	path, err := lookup(c, getenv(env, "PATH"))
	if err != nil {
		return p, err
	}
	files, err := openFiles(c.Stdin, &p)
	if err != nil {
		return p, err
	}
	attr := &syscall.ProcAttr{Dir: c.Dir, Env: env, Files: files, Sys: &syscall.SysProcAttr{Setsid: true, Credential: who.credential}}
	if os.Getpid() != 1 {
		// Without a container nothing else ends the program where the init is killed.
		// It is bound to this thread, which run has locked.
		attr.Sys.Pdeathsig = syscall.SIGKILL
	}
	p.pid, err = syscall.ForkExec(path, c.Argv, attr)
	for _, fd := range files {
		_ = unix.Close(int(fd))
	}
	if err != nil {
		return p, startError(c, path, err)
	}
	return p, nil
}

// makeDirs makes what is missing, gives the user what is theirs, and looks at
// the working directory before exec would fail with the same error for it and
// for the program.
func makeDirs(c Config, who identity) error {
	for _, d := range c.MakeDirs {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	if who.credential != nil {
		for _, path := range c.Own {
			if err := os.Lchown(path, int(who.credential.Uid), int(who.credential.Gid)); err != nil {
				return err
			}
		}
	}
	st, err := os.Stat(c.Dir)
	if err != nil || !st.IsDir() {
		return fmt.Errorf("the working directory %q is not there: no input or output of this step makes it", c.Dir)
	}
	return nil
}

// openFiles makes a file in memory for standard input and a pipe for each of the
// other two. All are closed on exec but as 0, 1 and 2 of the program.
func openFiles(stdin []byte, p *program) ([]uintptr, error) {
	in, err := inMemory(stdin)
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	var out, errs [2]int
	if err := unix.Pipe2(out[:], unix.O_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("pipe", err)
	}
	if err := unix.Pipe2(errs[:], unix.O_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("pipe", err)
	}
	p.stdout, p.stderr = out[0], errs[0]
	return []uintptr{uintptr(in), uintptr(out[1]), uintptr(errs[1])}, nil
}

func inMemory(text []byte) (int, error) {
	if len(text) == 0 {
		return unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	}
	fd, err := unix.MemfdCreate("stdin", unix.MFD_CLOEXEC)
	if err != nil {
		return 0, os.NewSyscallError("memfd_create", err)
	}
	for len(text) > 0 {
		n, err := unix.Write(fd, text)
		if err != nil {
			return 0, err
		}
		text = text[n:]
	}
	_, err = unix.Seek(fd, 0, unix.SEEK_SET)
	return fd, err
}

// lookup finds the program as a shell would.
func lookup(c Config, path string) (string, error) {
	if len(c.Argv) == 0 || c.Argv[0] == "" {
		return "", errors.New("there is no command: the step has none, nor has its image")
	}
	name := c.Argv[0]
	if strings.Contains(name, "/") {
		return find(c, name, rooted(c.Dir, name))
	}
	var denied error
	for _, dir := range filepath.SplitList(path) {
		found, err := find(c, name, filepath.Join(rooted(c.Dir, dir), name))
		if err == nil {
			return found, nil
		}
		if !errors.Is(err, errNotFound) {
			denied = err
		}
	}
	if denied != nil {
		return "", denied
	}
	return "", fmt.Errorf("command %q is not %s (PATH %s)", name, c.Place, path)
}

var errNotFound = errors.New("not found")

func find(c Config, name, path string) (string, error) {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", notFound{fmt.Sprintf("command %q is not %s", name, c.Place)}
	case err != nil:
		return "", fmt.Errorf("command %q: %w", name, err)
	case st.IsDir():
		return "", fmt.Errorf("command %q is a directory", name)
	case st.Mode()&0o111 == 0:
		return "", fmt.Errorf("command %q (%s) is not executable", name, path)
	}
	return path, nil
}

type notFound struct{ text string }

func (e notFound) Error() string   { return e.text }
func (e notFound) Is(t error) bool { return t == errNotFound }

func rooted(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// startError explains what exec says about a file that is there.
func startError(c Config, path string, err error) error {
	switch {
	case errors.Is(err, unix.ENOENT):
		return fmt.Errorf("command %q: %s is there, but what it needs to run (the interpreter in its first line, or its dynamic loader) is not %s", c.Argv[0], path, c.Place)
	case errors.Is(err, unix.ENOEXEC):
		return fmt.Errorf("command %q: %s is no program for this machine, and has no #! line", c.Argv[0], path)
	case errors.Is(err, unix.E2BIG):
		return fmt.Errorf("command %q: arguments and environment are too long", c.Argv[0])
	}
	return fmt.Errorf("command %q: start %s: %w", c.Argv[0], path, err)
}

func completeEnv(env []string, who identity) []string {
	env = slices.Clone(env)
	if getenv(env, "PATH") == "" {
		env = append(env, "PATH="+defaultPath)
	}
	if getenv(env, "HOME") == "" && who.home != "" {
		env = append(env, "HOME="+who.home)
	}
	return env
}

// getenv gives the last value, which is the one that counts.
func getenv(env []string, key string) string {
	for _, kv := range slices.Backward(env) {
		if k, v, _ := strings.Cut(kv, "="); k == key {
			return v
		}
	}
	return ""
}
