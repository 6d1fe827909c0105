package server

import (
	"context"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// PauseJob keeps the builds of a job from starting, or lets them.
func (b *Builds) PauseJob(ctx context.Context, req *connect.Request[weirv1.PauseJobRequest]) (*connect.Response[weirv1.PauseJobResponse], error) {
	return unary(ctx, b.core, req, b.pauseJob)
}

// PausePipeline keeps all builds of a pipeline from starting, or lets them.
func (p *Pipelines) PausePipeline(ctx context.Context, req *connect.Request[weirv1.PausePipelineRequest]) (*connect.Response[weirv1.PausePipelineResponse], error) {
	return unary(ctx, p.core, req, p.pausePipeline)
}

func (b *Builds) pauseJob(ctx context.Context, id Identity, req *weirv1.PauseJobRequest) (*weirv1.PauseJobResponse, error) {
	job, err := b.findJob(ctx, id.Team, req.Pipeline, req.Job)
	if err != nil {
		return nil, err
	}
	if !job.Live {
		return nil, notFound("job %s was removed from pipeline %s: only its builds are left", req.Job, req.Pipeline)
	}
	return &weirv1.PauseJobResponse{}, b.store.PauseJob(ctx, id.Team, job.ID, id.Name, req.Paused)
}

func (p *Pipelines) pausePipeline(ctx context.Context, id Identity, req *weirv1.PausePipelineRequest) (*weirv1.PausePipelineResponse, error) {
	if req.Pipeline == "" {
		return nil, invalid("the request must name a pipeline")
	}
	if err := p.pipelineExists(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	if err := p.notArchived(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	return &weirv1.PausePipelineResponse{}, p.store.PausePipeline(ctx, id.Team, req.Pipeline, id.Name, req.Paused)
}
