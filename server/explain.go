package server

import (
	"context"
	"errors"
	"slices"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/state/postgres"
)

// Explainer says why things wait: *reconciler.Explainer does. The ids are those of
// objects and builds that are there.
type Explainer interface {
	Job(ctx context.Context, id string) ([]reason.Why, error)
	Build(ctx context.Context, id string) ([]reason.Why, error)
	Resource(ctx context.Context, id, pipeline, subject, name string) ([]reason.Why, error)
}

// Explain is ExplainService.
type Explain struct {
	builds *Builds
	why    Explainer
}

var errNoExplainer = connect.NewError(connect.CodeUnimplemented, errors.New("this server explains nothing: it has no deciders"))

// ExplainJob says why a job makes no build.
func (e *Explain) ExplainJob(ctx context.Context, req *connect.Request[weirv1.ExplainJobRequest]) (*connect.Response[weirv1.ExplainJobResponse], error) {
	return unary(ctx, e.builds.core, req, e.job)
}

// ExplainBuild says what a build and its steps wait for.
func (e *Explain) ExplainBuild(ctx context.Context, req *connect.Request[weirv1.ExplainBuildRequest]) (*connect.Response[weirv1.ExplainBuildResponse], error) {
	return unary(ctx, e.builds.core, req, e.build)
}

// ExplainResource says when a resource is checked next, and why not now.
func (e *Explain) ExplainResource(ctx context.Context, req *connect.Request[weirv1.ExplainResourceRequest]) (*connect.Response[weirv1.ExplainResourceResponse], error) {
	return unary(ctx, e.builds.core, req, e.resource)
}

func (e *Explain) job(ctx context.Context, id Identity, req *weirv1.ExplainJobRequest) (*weirv1.ExplainJobResponse, error) {
	if e.why == nil {
		return nil, errNoExplainer
	}
	job, err := e.builds.findJob(ctx, id.Team, req.Pipeline, req.Job)
	if err != nil {
		return nil, err
	}
	whys, err := e.why.Job(ctx, job.ID)
	return &weirv1.ExplainJobResponse{Pipeline: req.Pipeline, Address: job.Address, Whys: whyMessages(whys)}, err
}

func (e *Explain) resource(ctx context.Context, id Identity, req *weirv1.ExplainResourceRequest) (*weirv1.ExplainResourceResponse, error) {
	if e.why == nil {
		return nil, errNoExplainer
	}
	res, err := e.builds.findResource(ctx, id.Team, req.Pipeline, req.Resource)
	if err != nil {
		return nil, err
	}
	out := &weirv1.ExplainResourceResponse{Pipeline: req.Pipeline, Address: res.Address}
	if !res.Live {
		why := reason.New(reason.Check, res.Address, reason.Deleted, res.Address+" was removed from pipeline "+req.Pipeline)
		out.Whys = whyMessages([]reason.Why{why})
		return out, nil
	}
	whys, err := e.why.Resource(ctx, res.ID, req.Pipeline, res.Address, graph.Address(res.Address).Name())
	out.Whys = whyMessages(whys)
	return out, err
}

func (e *Explain) build(ctx context.Context, id Identity, req *weirv1.ExplainBuildRequest) (*weirv1.ExplainBuildResponse, error) {
	if e.why == nil {
		return nil, errNoExplainer
	}
	view, err := e.builds.find(ctx, id.Team, req)
	if err != nil {
		return nil, err
	}
	all, err := e.builds.getBuild(ctx, id, &weirv1.GetBuildRequest{Id: view.ID})
	if err != nil {
		return nil, err
	}
	whys, err := e.why.Build(ctx, view.ID)
	if err != nil {
		return nil, err
	}
	attempts, err := e.builds.store.Attempts(ctx, view.ID)
	if err != nil {
		return nil, err
	}
	out := &weirv1.ExplainBuildResponse{Build: all.Build, Steps: all.Steps, Whys: whyMessages(whys), Attempts: attemptMessages(attempts)}
	if req.Step == "" {
		return out, nil
	}
	return out, onlyStep(out, req.Step)
}

// onlyStep leaves what is about the step of a name or path, or about the build
// where that has not begun.
func onlyStep(out *weirv1.ExplainBuildResponse, step string) error {
	out.Steps = slices.DeleteFunc(out.Steps, func(s *weirv1.Step) bool { return s.Name != step && s.Path != step })
	if len(out.Steps) == 0 && out.Build.StartedAt != nil {
		return notFound("build %s #%d has no step %s: `weir explain` without a step lists all", out.Build.Job, out.Build.Number, step)
	}
	if out.Build.StartedAt == nil {
		return nil
	}
	out.Attempts = slices.DeleteFunc(out.Attempts, func(a *weirv1.Attempt) bool {
		return !slices.ContainsFunc(out.Steps, func(s *weirv1.Step) bool { return s.Path == a.Path })
	})
	out.Whys = slices.DeleteFunc(out.Whys, func(w *weirv1.Why) bool {
		return !slices.ContainsFunc(out.Steps, func(s *weirv1.Step) bool { return s.Path == w.Path })
	})
	return nil
}

func attemptMessages(all []postgres.AttemptView) []*weirv1.Attempt {
	out := make([]*weirv1.Attempt, len(all))
	for i, a := range all {
		out[i] = &weirv1.Attempt{
			Path: a.StepPath, Step: a.StepName, Attempt: a.Attempt, Kind: a.Kind, Status: a.Status, Worker: a.Worker,
			CreatedAt: timestamppb.New(a.CreatedAt), EndedAt: stamp(a.EndedAt), PrepareMs: a.PrepareMs,
			QueueMs: a.QueueMs, PlaceMs: a.PlaceMs, PullMs: a.PullMs, FetchMs: a.FetchMs, CreateMs: a.CreateMs, RunMs: a.RunMs, UploadMs: a.UploadMs,
		}
	}
	return out
}

func whyMessages(all []reason.Why) []*weirv1.Why {
	out := make([]*weirv1.Why, len(all))
	for i, w := range all {
		out[i] = &weirv1.Why{Subject: w.Subject, Path: w.Path, Reason: w.Reason, Message: w.Message, Unblock: w.Unblock, Since: stampOf(w.Since)}
		for _, t := range w.Tables {
			out[i].Tables = append(out[i].Tables, whyTable(t))
		}
	}
	return out
}

func whyTable(t reason.Table) *weirv1.WhyTable {
	m := &weirv1.WhyTable{Title: t.Title, Candidates: t.Candidates, Constraints: t.Constraints}
	for _, r := range t.Rows {
		row := &weirv1.WhyRow{Name: r.Name, Chosen: r.Chosen}
		for _, v := range r.Verdicts {
			row.Verdicts = append(row.Verdicts, &weirv1.WhyVerdict{Ok: v.OK, Fact: v.Fact})
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func stampOf(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
