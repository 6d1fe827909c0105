package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/param"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// Builds is BuildService.
type Builds struct {
	core
	intercept Intercept
	listener  Listener
	poll      time.Duration // how often Watch looks when it hears nothing
	patience  time.Duration // for how long Watch waits for a database that is away
}

// ListJobs lists the jobs of a pipeline or team.
func (b *Builds) ListJobs(ctx context.Context, req *connect.Request[weirv1.ListJobsRequest]) (*connect.Response[weirv1.ListJobsResponse], error) {
	return unary(ctx, b.core, req, b.listJobs)
}

// ListBuilds lists builds, newest first.
func (b *Builds) ListBuilds(ctx context.Context, req *connect.Request[weirv1.ListBuildsRequest]) (*connect.Response[weirv1.ListBuildsResponse], error) {
	return unary(ctx, b.core, req, b.listBuilds)
}

// GetBuild gives a build with its steps.
func (b *Builds) GetBuild(ctx context.Context, req *connect.Request[weirv1.GetBuildRequest]) (*connect.Response[weirv1.GetBuildResponse], error) {
	return unary(ctx, b.core, req, b.getBuild)
}

// Trigger makes a build of a job. A paused job's build waits.
func (b *Builds) Trigger(ctx context.Context, req *connect.Request[weirv1.TriggerRequest]) (*connect.Response[weirv1.TriggerResponse], error) {
	return unary(ctx, b.core, req, b.trigger)
}

// Abort asks for a build to end. To do it again, or after the end, changes
// nothing.
func (b *Builds) Abort(ctx context.Context, req *connect.Request[weirv1.AbortRequest]) (*connect.Response[weirv1.AbortResponse], error) {
	return unary(ctx, b.core, req, b.abort)
}

func (b *Builds) listJobs(ctx context.Context, id Identity, req *weirv1.ListJobsRequest) (*weirv1.ListJobsResponse, error) {
	if err := b.pipelineExists(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	jobs, err := b.store.JobViews(ctx, id.Team, req.Pipeline)
	if err != nil {
		return nil, err
	}
	var builds, subjects []string
	for _, j := range jobs {
		subjects = append(subjects, "job/"+j.ID)
		for _, build := range []string{j.LastID, j.NextID} {
			if build != "" {
				builds = append(builds, build)
			}
		}
	}
	byID, err := b.describe(ctx, id.Team, builds...)
	if err != nil {
		return nil, err
	}
	waiting, err := b.store.Conditions(ctx, subjects...)
	if err != nil {
		return nil, err
	}
	out := &weirv1.ListJobsResponse{}
	for _, j := range jobs {
		out.Jobs = append(out.Jobs, &weirv1.Job{
			Id: j.ID, Pipeline: j.Pipeline, Name: graph.Address(j.Address).Name(), Paused: j.Paused,
			Last: byID[j.LastID], Next: byID[j.NextID], Waiting: condition(waiting, "job/"+j.ID),
		})
	}
	return out, nil
}

func (b *Builds) listBuilds(ctx context.Context, id Identity, req *weirv1.ListBuildsRequest) (*weirv1.ListBuildsResponse, error) {
	views, err := b.newest(ctx, id, req, limited(req.Limit, 50, 1000))
	if err != nil {
		return nil, err
	}
	out := &weirv1.ListBuildsResponse{}
	out.Builds, err = b.complete(ctx, views)
	return out, err
}

func (b *Builds) newest(ctx context.Context, id Identity, req *weirv1.ListBuildsRequest, most int) ([]postgres.BuildView, error) {
	if err := b.pipelineExists(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	if req.Job == "" {
		return b.store.NewestBuilds(ctx, id.Team, req.Pipeline, most)
	}
	job, err := b.findJob(ctx, id.Team, req.Pipeline, req.Job)
	if err != nil {
		return nil, err
	}
	return b.store.NewestBuildsOf(ctx, id.Team, job.ID, most)
}

func (b *Builds) getBuild(ctx context.Context, id Identity, req *weirv1.GetBuildRequest) (*weirv1.GetBuildResponse, error) {
	view, err := b.find(ctx, id.Team, req)
	if err != nil {
		return nil, err
	}
	builds, err := b.complete(ctx, []postgres.BuildView{view})
	if err != nil {
		return nil, err
	}
	steps, err := b.steps(ctx, view.ID)
	if err != nil {
		return nil, err
	}
	return &weirv1.GetBuildResponse{Build: builds[0], Steps: steps}, nil
}

func (b *Builds) trigger(ctx context.Context, id Identity, req *weirv1.TriggerRequest) (*weirv1.TriggerResponse, error) {
	job, err := b.findJob(ctx, id.Team, req.Pipeline, req.Job)
	if err != nil {
		return nil, err
	}
	if !job.Live {
		return nil, notFound("job %s was removed from pipeline %s: only its builds are left", req.Job, req.Pipeline)
	}
	if err := b.notArchived(ctx, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	params := func(spec graph.Job) (map[string]json.RawMessage, error) {
		values, err := param.Values(spec.Params, req.Params)
		if err != nil {
			err = connect.NewError(connect.CodeInvalidArgument, fmt.Errorf("job %s cannot be triggered like this: %w", req.Job, err))
		}
		return values, err
	}
	build, err := b.store.TriggerWith(ctx, id.Team, job.ID, id.Name, postgres.TriggerInput{Params: params, Check: !req.NoCheck})
	if errors.Is(err, postgres.ErrManualTrigger) {
		return nil, connect.NewError(connect.CodeFailedPrecondition, errors.New("job "+req.Job+" may not be triggered by hand: its definition says disable_manual_trigger"))
	}
	if err != nil {
		return nil, err
	}
	byID, err := b.describe(ctx, id.Team, build)
	return &weirv1.TriggerResponse{Build: byID[build]}, err
}

func (b *Builds) abort(ctx context.Context, id Identity, req *weirv1.AbortRequest) (*weirv1.AbortResponse, error) {
	view, err := b.find(ctx, id.Team, req)
	if err != nil {
		return nil, err
	}
	if err := b.store.Abort(ctx, id.Team, view.ID, id.Name); err != nil {
		return nil, err
	}
	byID, err := b.describe(ctx, id.Team, view.ID)
	return &weirv1.AbortResponse{Build: byID[view.ID]}, err
}

// reference is how requests name a build.
type reference interface {
	GetId() string
	GetPipeline() string
	GetJob() string
	GetNumber() int64
}

// find finds the build that a request names, if it is the team's.
func (b *Builds) find(ctx context.Context, team string, r reference) (postgres.BuildView, error) {
	id := r.GetId()
	if id == "" {
		var err error
		if id, err = b.findByNumber(ctx, team, r); err != nil {
			return postgres.BuildView{}, err
		}
	}
	if _, err := uuid.Parse(id); err != nil {
		return postgres.BuildView{}, invalid("%q is no id of a build: name it by pipeline, job and number, or copy the id from a list of builds", id)
	}
	view, err := b.store.BuildView(ctx, team, id)
	if errors.Is(err, state.ErrNotFound) {
		err = notFound("team %s has no build %s", team, id)
	}
	return view, err
}

func (b *Builds) findByNumber(ctx context.Context, team string, r reference) (string, error) {
	job, err := b.findJob(ctx, team, r.GetPipeline(), r.GetJob())
	if err != nil {
		return "", err
	}
	id, err := b.store.BuildByNumber(ctx, team, job.ID, r.GetNumber())
	switch {
	case errors.Is(err, state.ErrNotFound) && r.GetNumber() == 0:
		return "", notFound("job %s of pipeline %s has no builds yet: trigger one", r.GetJob(), r.GetPipeline())
	case errors.Is(err, state.ErrNotFound):
		return "", notFound("job %s of pipeline %s has no build %d: `weir builds` lists those there are", r.GetJob(), r.GetPipeline(), r.GetNumber())
	}
	return id, err
}
