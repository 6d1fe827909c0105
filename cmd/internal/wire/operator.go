package wire

import (
	"context"
	"log/slog"
	"os"
	"os/user"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/server"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// Operator plans and applies on a database with no server at all: whoever may
// open the database may do this.
type Operator struct {
	store    *postgres.Store
	services server.Services
	identity server.Identity
}

// OpenOperator opens a database in the name of this user.
func OpenOperator(ctx context.Context, dsn, team string) (*Operator, error) {
	store, err := openReady(ctx, dsn, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	id, err := store.TeamID(ctx, team)
	if err != nil {
		store.Close()
		return nil, &DatabaseError{Where: place(dsn), Err: err}
	}
	judge, err := Judge(1)
	if err != nil {
		store.Close()
		return nil, err
	}
	return &Operator{
		store:    store,
		services: server.NewServices(store, nil, slog.New(slog.DiscardHandler), "", judge),
		identity: server.Identity{TeamID: id, Team: team, Name: OperatorOrigin().Actor, Role: state.RoleOwner},
	}, nil
}

// Close closes the database.
func (o *Operator) Close() { o.store.Close() }

// Plan is that of PipelineService.
func (o *Operator) Plan(ctx context.Context, req *connect.Request[weirv1.PlanRequest]) (*connect.Response[weirv1.PlanResponse], error) {
	return o.services.Pipelines.Plan(server.WithIdentity(ctx, o.identity), req)
}

// Apply is that of PipelineService.
func (o *Operator) Apply(ctx context.Context, req *connect.Request[weirv1.ApplyRequest]) (*connect.Response[weirv1.ApplyResponse], error) {
	return o.services.Pipelines.Apply(server.WithIdentity(ctx, o.identity), req)
}

// ListPipelines is that of PipelineService.
func (o *Operator) ListPipelines(ctx context.Context, req *connect.Request[weirv1.ListPipelinesRequest]) (*connect.Response[weirv1.ListPipelinesResponse], error) {
	return o.services.Pipelines.ListPipelines(server.WithIdentity(ctx, o.identity), req)
}

// OperatorOrigin is this user on this machine, for the audit.
func OperatorOrigin() state.Origin {
	host, _ := os.Hostname()
	return state.Origin{Actor: userName() + " (database)", Address: host}
}

func userName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "somebody"
}
