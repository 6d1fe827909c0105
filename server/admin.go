package server

import (
	"context"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// Admin is AdminService.
type Admin struct {
	core
	version string
	looking chan struct{} // has room for the one checkup that goes on
}

// ServerInfo says what the server is, and as whom it knows the caller.
func (a *Admin) ServerInfo(ctx context.Context, req *connect.Request[weirv1.ServerInfoRequest]) (*connect.Response[weirv1.ServerInfoResponse], error) {
	return unary(ctx, a.core, req, func(ctx context.Context, id Identity, _ *weirv1.ServerInfoRequest) (*weirv1.ServerInfoResponse, error) {
		sets, err := a.store.WorkerTags(ctx, id.TeamID)
		out := &weirv1.ServerInfoResponse{Version: a.version, Team: id.Team, Role: string(id.Role)}
		for _, tags := range sets {
			out.WorkerTags = append(out.WorkerTags, &weirv1.WorkerTags{Tags: tags})
		}
		return out, err
	})
}

// ListWorkers lists the workers of all teams.
func (a *Admin) ListWorkers(ctx context.Context, req *connect.Request[weirv1.ListWorkersRequest]) (*connect.Response[weirv1.ListWorkersResponse], error) {
	return unary(ctx, a.core, req, func(ctx context.Context, _ Identity, _ *weirv1.ListWorkersRequest) (*weirv1.ListWorkersResponse, error) {
		views, err := a.store.WorkerViews(ctx)
		out := &weirv1.ListWorkersResponse{}
		for _, v := range views {
			out.Workers = append(out.Workers, workerMessage(v))
		}
		return out, err
	})
}
