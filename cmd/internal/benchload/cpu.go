package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// tick is the unit of times in /proc: USER_HZ, 100 a second on every Linux.
const tick = 10 * time.Millisecond

// process is what /proc/PID/stat says of one process.
type process struct {
	pid, parent int
	cpu         time.Duration // its own, and of its children that have ended
}

// family gives the processor time of a process and of all below it.
func family(root int) time.Duration {
	all := processes()
	var sum time.Duration
	for _, p := range all {
		if descends(all, p, root) {
			sum += p.cpu
		}
	}
	return sum
}

func descends(all map[int]process, p process, root int) bool {
	for p.pid != root {
		parent, ok := all[p.parent]
		if !ok || parent.pid == p.pid {
			return false
		}
		p = parent
	}
	return true
}

func processes() map[int]process {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	all := make(map[int]process, len(files))
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended
		}
		if p, err := parseStat(text); err == nil {
			all[p.pid] = p
		}
	}
	return all
}

// parseStat reads proc(5): pid (name) state ppid … utime stime cutime cstime; the
// name may have spaces and brackets.
func parseStat(text []byte) (process, error) {
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return process{}, fmt.Errorf("no process: %q", text)
	}
	pid, err := strconv.Atoi(string(bytes.TrimSpace(text[:open])))
	if err != nil {
		return process{}, err
	}
	fields := bytes.Fields(text[end+1:])
	const ppid, utime, cstime = 1, 11, 14 // after the name
	if len(fields) <= cstime {
		return process{}, fmt.Errorf("no process: %q", text)
	}
	p := process{pid: pid}
	if p.parent, err = strconv.Atoi(string(fields[ppid])); err != nil {
		return process{}, err
	}
	for _, f := range fields[utime : cstime+1] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return process{}, err
		}
		p.cpu += time.Duration(n) * tick
	}
	return p, nil
}
