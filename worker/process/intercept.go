package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/rundir"
)

// lastWords is how long what a program has written is waited for after its end, when
// what it left behind holds on to its output.
const lastWords = time.Second

// Intercept is worker.Interceptor: a program in the run's directory.
func (r *Runtime) Intercept(ctx context.Context, t worker.Task, s worker.Session) (int, error) {
	if err := rundir.Check(t.RunID); err != nil || !r.runs.Exists(t.RunID) {
		return 0, fmt.Errorf("run %s: %w", t.RunID, worker.ErrUnknownRun)
	}
	dir := r.runs.Path(t.RunID)
	p := newPaths(dir, t.Mounts)
	argv := p.texts(s.Program())
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = p.path(cmp.Or(t.Dir, worker.BuildDir))
	cmd.Env = append(r.environ(dir, p, t), s.Environ()...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.WaitDelay = lastWords
	if s.Terminal {
		return onTerminal(ctx, cmd, s)
	}
	return onPipes(ctx, cmd, s)
}

func onPipes(ctx context.Context, cmd *exec.Cmd, s worker.Session) (int, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return 0, err
	}
	cmd.Stdout, cmd.Stderr = s.Stdout, s.Stderr
	if err := cmd.Start(); err != nil {
		return notStarted(s.Stderr, cmd, err)
	}
	go func() { // not waited for: who types may never end
		_, _ = io.Copy(in, s.Stdin)
		_ = in.Close()
	}()
	return await(ctx, cmd)
}

// await gives the exit code. What is left of the program's group is killed.
func await(ctx context.Context, cmd *exec.Cmd) (int, error) {
	group := -cmd.Process.Pid
	stop := context.AfterFunc(ctx, func() { _ = unix.Kill(group, unix.SIGKILL) })
	defer stop()
	err := cmd.Wait()
	_ = unix.Kill(group, unix.SIGKILL)
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay):
		return 0, err
	}
	if st, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && st.Signaled() {
		return 128 + int(st.Signal()), nil
	}
	return cmd.ProcessState.ExitCode(), nil
}

func notStarted(to io.Writer, cmd *exec.Cmd, err error) (int, error) {
	if !errors.Is(err, exec.ErrNotFound) && !errors.Is(err, unix.ENOENT) {
		return 0, &worker.UserError{Err: err}
	}
	_, err = fmt.Fprintf(to, "weir: command %q is not on this worker\n", cmd.Path)
	return worker.NotRun, err
}
