package server_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/reflect/protoreflect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/server"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// procedures are all that the protobuf contract has: service, then path.
func procedures() map[string]string {
	out := map[string]string{}
	for _, file := range []protoreflect.FileDescriptor{
		weirv1.File_weir_v1_pipeline_proto, weirv1.File_weir_v1_build_proto, weirv1.File_weir_v1_resource_proto,
		weirv1.File_weir_v1_admin_proto, weirv1.File_weir_v1_worker_proto,
	} {
		for i := range file.Services().Len() {
			s := file.Services().Get(i)
			for j := range s.Methods().Len() {
				out["/"+string(s.FullName())+"/"+string(s.Methods().Get(j).Name())] = string(s.Name())
			}
		}
	}
	return out
}

// post calls a procedure as curl would, and gives the code of the answer.
func post(t *testing.T, url, procedure, authorization string) (status int, body string) {
	t.Helper()
	contentType, message := "application/json", "{}"
	if strings.HasSuffix(procedure, "/Watch") {
		contentType, message = "application/connect+json", "\x00\x00\x00\x00\x02{}"
	}
	req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, url+procedure, strings.NewReader(message)))(t)
	req.Header.Set("Content-Type", contentType)
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	res := must(http.DefaultClient.Do(req))(t)
	defer func() { _ = res.Body.Close() }()
	var b bytes.Buffer
	must(b.ReadFrom(res.Body))(t)
	return res.StatusCode, b.String()
}

func TestNothingIsOpen(t *testing.T) {
	w := newWorld(t)
	revoked := w.token("main", state.RoleViewer)
	if err := w.store.RevokeToken(t.Context(), "main", "main-viewer"); err != nil {
		t.Fatal(err)
	}
	worker := must(w.store.CreateEnrolmentKey(t.Context(), "key"))(t)
	for procedure, service := range procedures() {
		if service == "WorkerService" || procedure == weirv1connect.BuildServiceInterceptProcedure { // which is no post: see TestWhoMayIntercept
			continue
		}
		for name, authorization := range map[string]string{
			"none": "", "no token": "Bearer ", "unknown": "Bearer weir_x", "revoked": "Bearer " + revoked,
			"a worker's": "Bearer " + worker, "basic": "Basic " + revoked,
		} {
			if _, body := post(t, w.url, procedure, authorization); !strings.Contains(body, `"unauthenticated"`) {
				t.Errorf("%s with token %s: %s", procedure, name, body)
			}
		}
	}
}

// Each procedure is in the table of permissions: what a role may not call says
// so, what it may call does something else.
func TestRoles(t *testing.T) {
	w := newWorld(t)
	viewer := map[string]bool{
		"ListPipelines": true, "GetGraph": true, "Drift": true, "ListJobs": true, "ListBuilds": true, "GetBuild": true,
		"Watch": true, "ListResources": true, "ListVersions": true, "LastCheck": true, "ServerInfo": true,
		"ListPolicies": true, "ListApprovals": true, "Answer": true, "ListContainers": true,
	}
	owner := map[string]bool{"ListWorkers": true, "Doctor": true, "SetPolicies": true}
	otherTeams := map[string]bool{"SetPolicies": true} // for themselves
	tokens := map[string]string{}
	for _, role := range []state.Role{state.RoleViewer, state.RoleMember, state.RoleOwner} {
		tokens[string(role)] = w.token("main", role)
	}
	tokens["owner of another team"] = w.token("other", state.RoleOwner)
	for procedure, service := range procedures() {
		if service == "WorkerService" || procedure == weirv1connect.BuildServiceInterceptProcedure { // which is no post: see TestWhoMayIntercept
			continue
		}
		method := procedure[strings.LastIndex(procedure, "/")+1:]
		for who, may := range map[string]bool{
			"viewer": viewer[method], "member": !owner[method], "owner": true, "owner of another team": !owner[method] || otherTeams[method],
		} {
			_, body := post(t, w.url, procedure, "Bearer "+tokens[who])
			if denied := strings.Contains(body, `"permission_denied"`); denied == may {
				t.Errorf("%s by %s: may %v, got %s", procedure, who, may, body)
			}
		}
	}
}

func TestServerInfoAndWorkers(t *testing.T) {
	w := newWorld(t)
	info := must(w.as("other", state.RoleViewer).admin.ServerInfo(t.Context(), connect.NewRequest(&weirv1.ServerInfoRequest{})))(t).Msg
	if info.Version != "1.2.3" || info.Team != "other" || info.Role != "viewer" {
		t.Errorf("info %v", info)
	}
	w.exec("INSERT INTO workers (id, name, status, key_hash, runtime, platform, tags, capacity, version) VALUES (gen_random_uuid(), 'w1', 'running', '\\x00', 'containerd', 'linux/amd64', '{gpu}', 8, '1')")
	w.exec("INSERT INTO scopes (id, key, resource_spec, every_ms, timeout_ms) VALUES (gen_random_uuid(), 'k', '', 0, 0)")
	w.exec("INSERT INTO runs (id, scope_id, kind, task, status, worker_id) SELECT gen_random_uuid(), s.id, 'check', '', 'running', w.id FROM scopes s, workers w")
	got := must(w.admin.ListWorkers(t.Context(), connect.NewRequest(&weirv1.ListWorkersRequest{})))(t).Msg.Workers
	if len(got) != 1 || got[0].Name != "w1" || got[0].Running != 1 || got[0].Capacity != 8 || got[0].Tags[0] != "gpu" || got[0].HeartbeatAt == nil {
		t.Errorf("workers %v", got)
	}
}

// The log of a server knows no token, whatever happens to a call.
func TestTokensAreNotLogged(t *testing.T) {
	var log bytes.Buffer
	store := pgtest.New(t)
	must(store.EnsureTeam(t.Context(), "main"))(t)
	token := must(store.CreateToken(t.Context(), "main", "ann", state.RoleMember))(t)
	o := options(t, store, nil)
	o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Now = time.Now
	srv := httptest.NewServer(must(server.New(o))(t).Handler())
	defer srv.Close()
	must(store.Pool().Exec(t.Context(), "DROP TABLE builds CASCADE; DROP TABLE pipelines CASCADE"))(t)
	for procedure := range procedures() {
		post(t, srv.URL, procedure, "Bearer "+token)
		post(t, srv.URL, procedure, "Bearer "+token+"x")
	}
	if log.Len() == 0 || strings.Contains(log.String(), token) {
		t.Errorf("log of %d bytes: %s", log.Len(), log.String())
	}
}
