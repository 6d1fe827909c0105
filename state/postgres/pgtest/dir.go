package pgtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

const dirPrefix = "weir-pgtest-"

// makeDir makes the data directory of this process, and removes those of
// processes that ended without their reaper.
func makeDir() (string, error) {
	parent := parentDir()
	old, _ := filepath.Glob(filepath.Join(parent, dirPrefix+"*"))
	for _, dir := range old {
		removeIfDead(dir)
	}
	dir, err := os.MkdirTemp(parent, dirPrefix)
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755) // PostgreSQL's user has to pass through
}

// roomy is the free space that a directory in memory must have.
const roomy = 4 << 30

// parentDir is in memory if there is much of it: a database a test is several
// hundred files, and a busy disk takes half a second to make them. TMPDIR says
// otherwise.
func parentDir() string {
	const memory = "/dev/shm"
	var fs syscall.Statfs_t
	if os.Getenv("TMPDIR") == "" && syscall.Statfs(memory, &fs) == nil && fs.Bavail*uint64(fs.Bsize) >= roomy {
		return memory
	}
	return os.TempDir()
}

// removeIfDead removes a directory whose lock nobody holds: embedded takes it
// for as long as its process lives. One without a lock is just being made.
func removeIfDead(dir string) {
	f, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		_ = os.RemoveAll(dir)
	}
}

// reaper waits for the end of its input, which is the end of the test process,
// and of PostgreSQL, and removes the directory. It is left 20 seconds at most.
const reaper = `read -r _; n=0; while kill -0 "$2" 2>/dev/null && [ $n -lt 200 ]; do sleep 0.1; n=$((n+1)); done; rm -rf -- "$1"`

// removeAtExit leaves the directory to a reaper, because no code of ours runs
// when a test process ends.
func removeAtExit(dir string, pid int) error {
	in, hold, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	cmd := exec.Command("/bin/sh", "-c", reaper, "sh", dir, strconv.Itoa(pid))
	cmd.Stdin = in
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	held.Store(hold)
	return cmd.Start()
}
