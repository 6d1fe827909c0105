package shim

import (
	"bytes"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// signalAll signals every process of the run but the init. As PID 1 that is all
// that there is; without a container it is the init's descendants, which stay so
// whatever group or session they make, because the init is their reaper.
func signalAll(sig unix.Signal) {
	if os.Getpid() == 1 {
		_ = unix.Kill(-1, sig)
		return
	}
	for _, pid := range descendants(os.Getpid()) {
		_ = unix.Kill(pid, sig)
	}
}

// killAll leaves no process of the run behind. It looks again as long as it
// finds some, because a process may fork while the list is being read.
func (s *supervisor) killAll() {
	const rounds = 20
	for range rounds {
		signalAll(unix.SIGKILL)
		if os.Getpid() == 1 {
			return
		}
		s.reap()
		if len(descendants(os.Getpid())) == 0 {
			return
		}
		_, _ = unix.Poll(nil, 5)
	}
}

// descendants gives all processes below pid, parents first, without zombies.
func descendants(pid int) []int {
	children := map[int][]int{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if id, err := strconv.Atoi(e.Name()); err == nil {
			if parent, ok := parentOf(id); ok {
				children[parent] = append(children[parent], id)
			}
		}
	}
	var all []int
	for level := children[pid]; len(level) > 0; {
		all = append(all, level...)
		var below []int
		for _, id := range level {
			below = append(below, children[id]...)
		}
		level = below
	}
	return all
}

// parentOf reads /proc/PID/stat: "pid (name, which may hold anything) state ppid …".
func parentOf(pid int) (int, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 2 || fields[0] == "Z" {
		return 0, false
	}
	parent, err := strconv.Atoi(fields[1])
	return parent, err == nil
}
