package server_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
)

func TestTrigger(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	w.exec("DELETE FROM queue")
	b := w.trigger(t, "demo", "unit")
	if b.Number != 1 || b.Status != "pending" || b.Cause != "manual" || b.CreatedBy != "main-owner" || b.Revision != 1 || b.Job != "unit" || b.Pipeline != "demo" {
		t.Errorf("build %v", b)
	}
	if again := w.trigger(t, "demo", "job.unit"); again.Number != 2 {
		t.Errorf("number %d, want 2", again.Number)
	}
	if keys := w.queue(); len(keys) != 2 || keys[0] != "job/"+w.jobID("job.unit") || !strings.HasPrefix(keys[1], "scope/") { // and the check of what it takes
		t.Errorf("queue: %v", keys)
	}
	for _, tt := range []struct {
		pipeline, job string
		code          connect.Code
		says          string
	}{
		{"none", "unit", connect.CodeNotFound, "no pipeline none"},
		{"demo", "none", connect.CodeNotFound, "no job none"},
		{"demo", "resource.git.app", connect.CodeNotFound, "no job"},
		{"demo", "", connect.CodeInvalidArgument, "must name"},
		{"demo", "auto", connect.CodeFailedPrecondition, "disable_manual_trigger"},
	} {
		_, err := w.builds.Trigger(t.Context(), connect.NewRequest(&weirv1.TriggerRequest{Pipeline: tt.pipeline, Job: tt.job}))
		wantCode(t, err, tt.code, tt.says)
	}
	s := demo("demo")
	delete(s, "job.unit")
	w.apply(t, s)
	_, err := w.builds.Trigger(t.Context(), connect.NewRequest(&weirv1.TriggerRequest{Pipeline: "demo", Job: "unit"}))
	wantCode(t, err, connect.CodeNotFound, "was removed")
}

// queue is what is to be looked at.
func (w *world) queue() []string {
	w.t.Helper()
	var keys []string
	err := w.store.Pool().QueryRow(w.t.Context(), "SELECT coalesce(array_agg(key ORDER BY key), '{}') FROM queue").Scan(&keys)
	return must(keys, err)(w.t)
}

func (w *world) jobID(address string) (id string) {
	w.t.Helper()
	err := w.store.Pool().QueryRow(w.t.Context(), "SELECT id FROM objects WHERE address = $1", address).Scan(&id)
	return must(id, err)(w.t)
}

// However many trigger at once, each build has a number of its own and none is
// left out.
func TestTriggersAtOnce(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	const n = 20
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			req := connect.NewRequest(&weirv1.TriggerRequest{Pipeline: "demo", Job: "alone"})
			if _, err := w.builds.Trigger(t.Context(), req); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var numbers []int64
	for _, b := range w.list(&weirv1.ListBuildsRequest{Pipeline: "demo", Job: "alone", Limit: 100}) {
		numbers = append(numbers, b.Number)
	}
	slices.Sort(numbers)
	for i, got := range numbers {
		if got != int64(i+1) {
			t.Fatalf("numbers %v", numbers)
		}
	}
	if len(numbers) != n {
		t.Fatalf("%d builds", len(numbers))
	}
}

func (w *world) list(req *weirv1.ListBuildsRequest) []*weirv1.Build {
	w.t.Helper()
	return must(w.builds.ListBuilds(w.t.Context(), connect.NewRequest(req)))(w.t).Msg.Builds
}

func TestAbort(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	pending, running := w.trigger(t, "demo", "alone"), w.trigger(t, "demo", "alone")
	w.exec("UPDATE builds SET status = 'running', started_at = now() WHERE id = $1", running.Id)
	w.exec("INSERT INTO conditions (subject, type, reason, message) VALUES ($1, 'Waiting', 'MaxInFlight', 'one is running')", "build/"+pending.Id)
	w.exec("DELETE FROM queue")
	abort := func(id string) *weirv1.Build {
		return must(w.builds.Abort(t.Context(), connect.NewRequest(&weirv1.AbortRequest{Id: id})))(t).Msg.Build
	}
	for range 2 { // the second time it changes nothing
		if b := abort(pending.Id); b.Status != "aborted" || b.EndedAt == nil || b.Message != "aborted by main-owner before it started" || b.Waiting != nil {
			t.Errorf("a pending build: %v", b)
		}
		if b := abort(running.Id); b.Status != "running" {
			t.Errorf("a running build: %v", b)
		}
	}
	want := []string{"build/" + pending.Id, "build/" + running.Id, "job/" + w.jobID("job.alone")}
	slices.Sort(want)
	if got := w.queue(); !slices.Equal(got, want) {
		t.Errorf("queue %v, want %v", got, want)
	}
	w.exec("UPDATE builds SET status = 'succeeded', ended_at = now(), abort_requested_by = NULL WHERE id = $1", running.Id)
	if b := abort(running.Id); b.Status != "succeeded" {
		t.Errorf("a build that has ended: %v", b)
	}
}

func TestGetBuild(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	_, err := w.builds.GetBuild(t.Context(), connect.NewRequest(&weirv1.GetBuildRequest{Pipeline: "demo", Job: "unit"}))
	wantCode(t, err, connect.CodeNotFound, "no builds yet")

	first, second := w.trigger(t, "demo", "unit"), w.trigger(t, "demo", "unit")
	w.exec(`INSERT INTO versions (scope_id, version, digest, check_order) SELECT id, '{"ref": "a"}', 'x', 1 FROM scopes`)
	for _, table := range []string{"build_inputs", "build_outputs"} {
		w.exec(fmt.Sprintf("INSERT INTO %s (build_id, name, resource_id, version_id) SELECT $1, 'app', o.id, v.id FROM objects o, versions v WHERE o.address = 'resource.git.app'", table), second.Id)
	}
	w.exec("INSERT INTO steps (build_id, path, ord, kind, name, status) VALUES ($1, '1', 1, 'task', 'test', 'waiting'), ($1, '0', 0, 'get', 'app', 'running')", second.Id)
	w.exec("INSERT INTO runs (id, team_id, build_id, step_path, kind, task, status) SELECT gen_random_uuid(), team_id, id, '0', 'get', '', 'unplaced' FROM builds WHERE id = $1", second.Id)
	w.exec("INSERT INTO conditions (subject, type, reason, message) SELECT 'run/' || id, 'Placed', 'NoWorker', 'there is no worker' FROM runs")
	w.exec("INSERT INTO conditions (subject, type, reason, message) VALUES ('build/' || $1::text, 'Started', 'MaxInFlight', 'one is running')", second.Id)

	for _, req := range []*weirv1.GetBuildRequest{
		{Id: second.Id}, {Pipeline: "demo", Job: "unit"}, {Pipeline: "demo", Job: "unit", Number: 2},
	} {
		got := must(w.builds.GetBuild(t.Context(), connect.NewRequest(req)))(t).Msg
		b := got.Build
		if b.Number != 2 || len(b.Inputs) != 1 || len(b.Outputs) != 1 || b.Inputs[0].Version["ref"] != "a" || b.Inputs[0].Resource != "resource.git.app" || b.Waiting.GetReason() != "MaxInFlight" {
			t.Errorf("build %v", b)
		}
		if len(got.Steps) != 2 || got.Steps[0].Name != "app" || got.Steps[0].Waiting.GetReason() != "NoWorker" || got.Steps[1].Waiting != nil {
			t.Errorf("steps %v", got.Steps)
		}
	}
	for _, tt := range []struct {
		req  *weirv1.GetBuildRequest
		code connect.Code
		says string
	}{
		{&weirv1.GetBuildRequest{Id: "7"}, connect.CodeInvalidArgument, "no id of a build"},
		{&weirv1.GetBuildRequest{Id: "7b0f4a0e-6a5f-4f9e-9a0e-0a4b5c6d7e8f"}, connect.CodeNotFound, "no build"},
		{&weirv1.GetBuildRequest{Pipeline: "demo", Job: "unit", Number: 3}, connect.CodeNotFound, "no build 3"},
		{&weirv1.GetBuildRequest{}, connect.CodeInvalidArgument, "must name"},
	} {
		_, err := w.builds.GetBuild(t.Context(), connect.NewRequest(tt.req))
		wantCode(t, err, tt.code, tt.says)
	}
	if first.Number != 1 {
		t.Errorf("number %d", first.Number)
	}
}

func TestListJobsAndBuilds(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("one"))
	w.apply(t, demo("two"))
	ended, open := w.trigger(t, "one", "unit"), w.trigger(t, "one", "unit")
	w.trigger(t, "two", "alone")
	w.exec("UPDATE builds SET status = 'failed', ended_at = now() WHERE id = $1", ended.Id)
	w.exec("INSERT INTO conditions (subject, type, reason, message) SELECT 'job/' || o.id, 'Scheduled', 'NoVersion', 'no version' FROM objects o JOIN pipelines p ON p.id = o.pipeline_id WHERE o.address = 'job.auto' AND p.name = 'one'")

	jobs := must(w.builds.ListJobs(t.Context(), connect.NewRequest(&weirv1.ListJobsRequest{Pipeline: "one"})))(t).Msg.Jobs
	if len(jobs) != 3 || jobs[0].Name != "alone" || jobs[1].Name != "auto" || jobs[2].Name != "unit" {
		t.Fatalf("jobs %v", jobs)
	}
	if jobs[0].Last != nil || jobs[0].Next != nil || jobs[1].Waiting.GetReason() != "NoVersion" || jobs[2].Last.GetId() != ended.Id || jobs[2].Next.GetId() != open.Id {
		t.Errorf("jobs %v", jobs)
	}
	if all := must(w.builds.ListJobs(t.Context(), connect.NewRequest(&weirv1.ListJobsRequest{})))(t).Msg.Jobs; len(all) != 6 {
		t.Errorf("%d jobs in all, want 6", len(all))
	}
	for want, req := range map[int]*weirv1.ListBuildsRequest{
		3: {}, 2: {Pipeline: "one"}, 1: {Pipeline: "one", Limit: 1}, 0: {Pipeline: "two", Job: "unit"},
	} {
		if got := w.list(req); len(got) != want {
			t.Errorf("%v gave %d builds", req, len(got))
		}
	}
	if newest := w.list(&weirv1.ListBuildsRequest{Pipeline: "one"}); newest[0].Id != open.Id {
		t.Errorf("the newest is not first: %v", newest)
	}
	_, err := w.builds.ListBuilds(t.Context(), connect.NewRequest(&weirv1.ListBuildsRequest{Pipeline: "none"}))
	wantCode(t, err, connect.CodeNotFound, "no pipeline none")
	_, err = w.builds.ListJobs(t.Context(), connect.NewRequest(&weirv1.ListJobsRequest{Pipeline: "none"}))
	wantCode(t, err, connect.CodeNotFound, "no pipeline none")
}

// What one team has is not there for another, by any name and in any list.
func TestTeamsDoNotSeeEachOther(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	b := w.trigger(t, "demo", "unit")
	other := w.as("other", state.RoleOwner)
	ctx := t.Context()
	none := func(what string, n int, err error) {
		t.Helper()
		if n != 0 || err != nil {
			t.Errorf("the other team sees %d %s, %v", n, what, err)
		}
	}
	pipelines, err := other.pipelines.ListPipelines(ctx, connect.NewRequest(&weirv1.ListPipelinesRequest{}))
	none("pipelines", len(pipelines.Msg.Pipelines), err)
	jobs, err := other.builds.ListJobs(ctx, connect.NewRequest(&weirv1.ListJobsRequest{}))
	none("jobs", len(jobs.Msg.Jobs), err)
	builds, err := other.builds.ListBuilds(ctx, connect.NewRequest(&weirv1.ListBuildsRequest{}))
	none("builds", len(builds.Msg.Builds), err)
	resources, err := other.resources.ListResources(ctx, connect.NewRequest(&weirv1.ListResourcesRequest{}))
	none("resources", len(resources.Msg.Resources), err)
	drifts, err := other.pipelines.Drift(ctx, connect.NewRequest(&weirv1.DriftRequest{}))
	none("drifts", len(drifts.Msg.Drifts), err)

	for what, call := range map[string]func() error{
		"graph": func() error {
			_, err := other.pipelines.GetGraph(ctx, connect.NewRequest(&weirv1.GetGraphRequest{Pipeline: "demo"}))
			return err
		},
		"drift": func() error {
			_, err := other.pipelines.Drift(ctx, connect.NewRequest(&weirv1.DriftRequest{Pipeline: "demo"}))
			return err
		},
		"destroy": func() error {
			_, err := other.pipelines.Plan(ctx, connect.NewRequest(&weirv1.PlanRequest{Pipeline: "demo", Destroy: true}))
			return err
		},
		"get": func() error {
			_, err := other.builds.GetBuild(ctx, connect.NewRequest(&weirv1.GetBuildRequest{Id: b.Id}))
			return err
		},
		"by number": func() error {
			_, err := other.builds.GetBuild(ctx, connect.NewRequest(&weirv1.GetBuildRequest{Pipeline: "demo", Job: "unit"}))
			return err
		},
		"abort": func() error {
			_, err := other.builds.Abort(ctx, connect.NewRequest(&weirv1.AbortRequest{Id: b.Id}))
			return err
		},
		"trigger": func() error {
			_, err := other.builds.Trigger(ctx, connect.NewRequest(&weirv1.TriggerRequest{Pipeline: "demo", Job: "unit"}))
			return err
		},
		"check": func() error {
			_, err := other.resources.Check(ctx, connect.NewRequest(&weirv1.CheckRequest{Pipeline: "demo", Resource: "app"}))
			return err
		},
		"versions": func() error {
			_, err := other.resources.ListVersions(ctx, connect.NewRequest(&weirv1.ListVersionsRequest{Pipeline: "demo", Resource: "app"}))
			return err
		},
		"watch": func() error {
			s := must(other.builds.Watch(ctx, connect.NewRequest(&weirv1.WatchRequest{Id: b.Id})))(t)
			for s.Receive() {
			}
			return s.Err()
		},
	} {
		t.Run(what, func(t *testing.T) { wantCode(t, call(), connect.CodeNotFound, "team other has no") })
	}
	if got := must(w.builds.GetBuild(ctx, connect.NewRequest(&weirv1.GetBuildRequest{Id: b.Id})))(t).Msg.Build; got.Status != "pending" {
		t.Errorf("the other team ended it: %v", got)
	}
	other.apply(t, demo("demo")) // the same name is another pipeline
	if got := other.trigger(t, "demo", "unit"); got.Number != 1 {
		t.Errorf("number %d in the other team", got.Number)
	}
}
