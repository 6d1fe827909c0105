package server_test

import (
	"context"
	"errors"
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/compiler/policy"
	"github.com/weirci/weir/planner/planfile"
	"github.com/weirci/weir/server"
	"github.com/weirci/weir/state"
)

// direct judges in this process: these policies are known to end.
type direct struct{ broken error }

func (d direct) Judge(_ context.Context, all []policy.Policy, g *graph.Graph) (policy.Verdict, error) {
	if d.broken != nil {
		return policy.Verdict{}, d.broken
	}
	input, err := policy.InputJSON(g)
	if err != nil {
		return policy.Verdict{}, err
	}
	return policy.Evaluate(all, input), nil
}

func (w *world) policed(judge policy.Judge) (server.Services, context.Context) {
	w.t.Helper()
	id := must(w.store.TeamID(w.t.Context(), "main"))(w.t)
	services := server.NewServices(w.store, nil, options(w.t, w.store, nil).Log, "1", judge)
	return services, server.WithIdentity(w.t.Context(), server.Identity{TeamID: id, Team: "main", Name: "ada", Role: state.RoleOwner})
}

const noScripts = `deny: [for s in input.steps if s.kind == "task" if s.script != "" {msg: "no scripts", address: s.address}]`

// A plan that was made before there were policies is held to them all the same,
// and what was refused is in the audit.
func TestPoliciesHoldAtApply(t *testing.T) {
	w := newWorld(t)
	services, ctx := w.policed(direct{})
	desired := demo("demo").graph(t)
	plan := must(services.Pipelines.Plan(ctx, connect.NewRequest(&weirv1.PlanRequest{Pipeline: "demo", Graph: desired.Encode()})))(t).Msg.Plan

	set := &weirv1.SetPoliciesRequest{Policies: []*weirv1.Policy{{Name: "scripts.cue", Text: noScripts}, {Name: "advice.cue", Text: `warn: ["take care"]`}}}
	must(services.Pipelines.SetPolicies(ctx, connect.NewRequest(set)))(t)
	_, err := services.Pipelines.Apply(ctx, connect.NewRequest(&weirv1.ApplyRequest{Plan: plan}))
	wantCode(t, err, connect.CodeFailedPrecondition, "no scripts (scripts.cue)")
	_, err = services.Pipelines.Plan(ctx, connect.NewRequest(&weirv1.PlanRequest{Pipeline: "demo", Graph: desired.Encode()}))
	wantCode(t, err, connect.CodeFailedPrecondition, "no scripts (scripts.cue)")

	id, _ := server.IdentityOf(ctx)
	events := must(w.store.AuditEvents(ctx, id.TeamID, 10))(t)
	if len(events) < 2 || events[0].Action != "pipeline.denied" || events[0].Subject != "pipeline/demo" || events[1].Action != "policies.set" {
		t.Errorf("audit: %+v", events)
	}

	must(services.Pipelines.SetPolicies(ctx, connect.NewRequest(&weirv1.SetPoliciesRequest{Policies: set.Policies[1:]})))(t)
	res := must(services.Pipelines.Plan(ctx, connect.NewRequest(&weirv1.PlanRequest{Pipeline: "demo", Graph: desired.Encode()})))(t)
	if len(res.Msg.Advice) != 1 || res.Msg.Advice[0] != "take care (advice.cue)" {
		t.Errorf("advice %q", res.Msg.Advice)
	}
	must(services.Pipelines.Apply(ctx, connect.NewRequest(&weirv1.ApplyRequest{Plan: plan})))(t)
}

// Nothing passes because policies cannot be evaluated; destroying needs none.
func TestPoliciesFailClosed(t *testing.T) {
	w := newWorld(t)
	services, ctx := w.policed(direct{})
	desired := demo("demo").graph(t)
	req := &weirv1.PlanRequest{Pipeline: "demo", Graph: desired.Encode()}
	plan := must(services.Pipelines.Plan(ctx, connect.NewRequest(req)))(t).Msg.Plan
	must(services.Pipelines.Apply(ctx, connect.NewRequest(&weirv1.ApplyRequest{Plan: plan})))(t)
	must(services.Pipelines.SetPolicies(ctx, connect.NewRequest(&weirv1.SetPoliciesRequest{Policies: []*weirv1.Policy{{Name: "p.cue", Text: noScripts}}})))(t)

	for name, judge := range map[string]policy.Judge{"none": nil, "broken": direct{errors.New("no process")}} {
		services, ctx := w.policed(judge)
		if _, err := services.Pipelines.Plan(ctx, connect.NewRequest(req)); err == nil {
			t.Errorf("%s: it was planned", name)
		}
		res := must(services.Pipelines.Plan(ctx, connect.NewRequest(&weirv1.PlanRequest{Pipeline: "demo", Destroy: true})))(t)
		if _, err := planfile.Decode(res.Msg.Plan); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What cannot be evaluated is not kept, nor what is too large or there twice.
func TestPoliciesAreCheckedWhenSet(t *testing.T) {
	w := newWorld(t)
	services, ctx := w.policed(direct{})
	for name, all := range map[string][]*weirv1.Policy{
		"syntax":   {{Name: "a.cue", Text: "deny: ["}},
		"unknown":  {{Name: "a.cue", Text: "deny: [inptu]"}},
		"twice":    {{Name: "a.cue", Text: "deny: []"}, {Name: "a.cue", Text: "deny: []"}},
		"no name":  {{Text: "deny: []"}},
		"too long": {{Name: "a.cue", Text: "deny: []//" + string(make([]byte, 2<<20))}},
	} {
		_, err := services.Pipelines.SetPolicies(ctx, connect.NewRequest(&weirv1.SetPoliciesRequest{Policies: all}))
		if connect.CodeOf(err) != connect.CodeInvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
	if res := must(services.Pipelines.ListPolicies(ctx, connect.NewRequest(&weirv1.ListPoliciesRequest{})))(t); len(res.Msg.Policies) > 0 {
		t.Errorf("kept: %v", res.Msg.Policies)
	}
}

// Members look at the policies, owners set them, and a team has its own.
func TestWhoSetsPolicies(t *testing.T) {
	w := newWorld(t)
	member := w.as("main", state.RoleMember)
	_, err := member.pipelines.SetPolicies(t.Context(), connect.NewRequest(&weirv1.SetPoliciesRequest{}))
	wantCode(t, err, connect.CodePermissionDenied, "owner")
	must(member.pipelines.ListPolicies(t.Context(), connect.NewRequest(&weirv1.ListPoliciesRequest{})))(t)
	services, ctx := w.policed(direct{})
	must(services.Pipelines.SetPolicies(ctx, connect.NewRequest(&weirv1.SetPoliciesRequest{Policies: []*weirv1.Policy{{Name: "p.cue", Text: `deny: ["never"]`}}})))(t)
	other := w.as("payments", state.RoleOwner)
	if res := must(other.pipelines.ListPolicies(t.Context(), connect.NewRequest(&weirv1.ListPoliciesRequest{})))(t); len(res.Msg.Policies) > 0 {
		t.Errorf("another team's policies: %v", res.Msg.Policies)
	}
}
