package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"connectrpc.com/connect"
	"github.com/jackc/pgx/v5/pgconn"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

var (
	errDatabase = errors.New("the database does not answer: nothing was changed; try again shortly, and if it stays so look at the server's log")
	errDisk     = errors.New("the disk of the database is full: nothing was changed; make room on it and try again")
	errBlob     = errors.New("the log is in an object store that does not give it now; if it stays so look at the server's log, and at its --log-store")
	errInternal = errors.New("the server failed at this: look at its log, where the cause is")
	errStopping = errors.New("the server is stopping: connect again")
)

// asConnect gives an error the form in which clients see it. The code is decided
// by the first rule that matches; an error that no rule knows says nothing of
// its cause, which is for the log only.
func asConnect(err error) error {
	var (
		known      *connect.Error
		stale      *state.StaleError
		transition *state.TransitionError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.As(err, &stale):
		return staleError(stale)
	case errors.As(err, &transition):
		return connect.NewError(connect.CodeFailedPrecondition, transition)
	case errors.Is(err, state.ErrNotFound):
		return connect.NewError(connect.CodeNotFound, err)
	case errors.Is(err, errStopping):
		return connect.NewError(connect.CodeUnavailable, errStopping)
	case errors.Is(err, context.Canceled):
		return connect.NewError(connect.CodeCanceled, errors.New("the call was given up"))
	case errors.Is(err, postgres.ErrBlob):
		return connect.NewError(connect.CodeUnavailable, errBlob)
	case diskFull(err):
		return connect.NewError(connect.CodeUnavailable, errDisk)
	case databaseDown(err):
		return connect.NewError(connect.CodeUnavailable, errDatabase)
	case errors.Is(err, context.DeadlineExceeded):
		return connect.NewError(connect.CodeDeadlineExceeded, errors.New("it took longer than the caller allowed"))
	}
	return connect.NewError(connect.CodeInternal, errInternal)
}

func staleError(stale *state.StaleError) error {
	out := connect.NewError(connect.CodeAborted, fmt.Errorf("%w; make a new plan", stale))
	msg := &weirv1.StalePlan{}
	for _, m := range stale.Moved {
		msg.Moved = append(msg.Moved, &weirv1.StalePlan_Moved{
			Address: m.Address, Expected: m.Expected, Actual: m.Actual, Revision: m.Revision, Actor: m.Actor,
		})
	}
	if detail, err := connect.NewErrorDetail(msg); err == nil {
		out.AddDetail(detail)
	}
	return out
}

// databaseDown knows the ways in which PostgreSQL is not there: no connection,
// one that broke, and the states with which it says that it starts or stops.
func databaseDown(err error) bool {
	var (
		refused *pgconn.ConnectError
		said    *pgconn.PgError
		network net.Error
	)
	switch {
	case errors.As(err, &refused), errors.As(err, &network), pgconn.SafeToRetry(err):
		return true
	case errors.As(err, &said):
		return strings.HasPrefix(said.Code, "08") || strings.HasPrefix(said.Code, "57P") || said.Code == "53300"
	}
	return errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "conn closed")
}

// diskFull is what PostgreSQL says as long as it can work at all without room.
func diskFull(err error) bool {
	const diskFull = "53100"
	var said *pgconn.PgError
	return errors.As(err, &said) && said.Code == diskFull
}

func invalid(format string, args ...any) error {
	return connect.NewError(connect.CodeInvalidArgument, fmt.Errorf(format, args...))
}

func notFound(format string, args ...any) error {
	return connect.NewError(connect.CodeNotFound, fmt.Errorf(format, args...))
}

func refused(format string, args ...any) error {
	return connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf(format, args...))
}
