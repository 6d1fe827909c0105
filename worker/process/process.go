package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/rundir"
	"github.com/weirci/weir/worker/shim"
)

// spawn starts the init in a session of its own. The init starts nothing before
// the run is recorded, so whatever runs can be found; it closes its side of the
// gate when the program runs, or when it is clear that it never will.
func (r *Runtime) spawn(runID, dir string) error {
	ours, theirs, err := gate()
	if err != nil {
		return err
	}
	defer func() { _ = ours.Close() }()
	cmd := exec.Command(cmp.Or(r.cfg.Init, r.cfg.Binary), "init", dir)
	cmd.Dir, cmd.Env = "/", []string{}
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Stderr, err = os.Create(filepath.Join(dir, "init.err"))
	if err != nil {
		return err
	}
	err = cmd.Start()
	_ = theirs.Close()
	_ = cmd.Stderr.(*os.File).Close()
	if err != nil {
		return fmt.Errorf("start init: %w", err)
	}
	go func() { _ = cmd.Wait() }() // only to reap it; how it ended is in its files
	return r.admit(runID, cmd.Process.Pid, ours)
}

func (r *Runtime) admit(runID string, pid int, gate *os.File) error {
	start, err := startTime(pid)
	if err != nil {
		return fmt.Errorf("start init: %w", err)
	}
	if err := r.runs.Save(runID, record{Pid: pid, StartTime: start}); err != nil {
		return err
	}
	if _, err := gate.Write([]byte{1}); err != nil {
		return fmt.Errorf("start init: %w", err)
	}
	_, err = io.Copy(io.Discard, gate)
	return err
}

func gate() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	return os.NewFile(uintptr(fds[0]), "gate"), os.NewFile(uintptr(fds[1]), "gate"), nil
}

// startTime is field 22 of /proc/PID/stat; fields are counted from after the
// name, which may hold anything.
func startTime(pid int) (uint64, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	const at = 22 - 3
	if len(fields) <= at {
		return 0, errors.New("/proc/PID/stat is too short")
	}
	return strconv.ParseUint(fields[at], 10, 64)
}

// open gives a handle on the init, or ok = false if it has ended.
func (rec record) open() (fd int, ok bool, err error) {
	fd, err = unix.PidfdOpen(rec.Pid, 0)
	if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EINVAL) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, os.NewSyscallError("pidfd_open", err)
	}
	// Read after the handle was opened: if it is the same process now, the handle is its.
	if start, err := startTime(rec.Pid); err != nil || start != rec.StartTime {
		_ = unix.Close(fd)
		return 0, false, nil
	}
	return fd, true, nil
}

// wait returns when the init has ended.
func (rec record) wait(ctx context.Context) error {
	fd, ok, err := rec.open()
	if err != nil || !ok {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("eventfd", err)
	}
	defer func() { _ = unix.Close(wake) }()
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_, _ = unix.Write(wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
		close(done)
	})
	defer func() {
		if !stop() {
			<-done // it still writes to wake, which is about to be closed
		}
	}()
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(wake), Events: unix.POLLIN}}
	for fds[0].Revents == 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("poll", err)
		}
	}
	return nil
}

func (rec record) signal(sig unix.Signal) error {
	fd, ok, err := rec.open()
	if err != nil || !ok {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.PidfdSendSignal(fd, sig, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return os.NewSyscallError("pidfd_send_signal", err)
	}
	return nil
}

// initPatience is how long the init may take to kill everything, and to write
// down what is left in the pipes, before it is killed itself.
const initPatience = 5 * time.Second

// Kill is worker.Runtime. It returns when nothing of the run is left.
func (r *Runtime) Kill(ctx context.Context, runID string, grace time.Duration) error {
	var rec record
	if err := rundir.Check(runID); err != nil {
		return nil // no run ever had such an id
	}
	if err := r.runs.Load(runID, &rec); err != nil {
		if errors.Is(err, worker.ErrUnknownRun) {
			return nil
		}
		return err
	}
	steps := []struct {
		sig   unix.Signal
		grace time.Duration
	}{{unix.SIGTERM, grace}, {shim.KillSignal, initPatience}, {unix.SIGKILL, initPatience}}
	if grace <= 0 {
		steps = steps[1:]
	}
	for _, s := range steps {
		if err := rec.signal(s.sig); err != nil {
			return fmt.Errorf("kill run %s: %w", runID, err)
		}
		ended, err := rec.waitFor(ctx, s.grace)
		if ended || err != nil {
			return err
		}
	}
	return fmt.Errorf("kill run %s: its init, pid %d, does not end", runID, rec.Pid)
}

func (rec record) waitFor(ctx context.Context, d time.Duration) (ended bool, err error) {
	limited, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	err = rec.wait(limited)
	if err != nil && limited.Err() != nil {
		return false, ctx.Err()
	}
	return err == nil, err
}
