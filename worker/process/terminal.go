package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
)

// onTerminal runs a program on a terminal of its own.
func onTerminal(ctx context.Context, cmd *exec.Cmd, s worker.Session) (int, error) {
	ours, theirs, err := openTerminal()
	if err != nil {
		return 0, fmt.Errorf("make a terminal: %w", err)
	}
	defer func() { _ = ours.Close() }()
	resize(ours, s.Size)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
	cmd.SysProcAttr.Setctty = true
	err = cmd.Start()
	_ = theirs.Close()
	if err != nil {
		return notStarted(s.Stdout, cmd, err)
	}
	go func() { _, _ = io.Copy(ours, s.Stdin) }() // ends with the terminal, or who types
	written := make(chan struct{})
	go func() {
		defer close(written)
		_, _ = io.Copy(s.Stdout, ours) // up to EIO: nobody has the other side any more
	}()
	ended := make(chan struct{})
	defer close(ended)
	go follow(ours, s.Sizes, ended)
	code, err := await(ctx, cmd)
	select {
	case <-written:
	case <-time.After(lastWords):
	}
	return code, err
}

// follow makes the terminal as large as the person's.
func follow(tty *os.File, sizes <-chan worker.Size, ended <-chan struct{}) {
	for {
		select {
		case <-ended:
			return
		case size, ok := <-sizes:
			if !ok {
				return
			}
			resize(tty, size)
		}
	}
}

func openTerminal() (ours, theirs *os.File, err error) {
	ours, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	number := 0
	err = onFD(ours, func(fd int) (err error) {
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		number, err = unix.IoctlGetInt(fd, unix.TIOCGPTN)
		return err
	})
	if err == nil {
		theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		_ = ours.Close()
		return nil, nil, err
	}
	return ours, theirs, nil
}

func resize(tty *os.File, size worker.Size) {
	if size.Columns == 0 || size.Rows == 0 {
		return
	}
	_ = onFD(tty, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: size.Rows, Col: size.Columns})
	})
}

// onFD does not make the file blocking, as Fd would.
func onFD(f *os.File, do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var done error
	if err := raw.Control(func(fd uintptr) { done = do(int(fd)) }); err != nil {
		return err
	}
	return done
}
