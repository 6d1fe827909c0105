package server

import (
	"context"
	"errors"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
)

// LastCheck is the newest check of a resource, with its output.
func (r *Resources) LastCheck(ctx context.Context, req *connect.Request[weirv1.LastCheckRequest]) (*connect.Response[weirv1.LastCheckResponse], error) {
	return unary(ctx, r.core, req, r.lastCheck)
}

func (r *Resources) lastCheck(ctx context.Context, id Identity, req *weirv1.LastCheckRequest) (*weirv1.LastCheckResponse, error) {
	found, err := r.findLive(ctx, id.Team, req.Pipeline, req.Resource)
	if err != nil {
		return nil, err
	}
	c, err := r.store.LastCheck(ctx, id.Team, found.ID)
	if errors.Is(err, state.ErrNotFound) {
		return &weirv1.LastCheckResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	return &weirv1.LastCheckResponse{
		Status: c.Status, ExitCode: c.ExitCode, Message: c.Message, Worker: c.Worker, Log: strings.ToValidUTF8(c.Log, "\uFFFD"),
		CreatedAt: timestamppb.New(c.CreatedAt), StartedAt: stamp(c.StartedAt), EndedAt: stamp(c.EndedAt),
	}, nil
}
