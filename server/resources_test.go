package server_test

import (
	"testing"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
)

func TestListResourcesAndVersions(t *testing.T) {
	w := newWorld(t)
	s := demo("demo")
	s["resource_type.own"] = graph.ResourceType{Image: "oci:/own"}
	s["resource.own.tool"] = graph.Resource{TypeRef: "resource_type.own"}
	w.apply(t, s)
	w.exec(`INSERT INTO versions (scope_id, version, digest, check_order, metadata)
		SELECT r.scope_id, jsonb_build_object('ref', n::text), n::text, n, '[{"name": "author", "value": "ann"}]'
		FROM resources r JOIN objects o ON o.id = r.object_id, generate_series(1, 3) n WHERE o.address = 'resource.git.app'`)
	w.exec("UPDATE scopes SET last_error = 'no such host', last_ended_at = now() WHERE id = (SELECT r.scope_id FROM resources r JOIN objects o ON o.id = r.object_id WHERE o.address = 'resource.own.tool')")
	w.exec("INSERT INTO conditions (subject, type, reason, message) SELECT 'scope/' || r.scope_id, 'Checked', 'NoWorker', 'no worker' FROM resources r JOIN objects o ON o.id = r.object_id WHERE o.address = 'resource.own.tool'")

	list := must(w.resources.ListResources(t.Context(), connect.NewRequest(&weirv1.ListResourcesRequest{Pipeline: "demo"})))(t).Msg.Resources
	if len(list) != 2 {
		t.Fatalf("resources %v", list)
	}
	if app := list[0]; app.Type != "git" || app.Versions != 3 || app.Latest["ref"] != "3" || app.LastChecked != nil || app.Waiting != nil {
		t.Errorf("app: %v", app)
	}
	if tool := list[1]; tool.Type != "own" || tool.Versions != 0 || tool.Latest != nil || tool.Error != "no such host" || tool.LastChecked == nil || tool.Waiting.GetReason() != "NoWorker" {
		t.Errorf("tool: %v", tool)
	}
	for _, name := range []string{"app", "resource.git.app"} {
		req := &weirv1.ListVersionsRequest{Pipeline: "demo", Resource: name, Limit: 2}
		got := must(w.resources.ListVersions(t.Context(), connect.NewRequest(req)))(t).Msg.Versions
		if len(got) != 2 || got[0].Version["ref"] != "3" || got[0].Metadata[0].Value != "ann" {
			t.Errorf("versions %v", got)
		}
	}
}

func TestANameOfTwoResources(t *testing.T) {
	w := newWorld(t)
	s := demo("demo")
	s["resource.time.app"] = graph.Resource{Type: "time"}
	w.apply(t, s)
	_, err := w.resources.ListVersions(t.Context(), connect.NewRequest(&weirv1.ListVersionsRequest{Pipeline: "demo", Resource: "app"}))
	wantCode(t, err, connect.CodeInvalidArgument, "resource.git.app or resource.time.app")
	_, err = w.resources.ListVersions(t.Context(), connect.NewRequest(&weirv1.ListVersionsRequest{Pipeline: "demo", Resource: "none"}))
	wantCode(t, err, connect.CodeNotFound, "no resource none")
}

// A check that is running when one asks is not the answer: it may have looked
// before what one wants to be seen was there.
func TestCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		ends string // of the check, in SQL
		want *weirv1.CheckResponse
	}{
		"nothing new": {"SELECT 1", &weirv1.CheckResponse{Ok: true, Latest: map[string]string{"ref": "a"}}},
		"a version":   {`INSERT INTO versions (scope_id, version, digest, check_order) SELECT id, '{"ref": "b"}', 'b', 2 FROM scopes`, &weirv1.CheckResponse{Ok: true, Found: 1, Latest: map[string]string{"ref": "b"}}},
		"an error":    {"UPDATE scopes SET failures = 1, last_error = 'no such host'", &weirv1.CheckResponse{Error: "no such host", Latest: map[string]string{"ref": "a"}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.apply(t, demo("demo"))
			w.exec(`INSERT INTO versions (scope_id, version, digest, check_order) SELECT id, '{"ref": "a"}', 'a', 1 FROM scopes`)
			w.exec("UPDATE scopes SET check_run_id = gen_random_uuid()") // one runs
			w.exec("DELETE FROM queue")
			answer := make(chan *weirv1.CheckResponse, 1)
			go func() {
				req := connect.NewRequest(&weirv1.CheckRequest{Pipeline: "demo", Resource: "app", From: map[string]string{"ref": "a"}})
				res, err := w.resources.Check(t.Context(), req)
				if err != nil {
					t.Error(err)
					res = connect.NewResponse(&weirv1.CheckResponse{})
				}
				answer <- res.Msg
			}()
			w.eventually("SELECT count(*) = 1 FROM scopes WHERE check_requested_at IS NOT NULL AND check_requested_from = '{\"ref\": \"a\"}'")
			if keys := w.queue(); len(keys) != 1 || keys[0][:6] != "scope/" {
				t.Errorf("queue %v", keys)
			}
			w.exec("UPDATE scopes SET check_run_id = NULL, last_ended_at = clock_timestamp()")
			select {
			case got := <-answer:
				t.Fatalf("the check before answered: %v", got)
			case <-time.After(300 * time.Millisecond):
			}
			w.exec("UPDATE scopes SET check_requested_at = NULL, check_run_id = gen_random_uuid()")
			w.exec(tt.ends)
			w.exec("UPDATE scopes SET check_run_id = NULL, last_ended_at = clock_timestamp()")
			got := <-answer
			if got.Ok != tt.want.Ok || got.Error != tt.want.Error || got.Found != tt.want.Found || got.Latest["ref"] != tt.want.Latest["ref"] {
				t.Errorf("answer %v, want %v", got, tt.want)
			}
		})
	}
}

// eventually waits until a question to the database is answered with yes.
func (w *world) eventually(question string) {
	w.t.Helper()
	for range 200 {
		var yes bool
		if err := w.store.Pool().QueryRow(w.t.Context(), question).Scan(&yes); err != nil {
			w.t.Fatal(err)
		}
		if yes {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.t.Fatalf("never so: %s", question)
}
