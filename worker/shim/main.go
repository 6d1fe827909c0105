package shim

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
)

// Main is `weir init DIR`. It returns the exit code. It must run before anything
// else of the process has started goroutines or opened files.
func Main(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: weir init DIR (it is started by a worker, not by people)")
		return 2
	}
	return run(args[0], time.Now)
}

func run(dir string, now func() time.Time) int {
	c, err := readConfig(dir)
	if err != nil {
		return end(dir, failure(err, now()))
	}
	if !open(c.Gate) {
		return FailCode // the worker died before it wrote down that it starts this run
	}
	// Orphans of the program become children of the init, in a container by
	// nature and elsewhere by this, so that they are found and reaped.
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	return end(dir, supervise(dir, c, now))
}

// open waits for the gate's byte.
func open(fd int) bool {
	if fd == 0 {
		return true
	}
	f := os.NewFile(uintptr(fd), "gate")
	defer func() { _ = f.Close() }()
	n, _ := f.Read(make([]byte, 1))
	return n == 1
}

// supervise starts the program, keeps what it writes, and tells how it ended.
func supervise(dir string, c Config, now func() time.Time) worker.Exit {
	out, err := openOutput(dir, c.Result, now)
	if err != nil {
		return failure(err, now())
	}
	signals, err := catchSignals()
	if err != nil {
		return failure(err, now())
	}
	started := now()
	p, err := startProgram(dir, c)
	if err != nil {
		return failure(err, now())
	}
	s := supervisor{program: p, signals: signals, out: out, now: now}
	s.loop()
	s.killAll()
	e := worker.Exit{Code: s.code, StartedAt: started, EndedAt: s.ended}
	if err := out.err(); err != nil {
		e.Code, e.Err, e.Lost = -1, err.Error(), out.lost()
	}
	return e
}

func failure(err error, at time.Time) worker.Exit {
	return worker.Exit{Code: -1, Err: err.Error(), StartedAt: at, EndedAt: at}
}

// end writes the exit down and turns it into the init's own exit code.
func end(dir string, e worker.Exit) int {
	if err := writeExit(dir, e); err != nil {
		fmt.Fprintln(os.Stderr, "weir init:", err)
	}
	if e.Err != "" {
		return FailCode
	}
	return e.Code
}
