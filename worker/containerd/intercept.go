package containerd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"sync/atomic"

	"github.com/containerd/containerd/v2/client"
	"github.com/containerd/containerd/v2/pkg/cio"
	"github.com/containerd/errdefs"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/rundir"
	"github.com/weirci/weir/worker/shim"
)

// imageFile has the image that a run was started with: what its container was made of.
const imageFile = "image.json"

// Intercept is worker.Interceptor. Beside a program that runs, the session is one
// more process of its container. Of a container whose program has ended the files are
// left: another is made of them, which all sessions share, and goes with the last.
func (r *Runtime) Intercept(ctx context.Context, t worker.Task, s worker.Session) (int, error) {
	if err := rundir.Check(t.RunID); err != nil || !r.runs.Exists(t.RunID) {
		return 0, fmt.Errorf("run %s: %w", t.RunID, worker.ErrUnknownRun)
	}
	ctx = r.in(ctx)
	var root rootImage
	if err := r.runs.LoadFrom(t.RunID, imageFile, &root); err != nil {
		return 0, err
	}
	t.Argv = s.Program()
	init, err := initConfig(sessionTask(t), &root, r.filter)
	if err != nil {
		return 0, &worker.UserError{Err: err}
	}
	init.Env = append(init.Env, s.Environ()...)
	id, leave, err := r.whereTo(ctx, t, &root)
	if err != nil {
		return 0, err
	}
	defer leave()
	return r.exec(ctx, id, init, s)
}

// sessionTask is a task whose program a person chose.
func sessionTask(t worker.Task) worker.Task {
	if t.Image.BuiltIn != "" {
		t.Image = worker.Image{}
	}
	t.Stdin, t.ResultOnStdout = nil, false
	return t
}

// whereTo gives the container for a session.
func (r *Runtime) whereTo(ctx context.Context, t worker.Task, root *rootImage) (id string, leave func(), err error) {
	var ended worker.Exit
	if r.runs.LoadFrom(t.RunID, endedFile, &ended) != nil {
		return t.RunID, func() {}, nil
	}
	return r.reopen(ctx, t, root)
}

// exec runs the session's program. The init becomes it, in its filter and as its user.
func (r *Runtime) exec(ctx context.Context, id string, init shim.Config, s worker.Session) (int, error) {
	container, err := r.client.LoadContainer(ctx, id)
	if err != nil {
		return 0, justGone(err)
	}
	spec, err := container.Spec(ctx)
	if err != nil {
		return 0, justGone(err)
	}
	task, err := container.Task(ctx, nil)
	if err != nil {
		return 0, justGone(err)
	}
	p, err := sessionProcess(spec.Process, init, s)
	if err != nil {
		return 0, err
	}
	in := &closingReader{Reader: s.Stdin}
	process, err := task.Exec(ctx, r.sessionID(), p, sessionIO(s, in, filepath.Join(RunDir(r.cfg.Dir), "fifo")))
	if err != nil {
		return 0, fmt.Errorf("run in the container: %w", justGone(err))
	}
	defer func() {
		_, _ = process.Delete(context.WithoutCancel(ctx), client.WithProcessKill)
	}()
	in.close.Store(func() { _ = process.CloseIO(ctx, client.WithStdinCloser) })
	return follow(ctx, process, s)
}

func (r *Runtime) sessionID() string { return fmt.Sprintf("session-%d", r.sessions.Add(1)) }

// justGone: between two looks the program has ended.
func justGone(err error) error {
	if errdefs.IsNotFound(err) {
		return &worker.UserError{Err: errors.New("the program of the step has ended at this moment: try again")}
	}
	return err
}

// sessionProcess is the container's own process but for what it runs.
func sessionProcess(of *specs.Process, init shim.Config, s worker.Session) (*specs.Process, error) {
	text, err := shim.EnterText(init)
	if err != nil {
		return nil, err
	}
	p := *of
	p.Args = []string{path.Join(inside, "init"), "init", shim.Enter}
	p.Env = []string{"GOMAXPROCS=1", shim.EnterVariable + "=" + text}
	p.Cwd, p.Terminal = "/", s.Terminal
	if s.Terminal && s.Size.Columns > 0 {
		p.ConsoleSize = &specs.Box{Width: uint(s.Size.Columns), Height: uint(s.Size.Rows)}
	}
	return &p, nil
}

func sessionIO(s worker.Session, in io.Reader, dir string) cio.Creator {
	opts := []cio.Opt{cio.WithStreams(in, s.Stdout, s.Stderr), cio.WithFIFODir(dir)}
	if s.Terminal {
		opts = []cio.Opt{cio.WithStreams(in, s.Stdout, nil), cio.WithTerminal, cio.WithFIFODir(dir)}
	}
	return cio.NewCreator(opts...)
}

// follow starts the program and stays with it up to its end.
func follow(ctx context.Context, process client.Process, s worker.Session) (int, error) {
	ends, err := process.Wait(context.WithoutCancel(ctx))
	if err != nil {
		return 0, err
	}
	if err := process.Start(ctx); err != nil {
		return 0, fmt.Errorf("run in the container: %w", err)
	}
	if s.Terminal { // not all versions take it from the specification
		_ = process.Resize(ctx, uint32(s.Size.Columns), uint32(s.Size.Rows))
	}
	stop := context.AfterFunc(ctx, func() { _ = process.Kill(context.WithoutCancel(ctx), unix.SIGKILL) })
	defer stop()
	sizes := s.Sizes
	for {
		select {
		case size, ok := <-sizes:
			if !ok {
				sizes = nil
				continue
			}
			_ = process.Resize(ctx, uint32(size.Columns), uint32(size.Rows))
		case end := <-ends:
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			process.IO().Wait() // for all that it wrote
			return int(end.ExitCode()), end.Error()
		}
	}
}

// closingReader tells the shim, which holds the other end open, that there is no more
// to read.
type closingReader struct {
	io.Reader
	close atomic.Value // func()
}

func (r *closingReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	if err != nil {
		if shut, ok := r.close.Load().(func()); ok {
			shut()
		}
	}
	return n, err
}
