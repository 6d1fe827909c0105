package server

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/server/intercept"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// Intercept is what it takes to let people into containers.
type Intercept struct {
	Sessions *intercept.Sessions
	Secrets  Secrets // of tasks; nil: no container whose task names some can be entered
	// Advertise is the URL at which workers reach this server and no other; "": the
	// one that they know.
	Advertise string
}

// Secrets puts the values of secrets into a task: *secret.Resolver.
type Secrets interface {
	Fill(ctx context.Context, t *weirv1.Task) (values []string, err error)
}

const (
	// held is how long a container is held for who is in it, and holdEvery how often.
	held      = time.Minute
	holdEvery = 15 * time.Second
	// comes is how long a worker may take to open its stream.
	comes = 15 * time.Second
)

// Intercept runs a program in a container. Neither what it reads nor what it writes
// is kept or logged.
func (b *Builds) Intercept(ctx context.Context, stream *connect.BidiStream[weirv1.InterceptRequest, weirv1.InterceptResponse]) error {
	id, ok := IdentityOf(ctx)
	if !ok {
		return connect.NewError(connect.CodeUnauthenticated, errNoToken)
	}
	first, err := stream.Receive()
	if err != nil {
		return err
	}
	if err := b.enter(ctx, id, first.GetStart(), stream); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return b.fail(ctx, id, err)
	}
	return nil
}

type interceptStream = connect.BidiStream[weirv1.InterceptRequest, weirv1.InterceptResponse]

func (b *Builds) enter(ctx context.Context, id Identity, start *weirv1.InterceptStart, stream *interceptStream) error {
	if start == nil || uuid.Validate(start.GetRunId()) != nil {
		return invalid("the first message says into which run's container: its id, as in ListContainers")
	}
	if b.intercept.Sessions == nil {
		return connect.NewError(connect.CodeUnimplemented, errors.New("this server lets nobody into containers"))
	}
	program := "a shell"
	if len(start.GetArgv()) > 0 { // its arguments may be secret
		program = path.Base(start.GetArgv()[0])
	}
	entry, err := b.store.EnterContainer(ctx, id.Team, start.GetRunId(), id.Name, program, held)
	if errors.Is(err, state.ErrNotFound) {
		return notFound("the container of this run is not there any more: weir intercept says of each why")
	}
	if err != nil {
		return err
	}
	told, err := b.attachStart(ctx, entry, start)
	if err != nil {
		return err
	}
	session, leave, err := b.call(ctx, entry)
	if err != nil {
		return err
	}
	defer leave()
	if !session.Send(&weirv1.AttachResponse{Told: &weirv1.AttachResponse_Start{Start: told}}) {
		return workerLeft(entry)
	}
	go passIn(stream, session)
	return passOut(stream, session, entry)
}

// attachStart is what the worker is told: the run's own task, with its secrets.
func (b *Builds) attachStart(ctx context.Context, e postgres.Entry, start *weirv1.InterceptStart) (*weirv1.AttachStart, error) {
	task := &weirv1.Task{}
	if err := proto.Unmarshal(e.Task, task); err != nil {
		return nil, fmt.Errorf("the task of run %s: %w", e.Run, err)
	}
	if len(task.GetLater()) > 0 {
		if b.intercept.Secrets == nil {
			return nil, connect.NewError(connect.CodeFailedPrecondition, errors.New("this server reads no secrets, which the step names"))
		}
		if _, err := b.intercept.Secrets.Fill(ctx, task); err != nil {
			return nil, connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf("the secrets that the step names cannot be read: %w", err))
		}
	}
	return &weirv1.AttachStart{RunId: e.Run, Task: task, Argv: start.GetArgv(), Terminal: start.GetTerminal(), Size: start.GetSize(), Term: start.GetTerm()}, nil
}

// call has the worker open its stream. The container is held until leave is called,
// which ends the stream.
func (b *Builds) call(ctx context.Context, e postgres.Entry) (session *intercept.Session, leave func(), err error) {
	name := uuid.NewString()
	session = b.intercept.Sessions.Open(name, e.WorkerID)
	end := context.AfterFunc(ctx, func() { b.intercept.Sessions.Close(name) })
	leave = func() { end(); b.intercept.Sessions.Close(name) }
	b.store.SendAttach(postgres.Attach{WorkerID: e.WorkerID, Session: name, Server: b.intercept.Advertise})
	late := time.NewTimer(comes)
	defer late.Stop()
	select {
	case <-session.Joined():
		go b.hold(ctx, e.Run, session)
		return session, leave, nil
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-late.C:
		err = connect.NewError(connect.CodeUnavailable, fmt.Errorf(
			"worker %s was called and did not come within %s: is it up (weir workers)? Where several servers share an address, each needs its own as --advertise", e.Worker, comes))
	}
	leave()
	return nil, nil, err
}

// hold keeps the container from being destroyed while somebody is in it.
func (b *Builds) hold(ctx context.Context, run string, session *intercept.Session) {
	every := time.NewTicker(holdEvery)
	defer every.Stop()
	for {
		select {
		case <-session.Over():
			return
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if _, err := b.store.HoldContainer(ctx, run, held); err != nil && ctx.Err() == nil {
			b.log.WarnContext(ctx, "the container that somebody is in cannot be held", "run", run, "error", err)
		}
	}
}

// passIn hands on what the person types, until either end is gone.
func passIn(stream *interceptStream, session *intercept.Session) {
	for {
		m, err := stream.Receive()
		if err != nil {
			// The person may be gone or just have nothing more to say: who waits for the
			// worker finds out which.
			session.Send(&weirv1.AttachResponse{Told: &weirv1.AttachResponse_StdinEnd{StdinEnd: true}})
			return
		}
		out := &weirv1.AttachResponse{}
		switch said := m.GetSaid().(type) {
		case *weirv1.InterceptRequest_Stdin:
			out.Told = &weirv1.AttachResponse_Stdin{Stdin: said.Stdin}
		case *weirv1.InterceptRequest_StdinEnd:
			out.Told = &weirv1.AttachResponse_StdinEnd{StdinEnd: said.StdinEnd}
		case *weirv1.InterceptRequest_Size:
			out.Told = &weirv1.AttachResponse_Size{Size: said.Size}
		default:
			continue
		}
		if !session.Send(out) {
			return
		}
	}
}

// passOut hands on what the program writes, up to its end.
func passOut(stream *interceptStream, session *intercept.Session, e postgres.Entry) error {
	for {
		m, ok := session.Receive()
		if !ok {
			return workerLeft(e)
		}
		out := &weirv1.InterceptResponse{}
		switch said := m.GetSaid().(type) {
		case *weirv1.AttachRequest_Stdout:
			out.Told = &weirv1.InterceptResponse_Stdout{Stdout: said.Stdout}
		case *weirv1.AttachRequest_Stderr:
			out.Told = &weirv1.InterceptResponse_Stderr{Stderr: said.Stderr}
		case *weirv1.AttachRequest_End:
			if said.End.GetError() != "" {
				return endError(e, said.End)
			}
			return stream.Send(&weirv1.InterceptResponse{Told: &weirv1.InterceptResponse_ExitCode{ExitCode: said.End.GetExitCode()}})
		default:
			continue
		}
		if err := stream.Send(out); err != nil {
			return err
		}
	}
}

func endError(e postgres.Entry, end *weirv1.AttachEnd) error {
	if end.GetGone() {
		return notFound("worker %s has nothing of this run any more", e.Worker)
	}
	return connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf("worker %s: %s", e.Worker, end.GetError()))
}

func workerLeft(e postgres.Entry) error {
	return connect.NewError(connect.CodeUnavailable, fmt.Errorf("worker %s ended the connection", e.Worker))
}
