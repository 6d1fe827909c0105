package containerd

import (
	"os"
	"path/filepath"
	"strings"
)

// cgroup is the path of a run's control group in every hierarchy.
func (r *Runtime) cgroup(runID string) string { return filepath.Join("/", r.cfg.Namespace, runID) }

// outOfMemory tells whether the kernel has killed a process of a group for its
// memory limit. The group is there until the task is deleted.
func outOfMemory(group string) bool {
	for _, file := range []string{
		filepath.Join("/sys/fs/cgroup/memory", group, "memory.oom_control"), // version 1
		filepath.Join("/sys/fs/cgroup", group, "memory.events"),             // version 2
	} {
		text, err := os.ReadFile(file)
		if err == nil && oomKills(string(text)) {
			return true
		}
	}
	return false
}

func oomKills(text string) bool {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == "oom_kill" && f[1] != "0" {
			return true
		}
	}
	return false
}
