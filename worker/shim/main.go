package shim

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/redact"
	"github.com/weirci/weir/worker/seccomp"
)

// Main is `weir init DIR`. It returns the exit code. It must run before anything
// else of the process has started goroutines or opened files.
func Main(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: weir init DIR (it is started by a worker, not by people)")
		return 2
	}
	switch args[0] {
	case Enter:
		return enter()
	case Hold:
		return hold()
	}
	return run(args[0], time.Now)
}

func run(dir string, now func() time.Time) int {
	runtime.LockOSThread()
	// Opened before the program can rename what is on the way to it.
	exit, err := os.OpenFile(ExitPath(dir), os.O_WRONLY, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, "weir init:", err)
		return FailCode
	}
	c, err := readConfig(dir)
	if err != nil {
		return end(exit, failure(err, now()))
	}
	if len(c.Filter) > 0 {
		if err := seccomp.Install(c.Filter); err != nil {
			return end(exit, failure(err, now()))
		}
	}
	signals, err := catchSignals() // first: a signal that comes early must not end the init
	if err != nil {
		return end(exit, failure(err, now()))
	}
	gate := newGate(c.Gate)
	if !gate.pass() {
		return FailCode // the worker died before it wrote down that it starts this run
	}
	// Orphans of the program become children of the init, in a container by
	// nature and elsewhere by this, so that they are found and reaped.
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	return end(exit, supervise(dir, c, signals, gate, now))
}

// gate is the worker's way to say "go", and the init's to say "it runs".
type gate struct{ f *os.File }

func newGate(fd int) gate {
	if fd == 0 {
		return gate{}
	}
	unix.CloseOnExec(fd)
	return gate{os.NewFile(uintptr(fd), "gate")}
}

func (g gate) pass() bool {
	if g.f == nil {
		return true
	}
	n, _ := g.f.Read(make([]byte, 1))
	return n == 1
}

func (g gate) close() {
	if g.f != nil {
		_ = g.f.Close()
	}
}

// supervise starts the program, keeps what it writes, and tells how it ended.
func supervise(dir string, c Config, signals int, gate gate, now func() time.Time) worker.Exit {
	out, err := openOutput(dir, c, now)
	if err != nil {
		return failure(err, now())
	}
	probe, err := newProbe(dir, c, now)
	if err != nil {
		return failure(err, now())
	}
	started := now()
	p, err := startProgram(c)
	gate.close()
	if err != nil {
		return failure(redacted(err, c.Secrets), now())
	}
	probe.begin()
	s := supervisor{program: p, signals: signals, out: out, probe: probe, now: now}
	s.loop()
	out.flush()
	s.epitaph(c)
	s.killAll()
	// The end is as long after the beginning as it was, whoever sets the clock meanwhile.
	e := worker.Exit{Code: s.code, StartedAt: started, EndedAt: started.Add(s.ended.Sub(started))}
	if err := out.err(); err != nil {
		e.Code, e.Err, e.Lost = -1, err.Error(), out.lost()
	}
	return e
}

// epitaph says in the log that a service has ended by itself.
func (s *supervisor) epitaph(c Config) {
	if c.Service != nil && !s.asked {
		s.out.say(fmt.Sprintf("ended with exit code %d", s.code))
	}
}

// redacted is an error that may name a part of the environment, such as PATH.
func redacted(err error, secrets []string) error {
	if len(secrets) == 0 {
		return err
	}
	return errors.New(redact.New(secrets).String(err.Error()))
}

func failure(err error, at time.Time) worker.Exit {
	return worker.Exit{Code: -1, Err: err.Error(), StartedAt: at, EndedAt: at}
}

// end writes the exit down and turns it into the init's own exit code.
func end(f *os.File, e worker.Exit) int {
	if err := writeExit(f, e); err != nil {
		fmt.Fprintln(os.Stderr, "weir init:", err)
	}
	if e.Err != "" {
		return FailCode
	}
	return e.Code
}
