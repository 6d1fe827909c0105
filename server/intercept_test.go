package server_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
)

// duplex are clients that can talk while they listen.
func (w *world) duplex(team string, role state.Role) clients {
	w.t.Helper()
	return dial(w.duplexTransport(), w.url, w.token(team, role))
}

func (w *world) duplexTransport() *http.Client {
	t := &http.Transport{Protocols: new(http.Protocols)}
	t.Protocols.SetUnencryptedHTTP2(true)
	w.t.Cleanup(t.CloseIdleConnections)
	return &http.Client{Transport: t}
}

// kept gives a build a container on a worker that will not come.
func (w *world) kept(t *testing.T, build string) (run string) {
	t.Helper()
	run = uuid.NewString()
	w.exec("INSERT INTO workers (id, name, status, key_hash, runtime, platform, capacity, version) VALUES (gen_random_uuid(), 'w', 'running', '', '', '', 1, '')")
	w.exec(`INSERT INTO runs (id, team_id, build_id, step_path, kind, task, status, exit_code, started_at, ended_at, worker_id)
		SELECT $1, b.team_id, b.id, '0', 'task', '', 'exited', 1, now(), now(), w.id FROM builds b, workers w WHERE b.id = $2`, run, build)
	w.exec("INSERT INTO containers (run_id, worker_id, status) SELECT $1, id, 'created' FROM workers", run)
	return run
}

// knock asks to be let in, and does not wait for the worker.
func (w *world) knock(t *testing.T, build string) error {
	t.Helper()
	run := w.kept(t, build)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	stream := w.duplex("main", state.RoleOwner).builds.Intercept(ctx)
	start := &weirv1.InterceptStart{RunId: run, Argv: []string{"/bin/echo", "confidential"}}
	if err := stream.Send(&weirv1.InterceptRequest{Said: &weirv1.InterceptRequest_Start{Start: start}}); err != nil {
		return err
	}
	w.eventually("SELECT count(*) = 1 FROM audit_events WHERE action = 'build.intercept' AND details->>'program' = 'echo' AND details::text NOT LIKE '%confidential%'")
	w.eventually("SELECT count(*) = 1 FROM containers WHERE held_until > now() + interval '30 seconds'")
	stop()
	_, err := stream.Receive()
	return errors.Join(errIf(err == nil), stream.CloseResponse())
}

func errIf(wrong bool) error {
	if wrong {
		return errors.New("it was let in by nobody")
	}
	return nil
}

// Who may only look is not let into containers, nor is who belongs to another team.
func TestWhoMayIntercept(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	run := w.kept(t, w.trigger(t, "demo", "alone").Id)
	w.exec("UPDATE runs SET task = '\\x'")
	for name, c := range map[string]struct {
		as   clients
		run  string
		want connect.Code
	}{
		"a viewer":      {w.duplex("main", state.RoleViewer), run, connect.CodePermissionDenied},
		"no run":        {w.duplex("main", state.RoleMember), uuid.NewString(), connect.CodeNotFound},
		"no id":         {w.duplex("main", state.RoleMember), "x", connect.CodeInvalidArgument},
		"another team":  {w.duplex("others", state.RoleOwner), run, connect.CodeNotFound},
		"without token": {dial(w.duplexTransport(), w.url, ""), run, connect.CodeUnauthenticated},
	} {
		stream := c.as.builds.Intercept(t.Context())
		_ = stream.Send(&weirv1.InterceptRequest{Said: &weirv1.InterceptRequest_Start{Start: &weirv1.InterceptStart{RunId: c.run}}})
		if _, err := stream.Receive(); connect.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		_ = stream.CloseRequest()
		_ = stream.CloseResponse()
	}
}

// What is gone says why.
func TestContainersSayWhyTheyAreGone(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	build := w.trigger(t, "demo", "alone").Id
	w.kept(t, build)
	list := func() string {
		res := must(w.builds.ListContainers(t.Context(), connect.NewRequest(&weirv1.ListContainersRequest{Id: build})))(t)
		var out []string
		for _, c := range res.Msg.Containers {
			out = append(out, c.Path+" "+c.Status+" "+c.Gone)
		}
		return strings.Join(out, ", ")
	}
	for _, c := range []struct{ change, want string }{
		{"SELECT", "0 failed "},
		{"UPDATE workers SET status = 'stalled'", "0 failed its worker w does not answer"},
		{"UPDATE containers SET status = 'destroying'", "0 failed it was kept as long as the server keeps such (--keep-containers), or its worker needed the room"},
		{"UPDATE runs SET exit_code = 0", "0 succeeded it succeeded: what it made is in its outputs"},
		{"UPDATE runs SET status = 'lost', exit_code = NULL", "0 errored it was lost with its worker"},
		{"UPDATE runs SET status = 'exited', started_at = NULL, message = 'no such image'", "0 errored its program never ran: no such image"},
		{"UPDATE runs SET status = 'unplaced', ended_at = NULL", "0 waiting its program does not run yet"},
	} {
		w.exec(c.change)
		if got := list(); got != c.want {
			t.Errorf("%s: %q, want %q", c.change, got, c.want)
		}
	}
	w.exec("UPDATE runs SET status = 'exited', exit_code = 1, started_at = now(), ended_at = now()")
	w.exec("UPDATE builds SET status = 'failed', ended_at = now() WHERE id = $1", w.trigger(t, "demo", "alone").Id)
	if got := list(); got != "0 failed build #2 of the job has ended since" {
		t.Errorf("with a newer build: %q", got)
	}
}
