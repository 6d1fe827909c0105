package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner"
	"github.com/weirci/weir/planner/planfile"
	"github.com/weirci/weir/reconciler/runnable"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

func (p *Pipelines) plan(ctx context.Context, id Identity, req *weirv1.PlanRequest) (*weirv1.PlanResponse, error) {
	desired, err := desiredGraph(req)
	if err != nil {
		return nil, err
	}
	if err := fits(desired, id.Team, req.Pipeline); err != nil {
		return nil, err
	}
	if err := runs(desired); err != nil {
		return nil, err
	}
	advice, err := p.judge(ctx, id, desired)
	if err != nil {
		return nil, err
	}
	prior, revision, err := p.store.CurrentGraph(ctx, id.TeamID, req.Pipeline)
	if err != nil {
		return nil, err
	}
	if prior == nil && desired == nil {
		return nil, noPipeline(id.Team, req.Pipeline)
	}
	seen, err := p.observe(ctx, id.Team, req.Pipeline)
	if err != nil {
		return nil, err
	}
	archived, err := p.store.Archived(ctx, id.Team, req.Pipeline)
	if err != nil {
		return nil, err
	}
	plan := planner.New(id.Team, req.Pipeline, revision, prior, desired, seen)
	return &weirv1.PlanResponse{Plan: planfile.Encode(plan), Advice: advice, Archived: archived && desired != nil}, nil
}

// desiredGraph reads the graph of a request, which nobody here trusts: decoding
// checks all of it. It is nil for a plan to destroy.
func desiredGraph(req *weirv1.PlanRequest) (*graph.Graph, error) {
	switch {
	case req.Pipeline == "":
		return nil, invalid("the request must name a pipeline")
	case req.Destroy && len(req.Graph) > 0:
		return nil, invalid("a plan to destroy takes no graph")
	case req.Destroy:
		return nil, nil
	}
	g, err := graph.Decode(req.Graph)
	if err != nil {
		return nil, invalid("the graph is not one that this server takes: %w", err)
	}
	return g, nil
}

// fits says whether a graph is of the pipeline and, where it names one, of the
// team that it is planned for.
func fits(g *graph.Graph, team, pipeline string) error {
	if g == nil {
		return nil
	}
	spec := g.Pipeline()
	switch {
	case spec.Name == "":
		return invalid("the graph has no pipeline node")
	case spec.Name != pipeline:
		return invalid("the graph is of pipeline %s, the request of %s", spec.Name, pipeline)
	case spec.Team != "" && spec.Team != team:
		return denied("the pipeline is of team %s and your token of team %s: use a token of that team", spec.Team, team)
	}
	return nil
}

// runs refuses a graph that would not do here what is written in it.
func runs(g *graph.Graph) error {
	if err := runnable.Error(runnable.Unsupported(g)); err != nil {
		return invalid("the pipeline cannot be applied here:\n%w", err)
	}
	return nil
}

func (p *Pipelines) observe(ctx context.Context, team, pipeline string) (planner.Observed, error) {
	views, err := p.store.ObservedViews(ctx, team, pipeline)
	if err != nil {
		return nil, err
	}
	seen := planner.Observed{}
	for _, v := range views {
		seen[graph.Address(v.Address)] = planner.Seen{Versions: v.Versions, Builds: v.Builds, Open: v.Open}
	}
	return seen, nil
}

func (p *Pipelines) apply(ctx context.Context, id Identity, req *weirv1.ApplyRequest) (*weirv1.ApplyResponse, error) {
	plan, err := planfile.Decode(req.Plan)
	if err != nil {
		return nil, invalid("the plan is not one that this server takes: %w; make a new one", err)
	}
	if plan.Team != id.Team {
		return nil, denied("the plan is of team %s and your token of team %s: use a token of that team", plan.Team, id.Team)
	}
	if err := fits(plan.Desired, id.Team, plan.Pipeline); err != nil {
		return nil, err
	}
	if err := runs(plan.Desired); err != nil {
		return nil, err
	}
	if plan.Empty() && plan.Desired == nil {
		return &weirv1.ApplyResponse{}, nil
	}
	if plan.Empty() {
		return &weirv1.ApplyResponse{}, p.store.ArchivePipeline(ctx, id.Team, plan.Pipeline, id.Name, false)
	}
	if err := p.mayApply(ctx, id, plan.Pipeline, plan.Desired); err != nil {
		return nil, err
	}
	revision, err := p.store.Apply(ctx, postgres.ApplyInput{
		TeamID: id.TeamID, Pipeline: plan.Pipeline, Actor: id.Name, PlanDigest: digest(req.Plan),
		Desired: plan.Desired, Guards: guards(plan),
	})
	if err != nil {
		return nil, p.refused(ctx, id, plan, err)
	}
	return &weirv1.ApplyResponse{Revision: revision}, nil
}

// guards are the addresses that a plan makes different, with what they were.
func guards(plan *planner.Plan) []postgres.Guard {
	var out []postgres.Guard
	for _, c := range plan.Changes {
		for a, base := range planner.Guards(c) {
			out = append(out, postgres.Guard{Address: a, Base: base})
		}
	}
	return out
}

// digest names a plan in the history of its pipeline.
func digest(plan []byte) graph.Digest {
	sum := sha256.Sum256(plan)
	return graph.Digest("sha256:" + hex.EncodeToString(sum[:]))
}

// refused finds out whether an error of apply lies with the plan: it may not go
// together with what others applied, which the store says in no type of its own.
func (p *Pipelines) refused(ctx context.Context, id Identity, plan *planner.Plan, cause error) error {
	var stale *state.StaleError
	var open *state.OpenBuildsError
	switch {
	case errors.As(cause, &open):
		return connect.NewError(connect.CodeFailedPrecondition, open)
	case errors.As(cause, &stale), databaseDown(cause), ctx.Err() != nil:
		return cause
	}
	current, _, err := p.store.CurrentGraph(ctx, id.TeamID, plan.Pipeline)
	if err != nil {
		return cause
	}
	if _, _, err := planner.Merge(plan, current); err != nil {
		return connect.NewError(connect.CodeFailedPrecondition, err)
	}
	return cause
}
