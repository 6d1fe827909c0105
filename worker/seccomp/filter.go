package seccomp

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Filter is a program for the kernel's filter machine: struct sock_filter, one
// after the other, as this machine writes them in memory.
type Filter []byte

// instruction is the size of one struct sock_filter.
const instruction = int(unsafe.Sizeof(unix.SockFilter{}))

// maxInstructions is the kernel's limit (BPF_MAXINSNS).
const maxInstructions = 4096

// Install puts all threads of this process, and all processes that they start,
// under f for good. The process must have no-new-privileges set, or CAP_SYS_ADMIN.
func Install(f Filter) error {
	n := len(f) / instruction
	if n == 0 || n > maxInstructions || len(f)%instruction != 0 {
		return fmt.Errorf("install a seccomp filter: %d bytes are no filter", len(f))
	}
	code := make([]unix.SockFilter, n)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&code[0])), len(f)), f)
	program := unix.SockFprog{Len: uint16(n), Filter: &code[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return fmt.Errorf("install a seccomp filter: %w", os.NewSyscallError("seccomp", errno))
	}
	return nil
}
