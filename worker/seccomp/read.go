package seccomp

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ErrNone is Read's error for a process that is under no filter, or not yet.
var ErrNone = errors.New("there is none")

// Read gives the filter that the process pid is under. The process stands still
// meanwhile, and goes on afterwards. None, or more than one, is an error.
func Read(pid int) (Filter, error) {
	runtime.LockOSThread() // a process is traced by a thread, not by a process
	defer runtime.UnlockOSThread()
	f, err := read(pid)
	if err != nil {
		return nil, fmt.Errorf("read the seccomp filter of process %d: %w", pid, err)
	}
	return f, nil
}

func read(pid int) (f Filter, err error) {
	if err := unix.PtraceSeize(pid); err != nil {
		return nil, os.NewSyscallError("ptrace seize", err)
	}
	defer func() {
		// A process that was killed meanwhile is not there to be let go.
		if e := unix.PtraceDetach(pid); e != nil && !errors.Is(e, unix.ESRCH) {
			err = errors.Join(err, os.NewSyscallError("ptrace detach", e))
		}
	}()
	if err := stop(pid); err != nil {
		return nil, err
	}
	f, err = get(pid, 0)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOENT) {
		err = ErrNone
	}
	if err != nil {
		return nil, err
	}
	if _, err := get(pid, 1); !errors.Is(err, unix.ENOENT) {
		return nil, errors.New("there is more than one")
	}
	return f, nil
}

func stop(pid int) error {
	if err := unix.PtraceInterrupt(pid); err != nil {
		return os.NewSyscallError("ptrace interrupt", err)
	}
	for {
		var status unix.WaitStatus
		_, err := unix.Wait4(pid, &status, unix.WALL, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return os.NewSyscallError("wait4", err)
		case !status.Stopped():
			return errors.New("it has ended")
		default:
			return nil
		}
	}
}

// get reads the filter with that index: its length first, then all of it.
func get(pid, index int) (Filter, error) {
	n, err := getInto(pid, index, nil)
	if err != nil {
		return nil, err
	}
	f := make(Filter, n*instruction)
	if _, err := getInto(pid, index, unsafe.Pointer(&f[0])); err != nil {
		return nil, err
	}
	return f, nil
}

func getInto(pid, index int, to unsafe.Pointer) (instructions int, err error) {
	n, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SECCOMP_GET_FILTER, uintptr(pid), uintptr(index), uintptr(to), 0, 0)
	if errno != 0 {
		return 0, os.NewSyscallError("ptrace seccomp_get_filter", errno)
	}
	return int(n), nil
}
