package server_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/planner/planfile"
	"github.com/weirci/weir/server"
	"github.com/weirci/weir/server/intercept"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// world is a server on a database of its own, and a team that calls it.
type world struct {
	t       *testing.T
	store   *postgres.Store
	srv     *server.Server
	url     string
	scrapes string // token for the metrics, once made
	clients
}

// clients are the services as one token sees them.
type clients struct {
	pipelines weirv1connect.PipelineServiceClient
	builds    weirv1connect.BuildServiceClient
	resources weirv1connect.ResourceServiceClient
	admin     weirv1connect.AdminServiceClient

	notifications weirv1connect.NotificationServiceClient
}

// newWorld starts a server with team main, as whose owner the world calls.
func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, pgtest.New(t))
}

func newWorldOn(t *testing.T, store *postgres.Store) *world {
	t.Helper()
	w := &world{t: t, store: store}
	listener := must(w.store.Listen(t.Context()))(t)
	t.Cleanup(listener.Close)
	w.srv = must(server.New(options(t, w.store, listener)))(t)
	srv := httptest.NewUnstartedServer(w.srv.Handler())
	srv.Config.Protocols = new(http.Protocols)
	srv.Config.Protocols.SetHTTP1(true)
	srv.Config.Protocols.SetUnencryptedHTTP2(true)
	srv.Start()
	t.Cleanup(srv.Close)
	w.url = srv.URL
	w.clients = w.as("main", state.RoleOwner)
	return w
}

func options(t *testing.T, store *postgres.Store, listener server.Listener) server.Options {
	return server.Options{Store: store, Listener: listener, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: time.Now, Version: "1.2.3",
		Intercept: server.Intercept{Sessions: intercept.New()}}
}

// as makes a token of a team, which is made too, and clients that show it.
func (w *world) as(team string, role state.Role) clients {
	w.t.Helper()
	return dial(http.DefaultClient, w.url, w.token(team, role))
}

func (w *world) token(team string, role state.Role) string {
	w.t.Helper()
	must(w.store.EnsureTeam(w.t.Context(), team))(w.t)
	return must(w.store.CreateToken(w.t.Context(), team, team+"-"+string(role), role))(w.t)
}

func dial(transport connect.HTTPClient, url, token string, opts ...connect.ClientOption) clients {
	opts = append(opts, connect.WithInterceptors(bearer(token)))
	return clients{
		weirv1connect.NewPipelineServiceClient(transport, url, opts...),
		weirv1connect.NewBuildServiceClient(transport, url, opts...),
		weirv1connect.NewResourceServiceClient(transport, url, opts...),
		weirv1connect.NewAdminServiceClient(transport, url, opts...),
		weirv1connect.NewNotificationServiceClient(transport, url, opts...),
	}
}

// bearer shows a token in every call, "" none.
type bearer string

func (b bearer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		b.sign(req.Header())
		return next(ctx, req)
	}
}

func (b bearer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		b.sign(conn.RequestHeader())
		return conn
	}
}

func (b bearer) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

func (b bearer) sign(h http.Header) {
	if b != "" {
		h.Set("Authorization", "Bearer "+string(b))
	}
}

// specs are the nodes of a pipeline, by address.
type specs map[graph.Address]graph.Spec

// demo is a pipeline with a resource, a job that takes it, one that does not,
// and one that must not be triggered.
func demo(name string) specs {
	take := graph.Step{Name: "app", Body: graph.Get{Resource: "resource.git.app", Trigger: true}}
	test := graph.Step{Name: "test", Body: graph.Task{Image: "oci:/image", Script: "true"}}
	return specs{
		graph.PipelineAddress: graph.Pipeline{Name: name},
		"resource.git.app":    graph.Resource{Type: "git", Source: graph.Map{"uri": graph.String("file:///" + name)}},
		"job.unit":            graph.Job{Steps: []graph.Step{take, test}},
		"job.alone":           graph.Job{Steps: []graph.Step{test}},
		"job.auto":            graph.Job{Steps: []graph.Step{take}, DisableManualTrigger: true},
	}
}

func (s specs) graph(t *testing.T) *graph.Graph {
	t.Helper()
	b := graph.NewBuilder(graph.Header{})
	for a, spec := range s {
		if err := b.Add(a, spec, graph.Meta{}); err != nil {
			t.Fatal(err)
		}
	}
	return must(b.Finish())(t)
}

// apply plans and applies a pipeline through the API.
func (c clients) apply(t *testing.T, s specs) int64 {
	t.Helper()
	return must(c.pipelines.Apply(t.Context(), connect.NewRequest(&weirv1.ApplyRequest{Plan: c.plan(t, s)})))(t).Msg.Revision
}

func (c clients) plan(t *testing.T, s specs) []byte {
	t.Helper()
	req := &weirv1.PlanRequest{Pipeline: s[graph.PipelineAddress].(graph.Pipeline).Name, Graph: s.graph(t).Encode()}
	res := must(c.pipelines.Plan(t.Context(), connect.NewRequest(req)))(t)
	must(planfile.Decode(res.Msg.Plan))(t)
	return res.Msg.Plan
}

func (c clients) trigger(t *testing.T, pipeline, job string) *weirv1.Build {
	t.Helper()
	req := connect.NewRequest(&weirv1.TriggerRequest{Pipeline: pipeline, Job: job})
	return must(c.builds.Trigger(t.Context(), req))(t).Msg.Build
}

// exec runs SQL: what the reconciler and workers would have done.
func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	must(w.store.Pool().Exec(w.t.Context(), sql, args...))(w.t)
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantCode checks an error's code, and that its sentence says something.
func wantCode(t *testing.T, err error, want connect.Code, says string) {
	t.Helper()
	if connect.CodeOf(err) != want || !contains(err, says) {
		t.Errorf("error %v, want %v that says %q", err, want, says)
	}
}

// get reads a page of the server.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res := must(http.Get(url))(t)
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode, string(must(io.ReadAll(res.Body))(t))
}

func getAs(t *testing.T, url, token string) (int, string) {
	t.Helper()
	req := must(http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil))(t)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res := must(http.DefaultClient.Do(req))(t)
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode, string(must(io.ReadAll(res.Body))(t))
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	return must(net.Listen("tcp", address))(t)
}
