package workerapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"connectrpc.com/connect"

	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// worker is who calls: nobody gets any further without a worker's own key.
func (h *Handler) worker(ctx context.Context, header http.Header) (postgres.WorkerIdentity, error) {
	key, err := workerKey(header)
	if err != nil {
		return postgres.WorkerIdentity{}, err
	}
	w, err := h.store.AuthenticateWorker(ctx, key)
	if errors.Is(err, state.ErrNotFound) {
		return w, unauthenticated("this worker's key is not valid here: the worker was removed, or another has its name now; enrol it again")
	}
	if err != nil {
		return w, h.asConnect("looking up a worker's key", err)
	}
	return w, nil
}

func workerKey(header http.Header) (string, error) {
	return bearer(header, "weirw_", "a worker's key")
}

func bearer(header http.Header, prefix, what string) (string, error) {
	key, ok := strings.CutPrefix(header.Get("Authorization"), "Bearer ")
	if !ok || !strings.HasPrefix(key, prefix) {
		return "", unauthenticated("this call wants %s (%s…) as bearer token", what, prefix)
	}
	return key, nil
}

func unauthenticated(format string, args ...any) error {
	return connect.NewError(connect.CodeUnauthenticated, fmt.Errorf(format, args...))
}
