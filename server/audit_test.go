package server_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/server"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
)

// reads are the procedures that change nothing that anybody could ask about.
func reads() []string {
	return []string{
		weirv1connect.PipelineServiceListPipelinesProcedure, weirv1connect.PipelineServiceGetGraphProcedure, weirv1connect.PipelineServiceDriftProcedure,
		weirv1connect.PipelineServicePlanProcedure, weirv1connect.PipelineServiceListPoliciesProcedure,
		weirv1connect.BuildServiceListJobsProcedure, weirv1connect.BuildServiceListBuildsProcedure, weirv1connect.BuildServiceGetBuildProcedure,
		weirv1connect.BuildServiceWatchProcedure, weirv1connect.BuildServiceListApprovalsProcedure, weirv1connect.BuildServiceListContainersProcedure,
		weirv1connect.ResourceServiceListResourcesProcedure, weirv1connect.ResourceServiceListVersionsProcedure, weirv1connect.ResourceServiceLastCheckProcedure,
		weirv1connect.ExplainServiceExplainJobProcedure, weirv1connect.ExplainServiceExplainBuildProcedure, weirv1connect.ExplainServiceExplainResourceProcedure,
		weirv1connect.AdminServiceServerInfoProcedure, weirv1connect.AdminServiceListWorkersProcedure, weirv1connect.AdminServiceDoctorProcedure,
		weirv1connect.NotificationServiceListNotificationsProcedure,
	}
}

// change is a call that changes something, and what it has to leave in the audit.
type change struct {
	call   func() error
	action string
}

// changes are the other procedures, each with a call in a world of its pipeline demo.
func changes(t *testing.T, w *world) map[string]change {
	ctx, build := t.Context(), w.trigger(t, "demo", "alone").Id
	again := w.trigger(t, "demo", "alone").Id
	w.exec("UPDATE builds SET status = 'running', started_at = now() WHERE id = $1", build)
	w.exec("UPDATE builds SET status = 'failed', started_at = now(), ended_at = now() WHERE id = $1", again)
	w.exec("INSERT INTO steps (build_id, path, ord, kind, name, status, attempt) VALUES ($1, '9', 9, 'approval', 'go', 'blocked', 1)", build)
	w.exec("INSERT INTO approvals (build_id, path, message) VALUES ($1, '9', '')", build)
	w.history("resource.git.app")
	w.notified("demo")
	plan := w.plan(t, demo("other"))
	if err := w.store.SetPolicies(ctx, must(w.store.TeamID(ctx, "main"))(t), "ann", []state.Policy{{Name: "advice.cue", Text: "warn: []"}}); err != nil {
		t.Fatal(err) // this server evaluates none: all it may do is to drop those there are
	}
	pin := did(ctx, w.resources.Pin, &weirv1.PinRequest{Pipeline: "demo", Resource: "app", Version: ref("3")})
	unpin := func() error {
		return errors.Join(pin(), did(ctx, w.resources.Unpin, &weirv1.UnpinRequest{Pipeline: "demo", Resource: "app"})())
	}
	check := func() error { // nobody runs it: that it was asked for is in the audit all the same
		asking, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() {
			ended <- did(asking, w.resources.Check, &weirv1.CheckRequest{Pipeline: "demo", Resource: "app"})()
		}()
		w.eventually("SELECT count(*) = 1 FROM audit_events WHERE action = 'resource.check'")
		stop()
		<-ended
		return nil
	}
	return map[string]change{
		weirv1connect.PipelineServiceApplyProcedure:           {did(ctx, w.pipelines.Apply, &weirv1.ApplyRequest{Plan: plan}), "pipeline.apply"},
		weirv1connect.PipelineServicePausePipelineProcedure:   {did(ctx, w.pipelines.PausePipeline, &weirv1.PausePipelineRequest{Pipeline: "demo", Paused: true}), "pipeline.pause"},
		weirv1connect.PipelineServiceArchivePipelineProcedure: {did(ctx, w.pipelines.ArchivePipeline, &weirv1.ArchivePipelineRequest{Pipeline: "idle", Archived: true}), "pipeline.archive"},
		weirv1connect.PipelineServiceSetPoliciesProcedure:     {did(ctx, w.pipelines.SetPolicies, &weirv1.SetPoliciesRequest{}), "policies.set"},
		weirv1connect.BuildServiceTriggerProcedure:            {did(ctx, w.builds.Trigger, &weirv1.TriggerRequest{Pipeline: "demo", Job: "alone"}), "build.trigger"},
		weirv1connect.BuildServiceRerunProcedure:              {did(ctx, w.builds.Rerun, &weirv1.RerunRequest{Id: again}), "build.rerun"},
		weirv1connect.BuildServicePauseJobProcedure:           {did(ctx, w.builds.PauseJob, &weirv1.PauseJobRequest{Pipeline: "demo", Job: "alone", Paused: true}), "job.pause"},
		weirv1connect.BuildServiceAbortProcedure:              {did(ctx, w.builds.Abort, &weirv1.AbortRequest{Id: build}), "build.abort"},
		weirv1connect.BuildServiceInterceptProcedure:          {func() error { return w.knock(t, again) }, "build.intercept"},
		weirv1connect.BuildServiceAnswerProcedure:             {did(ctx, w.builds.Answer, &weirv1.AnswerRequest{Id: build, Step: "go"}), "build.reject"},
		weirv1connect.ResourceServicePinProcedure:             {did(ctx, w.resources.Pin, &weirv1.PinRequest{Pipeline: "demo", Resource: "app", Version: ref("2")}), "resource.pin"},
		weirv1connect.ResourceServiceUnpinProcedure:           {unpin, "resource.unpin"},
		weirv1connect.ResourceServiceEnableVersionProcedure:   {did(ctx, w.resources.EnableVersion, &weirv1.EnableVersionRequest{Pipeline: "demo", Resource: "app", Version: ref("1")}), "version.disable"},
		weirv1connect.ResourceServiceClearVersionsProcedure:   {did(ctx, w.resources.ClearVersions, &weirv1.ClearVersionsRequest{Pipeline: "demo", Resource: "app"}), "resource.clear-versions"},
		weirv1connect.ResourceServiceCheckProcedure:           {check, "resource.check"},

		weirv1connect.NotificationServiceRetryNotificationProcedure: {did(ctx, w.notifications.RetryNotification, &weirv1.RetryNotificationRequest{Id: deadNotification}), "notification.retry"},
		weirv1connect.NotificationServiceTestNotificationProcedure:  {did(ctx, w.notifications.TestNotification, &weirv1.TestNotificationRequest{Pipeline: "demo", Address: "ops"}), "notification.test"},
	}
}

// Every procedure is known to read or to change; who calls one that changes something
// is in the audit: as whom, from where, and what about.
func TestEveryChangeIsAudited(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	w.apply(t, specs{graph.PipelineAddress: graph.Pipeline{Name: "idle"}})
	all := changes(t, w)
	known := append(reads(), slices.Collect(maps.Keys(all))...)
	slices.Sort(known)
	if got := server.Procedures(); !slices.Equal(got, known) {
		t.Fatalf("procedures %q, and known are %q: say of each whether it changes something", got, known)
	}
	team := must(w.store.TeamID(t.Context(), "main"))(t)
	for _, procedure := range slices.Backward(slices.Sorted(maps.Keys(all))) { // what ends something comes last: Abort, ClearVersions
		c := all[procedure]
		before := w.events(team, c.action)
		if err := c.call(); err != nil {
			t.Errorf("%s: %v", procedure, err)
		}
		after := w.events(team, c.action)
		if len(after) != len(before)+1 {
			t.Errorf("%s: %d events %s, and were %d", procedure, len(after), c.action, len(before))
			continue
		}
		if e := after[0]; e.Actor != "main-owner" || !strings.HasPrefix(e.Address, "127.0.0.1") || e.Subject == "" || !tellsChange(e) {
			t.Errorf("%s: %+v", procedure, e)
		}
	}
}

// What nobody did who is known here, or who works on no team, is audited too.
func TestAWebhookIsAudited(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	ctx := state.WithOrigin(t.Context(), state.Origin{Address: "192.0.2.9"})
	hook := must(w.store.FindObject(ctx, "main", "demo", graph.KindResource, "app"))(t)
	if err := w.store.HookCheck(ctx, "main", hook.ID); err != nil {
		t.Fatal(err)
	}
	got := w.events(must(w.store.TeamID(ctx, "main"))(t), "resource.check")
	if len(got) != 1 || got[0].Actor != "webhook" || got[0].Address != "192.0.2.9" || got[0].Subject != "resource/"+hook.ID {
		t.Errorf("%+v", got)
	}
}

// tellsChange says whether an event has how it was before and how it is after, and not
// the same. Only what asks for something and changes nothing by itself has neither.
func tellsChange(e state.Event) bool {
	before, was := e.Details["before"]
	after, is := e.Details["after"]
	if e.Action == "resource.check" || e.Action == "build.intercept" { // of which nobody knows what came of it
		return !was && !is
	}
	return was && is && !reflect.DeepEqual(before, after)
}

// events are those of an action, newest first.
func (w *world) events(team, action string) []state.Event {
	w.t.Helper()
	all := must(w.store.FindEvents(w.t.Context(), team, postgres.AuditFilter{Most: 1000}))(w.t)
	return slices.DeleteFunc(all, func(e state.Event) bool { return e.Action != action })
}

func did[Req, Res any](ctx context.Context, call func(context.Context, *connect.Request[Req]) (*connect.Response[Res], error), req *Req) func() error {
	return func() error { _, err := call(ctx, connect.NewRequest(req)); return err }
}
