package shim

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker/logfile"
)

// After the program itself has ended, processes that it left behind may hold
// its pipes. What is in them is read until nothing has come for idleGrace, but
// not for longer than endGrace.
const (
	idleGrace = 100 * time.Millisecond
	endGrace  = time.Second
)

// KillSignal, sent to the init, kills every process of the run; the init then
// reads what is left in the pipes and ends as if the program had been killed.
const KillSignal = unix.SIGUSR2

// supervisor is the one loop of the init: it alone reads the pipes, waits for
// children and answers signals.
type supervisor struct {
	program program
	signals int // a pipe that has one byte for each signal
	out     *output
	probe   *probe // nil: it is no service
	now     func() time.Time

	asked  bool // by a signal, to end
	exited bool
	code   int
	ended  time.Time
}

// catchSignals turns signals into bytes in a pipe, which poll can wait for.
func catchSignals() (int, error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return 0, err
	}
	ch := make(chan os.Signal, 64)
	signal.Notify(ch, unix.SIGCHLD, unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, KillSignal)
	go func() {
		for s := range ch {
			_, _ = unix.Write(fds[1], []byte{byte(s.(syscall.Signal))})
		}
	}()
	return fds[0], nil
}

func (s *supervisor) loop() {
	fds := []unix.PollFd{
		{Fd: int32(s.signals), Events: unix.POLLIN},
		{Fd: int32(s.program.stdout), Events: unix.POLLIN},
		{Fd: int32(s.program.stderr), Events: unix.POLLIN},
	}
	for {
		n, err := unix.Poll(fds, s.patience())
		if err != nil && !errors.Is(err, unix.EINTR) {
			s.out.fail(os.NewSyscallError("poll", err))
			return
		}
		if n > 0 {
			s.serve(fds)
		}
		if !s.exited {
			s.probe.look()
		}
		if s.done(n == 0, fds) {
			return
		}
	}
}

// serve reads once from whatever is ready: output before signals, because what
// was written before the program ended is then read before its end is known.
func (s *supervisor) serve(fds []unix.PollFd) {
	if fds[1].Revents != 0 && !s.out.read(int(fds[1].Fd), logfile.Stdout) {
		fds[1].Fd = -1
	}
	if fds[2].Revents != 0 && !s.out.read(int(fds[2].Fd), logfile.Stderr) {
		fds[2].Fd = -1
	}
	if fds[0].Revents != 0 {
		s.answer()
	}
}

func (s *supervisor) patience() int {
	if s.exited {
		return int(idleGrace.Milliseconds())
	}
	return s.probe.patience()
}

func (s *supervisor) done(idle bool, fds []unix.PollFd) bool {
	if !s.exited {
		return false
	}
	closed := fds[1].Fd < 0 && fds[2].Fd < 0
	return closed || idle || s.now().Sub(s.ended) > endGrace
}

func (s *supervisor) answer() {
	var got [64]byte
	n, _ := unix.Read(s.signals, got[:])
	for _, b := range got[:max(n, 0)] {
		switch sig := unix.Signal(b); sig {
		case unix.SIGCHLD:
			s.reap()
		case KillSignal:
			s.asked = true
			s.killAll()
		default:
			s.asked = true
			signalAll(sig)
		}
	}
}

// reap collects every child that has ended; one of them may be the program.
func (s *supervisor) reap() {
	for {
		var st unix.WaitStatus
		pid, err := unix.Wait4(-1, &st, unix.WNOHANG, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if pid == s.program.pid {
			s.exited, s.code, s.ended = true, exitCode(st), s.now()
		}
		s.probe.reaped(pid, st)
	}
}

func exitCode(st unix.WaitStatus) int {
	if st.Signaled() {
		return 128 + int(st.Signal())
	}
	return st.ExitStatus()
}
