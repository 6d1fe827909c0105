package policy

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
	"time"
)

const (
	exitFailed = 1
	exitMemory = 75
)

// headroom is what a process needs besides what policies do.
const headroom = 512 << 20

// Main reads a request, evaluates it and writes the verdict: the process that a
// Sandbox starts. It gives the exit code.
func Main(in io.Reader, out, log io.Writer) int {
	var r request
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		fmt.Fprintln(log, "reading the request:", err)
		return exitFailed
	}
	limitMemory(r.Memory)
	if err := json.NewEncoder(out).Encode(Evaluate(r.Policies, r.Input)); err != nil {
		fmt.Fprintln(log, "writing the verdict:", err)
		return exitFailed
	}
	return 0
}

// limitMemory ends the process when it uses more than limit: by a look at short
// intervals, and by the kernel for what is asked for at once.
func limitMemory(limit int64) {
	if limit <= 0 {
		return
	}
	debug.SetMemoryLimit(limit)
	_ = syscall.Setrlimit(rlimitData, &syscall.Rlimit{Cur: uint64(limit + headroom), Max: uint64(limit + headroom)}) // the look below is left
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for range time.Tick(10 * time.Millisecond) {
			if metrics.Read(sample); sample[0].Value.Uint64() > uint64(limit) {
				os.Exit(exitMemory)
			}
		}
	}()
}

// rlimitData is RLIMIT_DATA: since Linux 4.7 all private writable memory.
const rlimitData = 2
