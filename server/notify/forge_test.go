package notify_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// forges are peers that answer as the forges' documentation says.
func forgeConfig(p *peer, kind string) graph.Map {
	return graph.Map{"url": graph.String(p.URL), "repository": graph.String(map[string]string{"gitlab": "group/sub/app"}[kind] + map[string]string{"github": "shop/app", "gitea": "shop/app"}[kind]), "token": secretToken()}
}

func created(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprint(w, `{"id":1}`)
}

func TestCommitStatuses(t *testing.T) {
	paths := map[string]string{
		"github": "/repos/shop/app/statuses/" + sha, "gitea": "/api/v1/repos/shop/app/statuses/" + sha, "gitlab": "/api/v4/projects/group%2Fsub%2Fapp/statuses/" + sha,
	}
	headers := map[string][2]string{
		"github": {"Authorization", "Bearer " + token}, "gitea": {"Authorization", "token " + token}, "gitlab": {"Private-Token", token},
	}
	names := map[string]string{"github": "context", "gitea": "context", "gitlab": "name"}
	for kind, states := range map[string]map[string]string{
		"github": {"started": "pending", "succeeded": "success", "failed": "failure", "errored": "error", "aborted": "error"},
		"gitea":  {"started": "pending", "succeeded": "success", "failed": "failure", "errored": "error", "aborted": "error"},
		"gitlab": {"started": "running", "succeeded": "success", "failed": "failed", "errored": "failed", "aborted": "canceled"},
	} {
		for status, want := range states {
			p := newPeer(t, created)
			d := failed(kind, forgeConfig(p, kind))
			d.Status, d.Change, d.Message = status, "", ""
			arrives(t, notifier(t), d)
			r := p.only(t)
			if r.method != "POST" || r.path != paths[kind] || r.header.Get(headers[kind][0]) != headers[kind][1] {
				t.Errorf("%s %s: %s %s, %v", kind, status, r.method, r.path, r.header)
			}
			body := r.json(t)
			if body["state"] != want || body[names[kind]] != "weir/shop/unit" || body["target_url"] != "https://weir.example.com/teams/main/pipelines/shop/jobs/unit/builds/14" || body["description"] != "#14 "+status || len(body) != 4 {
				t.Errorf("%s %s: %v", kind, status, body)
			}
		}
	}
}

func TestCommitStatusesAsWritten(t *testing.T) {
	p := newPeer(t, created)
	d := failed("github", forgeConfig(p, "github"))
	other := strings.Repeat("ab", 32)
	for k, v := range map[string]string{"commit": other, "context": "ci", "description": strings.Repeat("ö", 200)} {
		d.Config[k] = graph.String(v)
	}
	arrives(t, notifier(t), d)
	if r := p.only(t); r.path != "/repos/shop/app/statuses/"+other || r.json(t)["context"] != "ci" || r.json(t)["description"] != strings.Repeat("ö", 139)+"…" {
		t.Errorf("%s %s", r.path, r.body)
	}
}

// Which commit is meant.
func TestWhichCommit(t *testing.T) {
	git := func(name, ref string) state.ToldInput {
		return state.ToldInput{Name: name, Resource: graph.Address("module.m.resource.git." + name), Version: map[string]string{"ref": ref}}
	}
	for name, c := range map[string]struct {
		inputs []state.ToldInput
		want   state.Delivered
	}{
		"the only git input": {[]state.ToldInput{git("a", sha), {Name: "x", Resource: "resource.semver.git", Version: map[string]string{"ref": "1"}}}, state.Delivered{OK: true}},
		"two at the same":    {[]state.ToldInput{git("a", sha), git("b", sha)}, state.Delivered{OK: true}},
		"none":               {nil, state.Delivered{Skip: true, Reason: "the build has no git input, so there is no commit to tell of"}},
		"two":                {[]state.ToldInput{git("a", sha), git("b", strings.Repeat("a", 40))}, state.Delivered{Hopeless: true, Reason: "the build has 2 git inputs at different commits: say which is meant, commit = version.NAME.ref"}},
		"something else":     {[]state.ToldInput{git("a", "../../x")}, state.Delivered{Hopeless: true, Reason: `"../../x" is no commit: it has 40 or 64 hexadecimal digits`}},
	} {
		p := newPeer(t, created)
		d := failed("gitea", forgeConfig(p, "gitea"))
		d.Build.Inputs = c.inputs
		if got := deliver(t, notifier(t), d); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// What forges say that is not simply yes.
func TestForgesThatRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		kind, answer string
		code         int
		header       [2]string
		want         state.Delivered
	}{
		"GitLab has it already": {kind: "gitlab", code: 400, answer: `{"message":"Cannot transition status via :run from :running (Reason(s): Status cannot transition via \"run\")"}`, want: state.Delivered{OK: true}},
		"GitLab cannot":         {kind: "gitlab", code: 400, answer: `{"message":"Cannot transition status via :run from :success"}`, want: state.Delivered{Hopeless: true, Reason: `127.0.0.1 answered 400 Bad Request: {"message":"Cannot transition status via :run from :success"}`}},
		"no such commit":        {kind: "github", code: 422, answer: "No commit found", want: state.Delivered{Hopeless: true, Reason: "127.0.0.1 answered 422 Unprocessable Entity: No commit found"}},
		"too often":             {kind: "github", code: 403, header: [2]string{"Retry-After", "60"}, want: state.Delivered{RetryAfter: 60e9, Reason: "127.0.0.1 answered 403 Forbidden"}},
		"not allowed":           {kind: "github", code: 403, want: state.Delivered{Hopeless: true, Reason: "127.0.0.1 answered 403 Forbidden"}},
	} {
		p := newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
			if c.header[0] != "" {
				w.Header().Set(c.header[0], c.header[1])
			}
			w.WriteHeader(c.code)
			_, _ = fmt.Fprint(w, c.answer)
		})
		if got := deliver(t, notifier(t), failed(c.kind, forgeConfig(p, c.kind))); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// GitHub's quota comes back at a time that it names.
func TestGitHubsQuota(t *testing.T) {
	p := newPeer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", fmt.Sprint(noon.Unix()+900))
		w.WriteHeader(http.StatusForbidden)
	})
	if got := deliver(t, notifier(t), failed("github", forgeConfig(p, "github"))); got.Hopeless || got.RetryAfter != 900e9 {
		t.Errorf("it came to %+v", got)
	}
}

// A test asks for the repository, and sets nothing.
func TestATestOfAForge(t *testing.T) {
	for kind, want := range map[string]string{"github": "/repos/shop/app", "gitea": "/api/v1/repos/shop/app", "gitlab": "/api/v4/projects/group%2Fsub%2Fapp"} {
		p := newPeer(t, nil)
		d := failed(kind, forgeConfig(p, kind))
		d.Test, d.Status, d.Build = true, state.StatusTest, state.ToldBuild{}
		arrives(t, notifier(t), d)
		if r := p.only(t); r.method != "GET" || r.path != want || len(r.body) != 0 {
			t.Errorf("%s: %s %s %s", kind, r.method, r.path, r.body)
		}
	}
}

func TestRepositoriesThatAreNone(t *testing.T) {
	p := newPeer(t, created)
	for _, name := range []string{"app", "a/../b", "/app", "a//b", ""} {
		d := failed("github", forgeConfig(p, "github"))
		d.Config["repository"] = graph.String(name)
		if got := deliver(t, notifier(t), d); !got.Hopeless || !strings.Contains(got.Reason, "config.repository") {
			t.Errorf("%q: %+v", name, got)
		}
	}
	if len(p.got) != 0 {
		t.Errorf("it got %+v", p.got)
	}
}
