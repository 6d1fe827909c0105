package workerapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state/postgres"
)

// Attach is weirv1connect.WorkerServiceHandler: a worker comes for a session.
func (h *Handler) Attach(ctx context.Context, stream *connect.BidiStream[weirv1.AttachRequest, weirv1.AttachResponse]) error {
	w, err := h.worker(ctx, stream.RequestHeader())
	if err != nil {
		return err
	}
	first, err := stream.Receive()
	if err != nil {
		return err
	}
	free, _ := ctx.Value(freeKey{}).(func())
	if h.opts.Sessions == nil || free == nil || !h.opts.Sessions.Join(ctx, first.GetSession(), w.ID, stream, free) {
		return connect.NewError(connect.CodeNotFound, errors.New("nobody waits for this session at this server"))
	}
	return nil
}

type freeKey struct{}

// freeable puts into a request's context what has its writes fail at once: one that
// waits for a worker that does not read would hold up the end of its session.
func freeable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		free := func() { _ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0)) }
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), freeKey{}, free)))
	})
}

// attach passes on what another server, or this one, asks of the worker.
func (o *orders) attach(payload string) error {
	a, ok := postgres.ParseAttach(payload)
	if !ok || a.WorkerID != o.worker.ID {
		return nil
	}
	return o.stream.Send(&weirv1.OrdersResponse{Order: &weirv1.OrdersResponse_Attach{
		Attach: &weirv1.AttachOrder{Session: a.Session, Server: a.Server},
	}})
}
