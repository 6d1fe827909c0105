package wire

import (
	"fmt"
	"os"
	goruntime "runtime"
	"strconv"
	"strings"
)

// counted is what a worker says that it has: what it was told, or what there is; 0
// where it is not to be counted.
func counted(told, there int64) int64 {
	switch {
	case told < 0:
		return 0
	case told > 0:
		return told
	}
	return there
}

// cores are those that this process may use, in thousandths.
func cores() int64 { return int64(goruntime.NumCPU()) * 1000 }

// memory is the machine's, or what the control group around this process leaves of
// it; 0 where nobody says.
func memory() int64 {
	all := meminfo(readAll("/proc/meminfo"))
	most, err := strconv.ParseInt(strings.TrimSpace(readAll("/sys/fs/cgroup/memory.max")), 10, 64)
	if err == nil && most > 0 && (all == 0 || most < all) {
		return most
	}
	return all
}

func readAll(file string) string {
	b, _ := os.ReadFile(file) // not there: it says nothing
	return string(b)
}

// meminfo is the total of Linux's /proc/meminfo, in bytes; 0 where there is none.
func meminfo(text string) int64 {
	for line := range strings.Lines(text) {
		var kib int64
		if _, err := fmt.Sscanf(line, "MemTotal: %d kB", &kib); err == nil {
			return kib << 10
		}
	}
	return 0
}
