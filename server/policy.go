package server

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/compiler/policy"
	"github.com/weirci/weir/state"
)

// SetPolicies takes the place of all policies of the team.
func (p *Pipelines) SetPolicies(ctx context.Context, req *connect.Request[weirv1.SetPoliciesRequest]) (*connect.Response[weirv1.SetPoliciesResponse], error) {
	return unary(ctx, p.core, req, p.setPolicies)
}

// ListPolicies lists the policies of the team.
func (p *Pipelines) ListPolicies(ctx context.Context, req *connect.Request[weirv1.ListPoliciesRequest]) (*connect.Response[weirv1.ListPoliciesResponse], error) {
	return unary(ctx, p.core, req, p.listPolicies)
}

// setPolicies keeps no policy that cannot be evaluated: it would deny all plans.
func (p *Pipelines) setPolicies(ctx context.Context, id Identity, req *weirv1.SetPoliciesRequest) (*weirv1.SetPoliciesResponse, error) {
	all := make([]policy.Policy, len(req.Policies))
	rows := make([]state.Policy, len(req.Policies))
	for i, one := range req.Policies {
		all[i] = policy.Policy{Name: one.Name, Text: one.Text}
		rows[i] = state.Policy{Name: one.Name, Text: one.Text}
	}
	if err := policy.Check(all); err != nil {
		return nil, invalid("%w", err)
	}
	if len(all) > 0 {
		verdict, err := p.evaluate(ctx, all, smallest())
		if err != nil {
			return nil, err
		}
		if len(verdict.Faults) > 0 {
			return nil, denial(connect.CodeInvalidArgument, "the policies were not set, as not all of them can be evaluated", faults(verdict))
		}
	}
	return &weirv1.SetPoliciesResponse{}, p.store.SetPolicies(ctx, id.TeamID, id.Name, rows)
}

func (p *Pipelines) listPolicies(ctx context.Context, id Identity, _ *weirv1.ListPoliciesRequest) (*weirv1.ListPoliciesResponse, error) {
	all, err := p.store.Policies(ctx, id.TeamID)
	out := &weirv1.ListPoliciesResponse{}
	for _, one := range all {
		out.Policies = append(out.Policies, &weirv1.Policy{Name: one.Name, Text: one.Text, SetBy: one.SetBy, SetAt: stamp(&one.SetAt)})
	}
	return out, err
}

// smallest is a pipeline with nothing in it, to try policies on.
func smallest() *graph.Graph {
	b := graph.NewBuilder(graph.Header{})
	if err := b.Add(graph.PipelineAddress, graph.Pipeline{Name: "pipeline"}, graph.Meta{}); err != nil {
		panic(err) // a pipeline node is always right
	}
	g, err := b.Finish()
	if err != nil {
		panic(err)
	}
	return g
}

// judge lets the team's policies have their say on a graph: nil for a pipeline
// that is to be destroyed, which none forbids. advice is what they warn of.
func (p *Pipelines) judge(ctx context.Context, id Identity, g *graph.Graph) (advice []string, err error) {
	if g == nil {
		return nil, nil
	}
	rows, err := p.store.Policies(ctx, id.TeamID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	all := make([]policy.Policy, len(rows))
	for i, r := range rows {
		all[i] = policy.Policy{Name: r.Name, Text: r.Text}
	}
	verdict, err := p.evaluate(ctx, all, g)
	if err != nil {
		return nil, err
	}
	if verdict.Denied() {
		return nil, denial(connect.CodeFailedPrecondition, "the policies of team "+id.Team+" forbid this", verdict.Reasons())
	}
	for _, f := range verdict.Findings {
		advice = append(advice, f.String())
	}
	return advice, nil
}

var errNoJudge = errors.New("this server cannot evaluate policies")

func (p *Pipelines) evaluate(ctx context.Context, all []policy.Policy, g *graph.Graph) (policy.Verdict, error) {
	if p.policies == nil {
		return policy.Verdict{}, connect.NewError(connect.CodeUnimplemented, errNoJudge)
	}
	v, err := p.policies.Judge(ctx, all, g)
	if err != nil {
		return v, fmt.Errorf("judging by policies: %w", err)
	}
	return v, nil
}

// mayApply is judge for what is to be applied: a refusal goes to the audit.
func (p *Pipelines) mayApply(ctx context.Context, id Identity, pipeline string, g *graph.Graph) error {
	_, err := p.judge(ctx, id, g)
	reasons := reasonsOf(err)
	if reasons == nil {
		return err
	}
	event := state.Event{Actor: id.Name, Action: "pipeline.denied", Subject: "pipeline/" + pipeline, Details: map[string]any{"reasons": reasons}}
	if failed := p.store.AppendEvent(ctx, id.TeamID, event); failed != nil {
		return failed
	}
	return err
}

func faults(v policy.Verdict) []string {
	out := make([]string, len(v.Faults))
	for i, f := range v.Faults {
		out[i] = f.String()
	}
	return out
}

// denial says all reasons in its text, and in its detail one by one.
func denial(code connect.Code, what string, reasons []string) error {
	err := connect.NewError(code, errors.New(what+": "+strings.Join(reasons, "; ")))
	if detail, e := connect.NewErrorDetail(&weirv1.PolicyDenial{Reasons: reasons}); e == nil {
		err.AddDetail(detail)
	}
	return err
}

// reasonsOf are those of a denial, or nil.
func reasonsOf(err error) []string {
	var c *connect.Error
	if !errors.As(err, &c) {
		return nil
	}
	for _, d := range c.Details() {
		if v, e := d.Value(); e == nil {
			if denied, ok := v.(*weirv1.PolicyDenial); ok {
				return denied.Reasons
			}
		}
	}
	return nil
}
