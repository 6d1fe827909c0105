package server

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// Pipelines is PipelineService.
type Pipelines struct{ core }

// Plan compares a graph with what is applied.
func (p *Pipelines) Plan(ctx context.Context, req *connect.Request[weirv1.PlanRequest]) (*connect.Response[weirv1.PlanResponse], error) {
	return unary(ctx, p.core, req, p.plan)
}

// Apply makes a plan true, or refuses it whole.
func (p *Pipelines) Apply(ctx context.Context, req *connect.Request[weirv1.ApplyRequest]) (*connect.Response[weirv1.ApplyResponse], error) {
	return unary(ctx, p.core, req, p.apply)
}

// ListPipelines lists the pipelines of the team.
func (p *Pipelines) ListPipelines(ctx context.Context, req *connect.Request[weirv1.ListPipelinesRequest]) (*connect.Response[weirv1.ListPipelinesResponse], error) {
	return unary(ctx, p.core, req, p.list)
}

// GetGraph gives what a revision applied.
func (p *Pipelines) GetGraph(ctx context.Context, req *connect.Request[weirv1.GetGraphRequest]) (*connect.Response[weirv1.GetGraphResponse], error) {
	return unary(ctx, p.core, req, p.getGraph)
}

// Drift says what is not as it was applied.
func (p *Pipelines) Drift(ctx context.Context, req *connect.Request[weirv1.DriftRequest]) (*connect.Response[weirv1.DriftResponse], error) {
	return unary(ctx, p.core, req, p.drift)
}

func (p *Pipelines) list(ctx context.Context, id Identity, req *weirv1.ListPipelinesRequest) (*weirv1.ListPipelinesResponse, error) {
	views, err := p.store.PipelineViews(ctx, id.Team, req.All)
	out := &weirv1.ListPipelinesResponse{}
	for _, v := range views {
		out.Pipelines = append(out.Pipelines, &weirv1.Pipeline{
			Name: v.Name, Revision: v.Revision, Digest: v.Digest, Paused: v.Paused, Archived: v.Archived,
			Jobs: v.Jobs, Resources: v.Resources, LastActor: v.Actor, LastApplied: stamp(v.AppliedAt),
		})
	}
	return out, err
}

func (p *Pipelines) getGraph(ctx context.Context, id Identity, req *weirv1.GetGraphRequest) (*weirv1.GetGraphResponse, error) {
	if req.Revision < 0 {
		return nil, invalid("revisions are numbered from 1; 0 is the current one")
	}
	g, revision, err := p.graphAt(ctx, id, req.Pipeline, req.Revision)
	if err != nil {
		return nil, err
	}
	return &weirv1.GetGraphResponse{Graph: g.Encode(), Revision: revision}, nil
}

func (p *Pipelines) graphAt(ctx context.Context, id Identity, pipeline string, revision int64) (*graph.Graph, int64, error) {
	if revision == 0 {
		g, current, err := p.store.CurrentGraph(ctx, id.TeamID, pipeline)
		if err == nil && g == nil {
			err = noPipeline(id.Team, pipeline)
		}
		return g, current, err
	}
	if err := p.pipelineExists(ctx, id.Team, pipeline); err != nil {
		return nil, 0, err
	}
	g, err := p.store.GraphAt(ctx, id.TeamID, pipeline, revision)
	if errors.Is(err, state.ErrNotFound) {
		err = notFound("pipeline %s has no revision %d", pipeline, revision)
	}
	return g, revision, err
}
