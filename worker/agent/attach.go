package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/worker"
)

// attach opens a stream for a person who wants into a run, and stays to the end of
// what they run there. Nothing of it is written down.
func (a *Agent) attach(ctx context.Context, order *weirv1.AttachOrder) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := a.client
	if order.GetServer() != "" {
		client = weirv1connect.NewWorkerServiceClient(a.http, order.GetServer())
	}
	stream := client.Attach(ctx)
	defer func() { _ = stream.CloseResponse() }()
	if err := a.attached(ctx, stream, order.GetSession()); err != nil && ctx.Err() == nil {
		a.opts.Log.Warn("a session in a container has no connection", "session", order.GetSession(), "err", err)
	}
}

// stayEvery is how often it is looked whether anybody is still there.
const stayEvery = 5 * time.Second

type attachStream = connect.BidiStreamForClient[weirv1.AttachRequest, weirv1.AttachResponse]

func (a *Agent) attached(ctx context.Context, stream *attachStream, session string) error {
	if err := stream.Send(&weirv1.AttachRequest{Said: &weirv1.AttachRequest_Session{Session: session}}); err != nil {
		return err
	}
	first, err := stream.Receive()
	if err != nil {
		return err
	}
	start := first.GetStart()
	if start == nil {
		return errors.New("the server did not say what to run")
	}
	log := a.opts.Log.With("run", start.GetRunId(), "session", session)
	log.Info("somebody is in the container")
	var mu sync.Mutex // all that is sent goes over one stream
	over := make(chan struct{})
	end := a.intercept(ctx, stream, &mu, start, over)
	mu.Lock()
	defer mu.Unlock()
	log.Info("and has left")
	err = stream.Send(&weirv1.AttachRequest{Said: &weirv1.AttachRequest_End{End: end}})
	err = errors.Join(err, stream.CloseRequest())
	select { // the server ends the stream; if this side did, what it has not read yet were lost
	case <-over:
	case <-ctx.Done():
	case <-time.After(callTimeout):
	}
	return err
}

// intercept runs the program, and says how it ended. over is closed when the stream is.
func (a *Agent) intercept(ctx context.Context, stream *attachStream, mu *sync.Mutex, start *weirv1.AttachStart, over chan<- struct{}) *weirv1.AttachEnd {
	in, ok := a.opts.Runtime.(worker.Interceptor)
	if !ok {
		close(over)
		return &weirv1.AttachEnd{Error: "the runtime of this worker lets nobody in"}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stdin, typed := io.Pipe()
	defer func() { _ = stdin.Close() }()
	sizes := make(chan worker.Size, 1)
	go func() {
		defer close(over)
		defer cancel() // the person, or the server, is gone
		hear(stream, typed, sizes)
	}()
	out := func(b []byte) *weirv1.AttachRequest {
		return &weirv1.AttachRequest{Said: &weirv1.AttachRequest_Stdout{Stdout: b}}
	}
	errs := func(b []byte) *weirv1.AttachRequest {
		return &weirv1.AttachRequest{Said: &weirv1.AttachRequest_Stderr{Stderr: b}}
	}
	go a.stay(ctx, cancel, stream, mu)
	task := taskOf(&weirv1.Start{RunId: start.GetRunId(), Task: start.GetTask()})
	code, err := in.Intercept(ctx, task, worker.Session{
		Argv: start.GetArgv(), Terminal: start.GetTerminal(), Term: start.GetTerm(), Size: sizeOf(start.GetSize()), Sizes: sizes,
		Stdin: stdin, Stdout: &sender{stream, mu, out}, Stderr: &sender{stream, mu, errs},
	})
	if err != nil {
		return &weirv1.AttachEnd{Error: err.Error(), Gone: errors.Is(err, worker.ErrUnknownRun)}
	}
	return &weirv1.AttachEnd{ExitCode: int32(code)}
}

// stay finds out that the other side is gone, also while what was typed waits for a
// program that does not read.
func (a *Agent) stay(ctx context.Context, leave func(), stream *attachStream, mu *sync.Mutex) {
	every := time.NewTicker(stayEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		mu.Lock()
		err := stream.Send(&weirv1.AttachRequest{})
		mu.Unlock()
		if err != nil {
			leave()
			return
		}
	}
}

// hear hands on what the person types, until the stream ends.
func hear(stream *attachStream, typed *io.PipeWriter, sizes chan worker.Size) {
	for {
		m, err := stream.Receive()
		if err != nil {
			typed.CloseWithError(fmt.Errorf("the connection ended: %w", err))
			return
		}
		switch told := m.GetTold().(type) {
		case *weirv1.AttachResponse_Stdin:
			_, _ = typed.Write(told.Stdin) // fails when the program does not want it any more
		case *weirv1.AttachResponse_StdinEnd:
			_ = typed.Close()
		case *weirv1.AttachResponse_Size:
			select {
			case <-sizes: // an older one that nobody has taken
			default:
			}
			sizes <- sizeOf(told.Size)
		}
	}
}

func sizeOf(s *weirv1.WindowSize) worker.Size {
	return worker.Size{Columns: uint16(s.GetColumns()), Rows: uint16(s.GetRows())}
}

// sender is an output of the program.
type sender struct {
	stream *attachStream
	mu     *sync.Mutex
	wrap   func([]byte) *weirv1.AttachRequest
}

func (s *sender) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.stream.Send(s.wrap(b)); err != nil {
		return 0, err
	}
	return len(b), nil
}
