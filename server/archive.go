package server

import (
	"context"
	"fmt"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

// ArchivePipeline has nothing of a pipeline run or be checked, or takes it up again.
func (p *Pipelines) ArchivePipeline(ctx context.Context, req *connect.Request[weirv1.ArchivePipelineRequest]) (*connect.Response[weirv1.ArchivePipelineResponse], error) {
	return unary(ctx, p.core, req, p.archivePipeline)
}

func (p *Pipelines) archivePipeline(ctx context.Context, id Identity, req *weirv1.ArchivePipelineRequest) (*weirv1.ArchivePipelineResponse, error) {
	if req.Pipeline == "" {
		return nil, invalid("the request must name a pipeline")
	}
	if err := p.pipelineExists(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	return &weirv1.ArchivePipelineResponse{}, p.store.ArchivePipeline(ctx, id.Team, req.Pipeline, id.Name, req.Archived)
}

// notArchived refuses to do something with a pipeline of which nothing is done.
func (c core) notArchived(ctx context.Context, team, pipeline string) error {
	archived, err := c.store.Archived(ctx, team, pipeline)
	if err != nil || !archived {
		return err
	}
	return connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf("pipeline %s is archived: nothing of it runs or is checked. Take it up again with `weir unarchive %s`, or by applying it", pipeline, pipeline))
}
