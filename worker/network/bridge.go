package network

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// deleteBridge is brctl delbr: there is no wrapper for this request.
func deleteBridge(fd int, name *byte) error {
	const siocbrdelbr = 0x89a1
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), siocbrdelbr, uintptr(unsafe.Pointer(name))); errno != 0 {
		return errno
	}
	return nil
}
