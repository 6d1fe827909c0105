//go:build unix && !linux

package embedded

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const hasFdPaths = false

// childAttributes: without Linux's parent-death signal a killed Weir leaves its
// PostgreSQL running; the next start ends it.
func childAttributes(c *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: c}
}

// processesIn is the process that the lock file names, if it is alive.
func processesIn(data string) []int {
	b, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return nil
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || syscall.Kill(pid, 0) == syscall.ESRCH {
		return nil
	}
	return []int{pid}
}
