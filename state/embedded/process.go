package embedded

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
)

// process is PostgreSQL's first process, whose end is the end of all.
type process struct {
	cmd      *exec.Cmd
	stopping atomic.Bool
	done     chan struct{}
	err      error // valid when done is closed
}

// startProcess starts it on a thread that lives as long as it does: the kernel
// sends the parent-death signal when the *thread* that started it ends.
func startProcess(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.supervise(started)
	return p, <-started
}

func (p *process) supervise(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	if err := p.cmd.Wait(); !p.stopping.Load() {
		p.err = fmt.Errorf("PostgreSQL ended by itself: %w", cmpErr(err))
	}
}

func cmpErr(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop asks for a fast shutdown, then for an immediate one when ctx ends.
func (p *process) stop(ctx context.Context) error {
	p.stopping.Store(true)
	_ = p.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		p.kill()
		return fmt.Errorf("stop PostgreSQL: %w", ctx.Err())
	}
}

// kill ends it at once; the next start recovers from its log.
func (p *process) kill() {
	p.stopping.Store(true)
	_ = p.cmd.Process.Signal(syscall.SIGQUIT)
	<-p.done // PostgreSQL itself kills what does not end within five seconds
}
