package workerapi

import (
	"context"
	"errors"
	"fmt"

	"connectrpc.com/connect"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// asConnect gives an error its code; the first rule that matches decides. What a
// worker can do about a fault is to try again, so that is what all others say.
func (h *Handler) asConnect(doing string, err error) error {
	var (
		known      *connect.Error
		transition *state.TransitionError
	)
	code := connect.CodeUnavailable
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.Canceled):
		return connect.NewError(connect.CodeCanceled, err)
	case errors.Is(err, state.ErrFenced):
		return connect.NewError(connect.CodeFailedPrecondition, errors.New("there is a newer registration of this worker"))
	case errors.Is(err, postgres.ErrNameTaken):
		return connect.NewError(connect.CodeAlreadyExists, err)
	case errors.As(err, &transition):
		code = connect.CodeFailedPrecondition
	}
	h.opts.Log.Warn(doing, "err", err)
	return connect.NewError(code, fmt.Errorf("%s failed: see the server's log", doing))
}

func invalid(format string, args ...any) error {
	return connect.NewError(connect.CodeInvalidArgument, fmt.Errorf(format, args...))
}
