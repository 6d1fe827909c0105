package server_test

import (
	"bytes"
	"errors"
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner/planfile"
	"github.com/weirci/weir/state"
)

func TestPlanApplyList(t *testing.T) {
	w := newWorld(t)
	want := demo("demo").graph(t)
	plan := must(planfile.Decode(w.plan(t, demo("demo"))))(t)
	if s := plan.Summary(); s.Add != 5 || s.Change+s.Destroy != 0 || plan.Team != "main" {
		t.Fatalf("first plan: %+v of team %s", s, plan.Team)
	}
	if got := w.apply(t, demo("demo")); got != 1 {
		t.Fatalf("revision %d, want 1", got)
	}
	if again := must(planfile.Decode(w.plan(t, demo("demo"))))(t); !again.Empty() {
		t.Errorf("a plan after apply changes %v", again.Changes)
	}
	if got := w.apply(t, demo("demo")); got != 0 {
		t.Errorf("applying nothing gave revision %d", got)
	}
	list := must(w.pipelines.ListPipelines(t.Context(), connect.NewRequest(&weirv1.ListPipelinesRequest{})))(t).Msg.Pipelines
	if len(list) != 1 || list[0].Name != "demo" || list[0].Jobs != 3 || list[0].Resources != 1 || list[0].Digest != string(want.Digest()) || list[0].LastActor != "main-owner" {
		t.Errorf("list: %v", list)
	}
	for _, revision := range []int64{0, 1} {
		res := must(w.pipelines.GetGraph(t.Context(), connect.NewRequest(&weirv1.GetGraphRequest{Pipeline: "demo", Revision: revision})))(t)
		if !bytes.Equal(res.Msg.Graph, want.Encode()) || res.Msg.Revision != 1 {
			t.Errorf("the graph of revision %d is another", revision)
		}
	}
}

func TestPlanKnowsWhatIsThere(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	w.trigger(t, "demo", "alone")
	s := demo("demo")
	delete(s, "job.alone")
	plan := must(planfile.Decode(w.plan(t, s)))(t)
	if len(plan.Effects) == 0 || !plan.Effects[0].Loss {
		t.Errorf("removing a job with a build causes nothing: %v", plan.Effects)
	}
}

func TestAStalePlanSaysWhatMoved(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	mine, theirs := demo("demo"), demo("demo")
	mine["job.unit"] = graph.Job{MaxInFlight: 1}
	theirs["job.unit"] = graph.Job{MaxInFlight: 2}
	plan := w.plan(t, mine)
	w.as("main", state.RoleMember).apply(t, theirs)

	_, err := w.pipelines.Apply(t.Context(), connect.NewRequest(&weirv1.ApplyRequest{Plan: plan}))
	wantCode(t, err, connect.CodeAborted, "make a new plan")
	var refused *connect.Error
	if !errors.As(err, &refused) || len(refused.Details()) != 1 {
		t.Fatalf("no detail: %v", err)
	}
	detail, _ := must(refused.Details()[0].Value())(t).(*weirv1.StalePlan)
	if len(detail.Moved) != 1 || detail.Moved[0].Address != "job.unit" || detail.Moved[0].Actor != "main-member" || detail.Moved[0].Revision != 2 {
		t.Errorf("moved: %v", detail.Moved)
	}
}

func TestPlansOfDifferentThingsBothApply(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	one, two := demo("demo"), demo("demo")
	one["job.unit"] = graph.Job{MaxInFlight: 1}
	two["job.alone"] = graph.Job{MaxInFlight: 2}
	for i, plan := range [][]byte{w.plan(t, one), w.plan(t, two)} {
		got := must(w.pipelines.Apply(t.Context(), connect.NewRequest(&weirv1.ApplyRequest{Plan: plan})))(t).Msg.Revision
		if got != int64(i+2) {
			t.Errorf("revision %d", got)
		}
	}
}

// Two plans may each be right and not go together: one takes away what the other
// begins to name.
func TestPlansThatDoNotGoTogether(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	names, removes := demo("demo"), demo("demo")
	names["job.alone"] = graph.Job{Steps: []graph.Step{{Name: "app", Body: graph.Get{Resource: "resource.git.app"}}}}
	for _, a := range []graph.Address{"resource.git.app", "job.unit", "job.auto"} {
		delete(removes, a)
	}
	plan := w.plan(t, names)
	w.apply(t, removes)
	_, err := w.pipelines.Apply(t.Context(), connect.NewRequest(&weirv1.ApplyRequest{Plan: plan}))
	wantCode(t, err, connect.CodeFailedPrecondition, "resource.git.app")
}

func TestDestroy(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	build := w.trigger(t, "demo", "alone")
	destroy := &weirv1.PlanRequest{Pipeline: "demo", Destroy: true}
	apply := func() error {
		plan := must(w.pipelines.Plan(t.Context(), connect.NewRequest(destroy)))(t).Msg.Plan
		_, err := w.pipelines.Apply(t.Context(), connect.NewRequest(&weirv1.ApplyRequest{Plan: plan}))
		return err
	}
	wantCode(t, apply(), connect.CodeFailedPrecondition, "abort them first")
	must(w.builds.Abort(t.Context(), connect.NewRequest(&weirv1.AbortRequest{Id: build.Id})))(t)
	if err := apply(); err != nil {
		t.Fatal(err)
	}
	_, err := w.pipelines.Plan(t.Context(), connect.NewRequest(destroy))
	wantCode(t, err, connect.CodeNotFound, "no pipeline demo")
}

func TestNoPlanAndNoGraphIsTrusted(t *testing.T) {
	w := newWorld(t)
	good := demo("demo").graph(t).Encode()
	plan := w.plan(t, demo("demo"))
	elsewhere := specs{graph.PipelineAddress: graph.Pipeline{Name: "demo", Team: "other"}}
	for name, tt := range map[string]struct {
		plan *weirv1.PlanRequest
		code connect.Code
		says string
	}{
		"no name":         {&weirv1.PlanRequest{Graph: good}, connect.CodeInvalidArgument, "name a pipeline"},
		"no graph":        {&weirv1.PlanRequest{Pipeline: "demo"}, connect.CodeInvalidArgument, "the graph is not one"},
		"half a graph":    {&weirv1.PlanRequest{Pipeline: "demo", Graph: good[:len(good)/2]}, connect.CodeInvalidArgument, "the graph is not one"},
		"more than one":   {&weirv1.PlanRequest{Pipeline: "demo", Graph: append(good[:len(good):len(good)], 0)}, connect.CodeInvalidArgument, "the graph is not one"},
		"another name":    {&weirv1.PlanRequest{Pipeline: "x", Graph: good}, connect.CodeInvalidArgument, "of pipeline demo"},
		"no pipeline":     {&weirv1.PlanRequest{Pipeline: "x", Graph: specs{}.graph(t).Encode()}, connect.CodeInvalidArgument, "no pipeline node"},
		"another team's":  {&weirv1.PlanRequest{Pipeline: "demo", Graph: elsewhere.graph(t).Encode()}, connect.CodePermissionDenied, "of team other"},
		"both":            {&weirv1.PlanRequest{Pipeline: "demo", Graph: good, Destroy: true}, connect.CodeInvalidArgument, "takes no graph"},
		"destroy nothing": {&weirv1.PlanRequest{Pipeline: "demo", Destroy: true}, connect.CodeNotFound, "no pipeline demo"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.pipelines.Plan(t.Context(), connect.NewRequest(tt.plan))
			wantCode(t, err, tt.code, tt.says)
		})
	}
	for name, bad := range map[string][]byte{"nothing": nil, "half": plan[:len(plan)/2], "another": []byte("x")} {
		_, err := w.pipelines.Apply(t.Context(), connect.NewRequest(&weirv1.ApplyRequest{Plan: bad}))
		t.Run(name, func(t *testing.T) { wantCode(t, err, connect.CodeInvalidArgument, "make a new one") })
	}
	_, err := w.as("other", state.RoleOwner).pipelines.Apply(t.Context(), connect.NewRequest(&weirv1.ApplyRequest{Plan: plan}))
	wantCode(t, err, connect.CodePermissionDenied, "of team main")
	if list := must(w.pipelines.ListPipelines(t.Context(), connect.NewRequest(&weirv1.ListPipelinesRequest{})))(t).Msg.Pipelines; len(list) != 0 {
		t.Errorf("something was applied: %v", list)
	}
}

func TestGetGraphOfNothing(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	for _, tt := range []struct {
		req  *weirv1.GetGraphRequest
		code connect.Code
		says string
	}{
		{&weirv1.GetGraphRequest{Pipeline: "none"}, connect.CodeNotFound, "no pipeline none"},
		{&weirv1.GetGraphRequest{Pipeline: "none", Revision: 1}, connect.CodeNotFound, "no pipeline none"},
		{&weirv1.GetGraphRequest{Pipeline: "demo", Revision: 2}, connect.CodeNotFound, "no revision 2"},
		{&weirv1.GetGraphRequest{Pipeline: "demo", Revision: -1}, connect.CodeInvalidArgument, "numbered from 1"},
	} {
		_, err := w.pipelines.GetGraph(t.Context(), connect.NewRequest(tt.req))
		wantCode(t, err, tt.code, tt.says)
	}
}

func TestDrift(t *testing.T) {
	w := newWorld(t)
	pinned := demo("demo")
	pinned["resource.git.app"] = graph.Resource{Type: "git", Pin: map[string]string{"ref": "a"}}
	w.apply(t, pinned)
	for _, tt := range []struct{ do, address, reason string }{
		{"SELECT 1", "", ""},
		{"UPDATE scopes SET last_ok_at = now()", "resource.git.app", "PinMissing"},
		{`INSERT INTO versions (scope_id, version, digest, check_order) SELECT id, '{"ref": "a"}', 'x', 1 FROM scopes`, "", ""},
		{"UPDATE scopes SET failures = 2, last_error = 'no such host'", "resource.git.app", "CheckFails"},
		{"UPDATE scopes SET failures = 0, check_due_at = now() - interval '1 hour'", "resource.git.app", "CheckLate"},
		{"UPDATE scopes SET check_due_at = now(); UPDATE objects SET paused = true WHERE address = 'job.unit'", "job.unit", "Paused"},
		{"UPDATE objects SET paused = false; UPDATE pipelines SET paused = true", "pipeline", "Paused"},
		{"UPDATE pipelines SET paused = false; UPDATE objects SET spec_digest = 'x' WHERE address = 'job.unit'", "job.unit", string(state.DriftObjectChanged)},
	} {
		w.exec(tt.do)
		got := must(w.pipelines.Drift(t.Context(), connect.NewRequest(&weirv1.DriftRequest{Pipeline: "demo"})))(t).Msg.Drifts
		if tt.reason == "" && len(got) == 0 {
			continue
		}
		if len(got) != 1 || got[0].Address != tt.address || got[0].Reason != tt.reason || got[0].Message == "" || got[0].Pipeline != "demo" {
			t.Errorf("after %s: %v, want %s %s", tt.do, got, tt.address, tt.reason)
		}
	}
	_, err := w.pipelines.Drift(t.Context(), connect.NewRequest(&weirv1.DriftRequest{Pipeline: "none"}))
	wantCode(t, err, connect.CodeNotFound, "no pipeline none")
}
