package server

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// pipelineExists is nil for "", which stands for all of the team.
func (c core) pipelineExists(ctx context.Context, team, pipeline string) error {
	if pipeline == "" {
		return nil
	}
	err := c.store.HasPipeline(ctx, team, pipeline)
	if errors.Is(err, state.ErrNotFound) {
		return noPipeline(team, pipeline)
	}
	return err
}

func noPipeline(team, pipeline string) error {
	return notFound("team %s has no pipeline %s: apply one, or see the list of pipelines", team, pipeline)
}

func (c core) findJob(ctx context.Context, team, pipeline, job string) (postgres.ObjectView, error) {
	return c.findObject(ctx, team, pipeline, graph.KindJob, job)
}

func (c core) findResource(ctx context.Context, team, pipeline, resource string) (postgres.ObjectView, error) {
	return c.findObject(ctx, team, pipeline, graph.KindResource, resource)
}

// findObject finds a job or resource by name or address.
func (c core) findObject(ctx context.Context, team, pipeline string, kind graph.Kind, name string) (postgres.ObjectView, error) {
	if pipeline == "" || name == "" {
		return postgres.ObjectView{}, invalid("the request must name a pipeline and a %s", kind)
	}
	if err := c.pipelineExists(ctx, team, pipeline); err != nil {
		return postgres.ObjectView{}, err
	}
	found, err := c.store.FindObject(ctx, team, pipeline, kind, name)
	var ambiguous *postgres.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		err = connect.NewError(connect.CodeInvalidArgument, ambiguous)
	case errors.Is(err, state.ErrNotFound):
		err = notFound("pipeline %s has no %s %s: see the list of its %ss", pipeline, kind, name, kind)
	}
	return found, err
}
