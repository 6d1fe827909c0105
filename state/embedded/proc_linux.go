package embedded

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// hasFdPaths says that /proc/self/fd names open files.
const hasFdPaths = true

// childAttributes: a group of its own, so that a terminal's ^C is not for it;
// a fast shutdown when this process dies; the account's identity.
func childAttributes(c *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT, Credential: c}
}

// processesIn lists PostgreSQL's processes on a data directory, which is where
// all of them work.
func processesIn(data string) []int {
	want, err := os.Stat(data)
	if err != nil {
		return nil
	}
	entries, _ := filepath.Glob("/proc/[0-9]*/comm")
	var pids []int
	for _, comm := range entries {
		name, err := os.ReadFile(comm)
		if err != nil || strings.TrimSpace(string(name)) != "postgres" {
			continue
		}
		dir := filepath.Dir(comm)
		cwd, err := os.Stat(filepath.Join(dir, "cwd"))
		if err != nil || !os.SameFile(want, cwd) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
