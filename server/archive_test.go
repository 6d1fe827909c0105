package server_test

import (
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

func (w *world) archive(t *testing.T, archived bool) {
	t.Helper()
	must(w.pipelines.ArchivePipeline(t.Context(), connect.NewRequest(&weirv1.ArchivePipelineRequest{Pipeline: "demo", Archived: archived})))(t)
}

// What is done to an archived pipeline is refused, and nothing of it is listed for the
// whole team; a check of it is due no more. Each change is one event.
func TestArchive(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	w.exec("DELETE FROM queue")
	w.archive(t, true)
	w.archive(t, true)
	if queue := w.queue(); len(queue) != 4 {
		t.Errorf("to be looked at: %v", queue)
	}
	if n := w.number("SELECT count(*) FROM scopes WHERE every_ms > 0 OR check_due_at IS NOT NULL"); n != 0 {
		t.Errorf("%d scopes are due some time", n)
	}
	for _, all := range []bool{false, true} {
		list := must(w.pipelines.ListPipelines(t.Context(), connect.NewRequest(&weirv1.ListPipelinesRequest{All: all})))(t).Msg.Pipelines
		if (len(list) == 1) != all || all && !list[0].Archived {
			t.Errorf("all %v: %v", all, list)
		}
	}
	if jobs := must(w.builds.ListJobs(t.Context(), connect.NewRequest(&weirv1.ListJobsRequest{})))(t).Msg.Jobs; len(jobs) != 0 {
		t.Errorf("jobs: %v", jobs)
	}
	for what, err := range map[string]error{
		"trigger": errorOf(w.builds.Trigger(t.Context(), connect.NewRequest(&weirv1.TriggerRequest{Pipeline: "demo", Job: "alone"}))),
		"check":   errorOf(w.resources.Check(t.Context(), connect.NewRequest(&weirv1.CheckRequest{Pipeline: "demo", Resource: "app"}))),
		"pause":   errorOf(w.pipelines.PausePipeline(t.Context(), connect.NewRequest(&weirv1.PausePipelineRequest{Pipeline: "demo"}))),
	} {
		if connect.CodeOf(err) != connect.CodeFailedPrecondition {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.exec("DELETE FROM queue")
	w.archive(t, false)
	if queue := w.queue(); len(queue) != 4 {
		t.Errorf("to be looked at: %v", queue)
	}
	if n := w.number("SELECT count(*) FROM scopes WHERE every_ms > 0 AND check_due_at IS NOT NULL"); n != 1 {
		t.Errorf("%d scopes are checked", n)
	}
	w.archive(t, true)
	if got := w.apply(t, demo("demo")); got != 0 {
		t.Errorf("revision %d", got)
	}
	w.archive(t, true)
	changed := demo("demo")
	delete(changed, "job.alone")
	w.apply(t, changed)
	if n := w.number("SELECT count(*) FROM pipelines WHERE archived"); n != 0 {
		t.Error("applying it leaves it archived")
	}
	if n := w.number("SELECT count(*) FROM audit_events WHERE action IN ('pipeline.archive', 'pipeline.unarchive')"); n != 6 {
		t.Errorf("%d events", n)
	}
}

func (w *world) number(sql string) (n int) {
	w.t.Helper()
	err := w.store.Pool().QueryRow(w.t.Context(), sql).Scan(&n)
	return must(n, err)(w.t)
}

func errorOf[T any](_ T, err error) error { return err }
