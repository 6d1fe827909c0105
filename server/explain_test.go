package server_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/reconciler/reason"
	"github.com/weirci/weir/server"
	"github.com/weirci/weir/state"
)

// explainer says what it was asked about.
type explainer struct{ path string }

func (e explainer) Job(_ context.Context, id string) ([]reason.Why, error) {
	table := reason.Table{Title: "t", Candidates: "version", Constraints: []string{"c"}, Rows: []reason.Row{{Name: "v", Chosen: true, Verdicts: []reason.Verdict{{OK: true, Fact: "f"}}}}}
	return []reason.Why{{Subject: id, Reason: "R", Message: "m", Unblock: "u", Since: time.Unix(7, 0), Tables: []reason.Table{table}}}, nil
}

func (e explainer) Build(_ context.Context, id string) ([]reason.Why, error) {
	return []reason.Why{{Subject: id, Reason: "R"}, {Subject: "step", Path: e.path, Reason: "S"}}, nil
}

func (e explainer) Resource(_ context.Context, _, pipeline, subject, name string) ([]reason.Why, error) {
	return []reason.Why{{Subject: pipeline + " " + subject + " " + name, Reason: "R"}}, nil
}

// What an explainer says is told of what is the caller's team's, to viewers too,
// and of nothing else.
func TestExplain(t *testing.T) {
	w := newWorld(t)
	o := options(t, w.store, nil)
	o.Explain = explainer{path: "9"}
	w.srv = must(server.New(o))(t)
	w.apply(t, demo("demo"))
	b := w.trigger(t, "demo", "alone")
	ask := w.srv.Services().Explain
	ctx := func(team string) context.Context {
		id := must(w.store.EnsureTeam(t.Context(), team))(t)
		return server.WithIdentity(t.Context(), server.Identity{TeamID: id, Team: team, Name: "ann", Role: state.RoleViewer})
	}
	job := must(ask.ExplainJob(ctx("main"), connect.NewRequest(&weirv1.ExplainJobRequest{Pipeline: "demo", Job: "alone"})))(t).Msg
	if w := job.Whys[0]; job.Address != "job.alone" || w.Reason != "R" || w.Since.AsTime().Unix() != 7 || w.Tables[0].Rows[0].Verdicts[0].Fact != "f" || !w.Tables[0].Rows[0].Chosen {
		t.Errorf("%v", job)
	}
	res := must(ask.ExplainResource(ctx("main"), connect.NewRequest(&weirv1.ExplainResourceRequest{Pipeline: "demo", Resource: "app"})))(t).Msg
	if res.Whys[0].Subject != "demo resource.git.app app" {
		t.Errorf("%v", res)
	}
	build := func(team, step string) (*weirv1.ExplainBuildResponse, error) {
		res, err := ask.ExplainBuild(ctx(team), connect.NewRequest(&weirv1.ExplainBuildRequest{Id: b.Id, Step: step}))
		if err != nil {
			return nil, err
		}
		return res.Msg, nil
	}
	_, err := build("other", "")
	wantCode(t, err, connect.CodeNotFound, "has no build")
	if all := must(build("main", ""))(t); len(all.Whys) != 2 || all.Build.Id != b.Id {
		t.Errorf("%v", all)
	}
	w.exec("UPDATE builds SET status = 'running', started_at = now() WHERE id = $1", b.Id)
	w.exec("INSERT INTO steps (build_id, path, ord, kind, name, status, attempt) VALUES ($1, '9', 9, 'task', 'go', 'running', 1)", b.Id)
	w.exec(`INSERT INTO runs (id, team_id, build_id, step_path, kind, task, status, queue_ms, pull_ms, fetch_ms, create_ms, upload_ms, created_at, assigned_at, started_at, ended_at)
		SELECT gen_random_uuid(), team_id, id, p, 'task', '', 'exited', 7, 400, 60, 40, 20, now() - interval '10s', now() - interval '9s', now() - interval '7s', now() - interval '4s'
		FROM builds, unnest('{8,9}'::text[]) p WHERE id = $1`, b.Id)
	for _, step := range []string{"go", "9"} {
		one := must(build("main", step))(t)
		if len(one.Whys) != 1 || one.Whys[0].Path != "9" || len(one.Steps) != 1 || len(one.Attempts) != 1 {
			t.Fatalf("%v", one)
		}
		if a := one.Attempts[0]; a.Step != "go" || a.QueueMs != 7 || a.PlaceMs != 2500 || a.PrepareMs != 2000 || a.PullMs != 400 || a.FetchMs != 60 || a.CreateMs != 40 || a.RunMs != 3000 || a.UploadMs != 20 {
			t.Errorf("%v", a)
		}
	}
	_, err = build("main", "stop")
	wantCode(t, err, connect.CodeNotFound, "has no step stop")
	w.exec("UPDATE objects SET spec_digest = NULL, exec_digest = NULL WHERE address = 'resource.git.app'")
	res = must(ask.ExplainResource(ctx("main"), connect.NewRequest(&weirv1.ExplainResourceRequest{Pipeline: "demo", Resource: "app"})))(t).Msg
	if res.Whys[0].Reason != reason.Deleted {
		t.Errorf("%v", res)
	}
}

// A server without deciders says so.
func TestExplainIsNotThere(t *testing.T) {
	w := newWorld(t)
	c := weirv1connect.NewExplainServiceClient(http.DefaultClient, w.url, connect.WithInterceptors(bearer(w.token("main", state.RoleViewer))))
	_, err := c.ExplainJob(t.Context(), connect.NewRequest(&weirv1.ExplainJobRequest{Pipeline: "demo", Job: "x"}))
	wantCode(t, err, connect.CodeUnimplemented, "it has no deciders")
	_, err = c.ExplainBuild(t.Context(), connect.NewRequest(&weirv1.ExplainBuildRequest{}))
	wantCode(t, err, connect.CodeUnimplemented, "it has no deciders")
	_, err = c.ExplainResource(t.Context(), connect.NewRequest(&weirv1.ExplainResourceRequest{}))
	wantCode(t, err, connect.CodeUnimplemented, "it has no deciders")
}
