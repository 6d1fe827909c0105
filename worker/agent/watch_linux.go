package agent

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// lull is how long the reader rests between two reads: a program that writes a
// hundred thousand lines makes as many events, which the kernel merges meanwhile.
const lull = 2 * time.Millisecond

// watcher tells of growing files through one inotify instance: users have few.
type watcher struct {
	file *os.File
	done chan struct{}

	mu     sync.Mutex
	byWD   map[int32]chan struct{}
	closed bool
}

func newWatcher() (*watcher, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("inotify: %w", err)
	}
	w := &watcher{file: os.NewFile(uintptr(fd), "inotify"), done: make(chan struct{}), byWD: map[int32]chan struct{}{}}
	go w.read()
	return w, nil
}

// watch gives a channel with something in it whenever the file was written to.
func (w *watcher) watch(path string) (<-chan struct{}, func(), error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, nil, os.ErrClosed
	}
	var wd int
	var err error
	if e := w.control(func(fd int) { wd, err = unix.InotifyAddWatch(fd, path, unix.IN_MODIFY) }); e != nil {
		return nil, nil, e
	}
	if err != nil {
		return nil, nil, fmt.Errorf("inotify: %s: %w", path, err)
	}
	c := make(chan struct{}, 1)
	w.byWD[int32(wd)] = c
	return c, func() { w.unwatch(int32(wd)) }, nil
}

func (w *watcher) unwatch(wd int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.byWD, wd)
	if !w.closed { // the watch of a file that was deleted is gone already
		_ = w.control(func(fd int) { _, _ = unix.InotifyRmWatch(fd, uint32(wd)) })
	}
}

func (w *watcher) control(f func(fd int)) error {
	c, err := w.file.SyscallConn()
	if err != nil {
		return err
	}
	return c.Control(func(fd uintptr) { f(int(fd)) })
}

func (w *watcher) read() {
	defer close(w.done)
	buf := make([]byte, 64<<10)
	for {
		n, err := w.file.Read(buf)
		if err != nil {
			return
		}
		w.events(buf[:n])
		time.Sleep(lull)
	}
}

func (w *watcher) events(b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(b) >= unix.SizeofInotifyEvent {
		wd := int32(binary.NativeEndian.Uint32(b))
		mask, name := binary.NativeEndian.Uint32(b[4:]), binary.NativeEndian.Uint32(b[12:])
		b = b[unix.SizeofInotifyEvent+int(name):]
		if mask&unix.IN_Q_OVERFLOW != 0 { // some are missing: they may be anybody's
			for _, c := range w.byWD {
				tell(c)
			}
			continue
		}
		tell(w.byWD[wd])
	}
}

// tell does nothing to a nil channel: an event that was on its way at unwatch.
func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (w *watcher) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.file.Close()
	<-w.done
}
