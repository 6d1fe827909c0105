package network

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// makeNamespace mounts a new network namespace, with loopback up and IPv6 off, on
// a file. It uses a thread of its own that ends with it.
func makeNamespace(path string) error {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread must not serve others in its new namespace
		result <- mountNew(path)
	}()
	if err := <-result; err != nil {
		return errors.Join(fmt.Errorf("make network namespace: %w", err), os.Remove(path))
	}
	return nil
}

func mountNew(path string) error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return os.NewSyscallError("unshare", err)
	}
	for _, which := range []string{"all", "default"} {
		err := os.WriteFile("/proc/sys/net/ipv6/conf/"+which+"/disable_ipv6", []byte("1"), 0)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a kernel without IPv6
			return err
		}
	}
	if err := setUp("lo", true); err != nil {
		return err
	}
	self := fmt.Sprintf("/proc/self/task/%d/ns/net", unix.Gettid())
	return os.NewSyscallError("mount", unix.Mount(self, path, "", unix.MS_BIND, ""))
}

// removeNamespace gives up a namespace; the kernel removes it, with its
// interfaces, when no process is left in it.
func removeNamespace(path string) error {
	if err := unix.Unmount(path, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("unmount %s: %w", path, err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// isNamespace tells whether a kernel object is mounted there; after a boot there
// is only the file.
func isNamespace(path string) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && st.Type == unix.NSFS_MAGIC
}

// setUp brings an interface of the current namespace up or down.
func setUp(name string, up bool) error {
	return withInterface(name, func(fd int, req *unix.Ifreq) error {
		if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, req); err != nil {
			return err
		}
		flags := req.Uint16() &^ unix.IFF_UP
		if up {
			flags |= unix.IFF_UP
		}
		req.SetUint16(flags)
		return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, req)
	})
}

// removeBridge deletes the bridge, if it is there.
func removeBridge(name string) error {
	if _, err := os.Stat(filepath.Join("/sys/class/net", name)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := setUp(name, false); err != nil {
		return err
	}
	text, err := unix.BytePtrFromString(name)
	if err != nil {
		return err
	}
	return withInterface(name, func(fd int, _ *unix.Ifreq) error { return deleteBridge(fd, text) })
}

func withInterface(name string, do func(int, *unix.Ifreq) error) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer func() { _ = unix.Close(fd) }()
	req, err := unix.NewIfreq(name)
	if err != nil {
		return fmt.Errorf("interface %s: %w", name, err)
	}
	if err := do(fd, req); err != nil {
		return fmt.Errorf("interface %s: %w", name, err)
	}
	return nil
}
