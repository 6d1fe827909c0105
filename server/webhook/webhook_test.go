package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/state"
)

// world has one pipeline, whose resources are named for what they have.
type world struct {
	asked []string
	logs  strings.Builder
	now   time.Time
}

const token = "a-token"

func (w *world) Webhook(_ context.Context, team, pipeline, resource string) (state.Webhook, error) {
	hook := state.Webhook{ResourceID: resource}
	switch resource {
	case "app":
		hook.Token = graph.String(token)
	case "secret":
		hook.Token = graph.Deferred{Source: "${secret.main.hook}", Refs: []string{"secret.main.hook"}}
	case "unread":
		hook.Token = graph.Deferred{Source: "${secret.main.gone}"}
	case "paused":
		hook.Token, hook.Paused = graph.String(token), true
	case "main":
		hook.Token, hook.Filters = graph.String(token), map[string]string{"X-GitHub-Event": "push", "body.ref": "refs/heads/main"}
	case "empty":
		hook.Token = graph.String("")
	case "none":
	case "down":
		return hook, errors.New("the database is away")
	default:
		return hook, state.ErrNotFound
	}
	if team != "main" || pipeline != "shop" {
		return hook, state.ErrNotFound
	}
	return hook, nil
}

func (w *world) HookCheck(_ context.Context, team, id string) error {
	w.asked = append(w.asked, team+" "+id)
	return nil
}

func (w *world) Text(_ context.Context, _ state.Secrets, v graph.Value) (string, error) {
	if v.(graph.Deferred).Source == "${secret.main.hook}" {
		return "from-a-file", nil
	}
	return "", errors.New("there is no such file")
}

func (w *world) handler() http.Handler {
	mux := http.NewServeMux()
	for path, h := range New(w, w, slog.New(slog.NewTextHandler(&w.logs, nil)), func() time.Time { return w.now }).Mounts() {
		mux.Handle(path, h)
	}
	return mux
}

func post(h http.Handler, path, body string, headers ...string) (int, answer) {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/teams/main/pipelines/shop/resources/"+path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	var a answer
	_ = json.Unmarshal(rec.Body.Bytes(), &a)
	return rec.Code, a
}

func hmacOf(body, with string) string {
	mac := hmac.New(sha256.New, []byte(with))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestWhoMayAskForACheck(t *testing.T) {
	const body = `{"ref": "refs/heads/main"}`
	for name, tt := range map[string]struct {
		path    string
		headers []string
		want    int
	}{
		"GitHub":                           {"app/webhook", []string{"X-Hub-Signature-256", "sha256=" + hmacOf(body, token), "X-Hub-Signature", "sha1=00"}, 202},
		"GitHub, signed with another":      {"app/webhook", []string{"X-Hub-Signature-256", "sha256=" + hmacOf(body, "another")}, 401},
		"GitHub, another body":             {"app/webhook", []string{"X-Hub-Signature-256", "sha256=" + hmacOf("{}", token)}, 401},
		"GitHub, only the weak signature":  {"app/webhook", []string{"X-Hub-Signature", "sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709"}, 401},
		"a signature without its name":     {"app/webhook", []string{"X-Hub-Signature-256", hmacOf(body, token)}, 401},
		"Bitbucket":                        {"app/webhook", []string{"X-Hub-Signature", "sha256=" + hmacOf(body, token)}, 202},
		"Gitea":                            {"app/webhook", []string{"X-Gitea-Signature", hmacOf(body, token)}, 202},
		"Gitea, no digits":                 {"app/webhook", []string{"X-Gitea-Signature", "zz"}, 401},
		"Forgejo":                          {"app/webhook", []string{"X-Forgejo-Signature", hmacOf(body, token)}, 202},
		"GitLab":                           {"app/webhook", []string{"X-Gitlab-Token", token}, 202},
		"GitLab, another":                  {"app/webhook", []string{"X-Gitlab-Token", token + "!"}, 401},
		"a bad signature beside the token": {"app/webhook", []string{"X-Hub-Signature-256", "sha256=00", "X-Gitlab-Token", token}, 401},
		"a header":                         {"app/webhook", []string{"X-Webhook-Token", token}, 202},
		"a bearer":                         {"app/webhook", []string{"Authorization", "Bearer " + token}, 202},
		"in the address":                   {"app/webhook?token=" + token, nil, 202},
		"as for Concourse":                 {"app/check/webhook?webhook_token=" + token, nil, 202},
		"the token of another":             {"secret/webhook?token=" + token, nil, 401},
		"a secret":                         {"secret/webhook?token=from-a-file", nil, 202},
		"a secret that cannot be read":     {"unread/webhook?token=" + token, nil, 401},
		"nothing shown":                    {"app/webhook", nil, 401},
		"an empty token shown":             {"empty/webhook?token=", nil, 401},
		"an empty token, signed":           {"empty/webhook", []string{"X-Hub-Signature-256", "sha256=" + hmacOf(body, "")}, 401},
		"no webhook":                       {"none/webhook?token=" + token, nil, 401},
		"no webhook, signed with nothing":  {"none/webhook", []string{"X-Gitea-Signature", hmacOf(body, "")}, 401},
		"no such resource":                 {"nowhere/webhook?token=" + token, nil, 401},
		"paused":                           {"paused/webhook?token=" + token, nil, 200},
		"filtered, wanted":                 {"main/webhook?token=" + token, []string{"X-GitHub-Event", "push"}, 202},
		"filtered, not wanted":             {"main/webhook?token=" + token, []string{"X-GitHub-Event", "ping"}, 200},
		"without a database":               {"down/webhook?token=" + token, nil, 503},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{}
			code, a := post(w.handler(), tt.path, body, tt.headers...)
			if code != tt.want {
				t.Errorf("code %d (%+v), want %d", code, a, tt.want)
			}
			if asked := len(w.asked) == 1; asked != (code == 202) {
				t.Errorf("code %d, and asked for %q", code, w.asked)
			}
			if text := w.logs.String(); strings.Contains(text, token) || strings.Contains(text, "from-a-file") {
				t.Errorf("the log has a token: %s", text)
			}
		})
	}
}

// What is denied is denied in the same words: nobody learns what there is.
func TestDeniedAlike(t *testing.T) {
	h := (&world{}).handler()
	_, want := post(h, "nowhere/webhook?token=x", "")
	for _, path := range []string{"app/webhook?token=x", "none/webhook?token=x", "unread/webhook?token=x", "app/webhook"} {
		if _, got := post(h, path, ""); got != want || want.Reason == "" {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
}

func TestTooMuch(t *testing.T) {
	w := &world{now: time.Unix(1000, 0)}
	h := w.handler()
	if code, _ := post(h, "app/webhook?token="+token, strings.Repeat("x", maxBody+1)); code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: code %d", code)
	}
	last := 0
	for range 200 {
		last, _ = post(h, "app/webhook?token="+token, "")
	}
	if last != http.StatusTooManyRequests || len(w.asked) != 99 {
		t.Errorf("code %d after %d checks", last, len(w.asked))
	}
	if code, _ := post(h, "secret/webhook?token=from-a-file", ""); code != http.StatusAccepted {
		t.Errorf("another webhook suffers: code %d", code)
	}
	w.now = w.now.Add(time.Second)
	if code, _ := post(h, "app/webhook?token="+token, ""); code != http.StatusAccepted {
		t.Errorf("a second later: code %d", code)
	}
}

func TestLimitsRememberLittle(t *testing.T) {
	l, now := newLimit(1, 2, 10), time.Unix(1000, 0)
	for i := range 1000 {
		if wait := l.take(strings.Repeat("x", i), now); wait > 0 {
			t.Fatalf("name %d waits %s", i, wait)
		}
	}
	if len(l.buckets) > 10 {
		t.Errorf("%d names", len(l.buckets))
	}
}

func TestFilters(t *testing.T) {
	const push = `{"ref": "refs/heads/main", "forced": false, "size": 2, "repository": {"name": "shop"},
		"commits": [{"modified": ["docs/a.md"]}, {"modified": ["api/main.go", "go.mod"]}]}`
	for _, tt := range []struct {
		name, pattern string
		want          bool
	}{
		{"body.ref", "refs/heads/main", true},
		{"body.ref", "refs/heads/*", true},
		{"body.ref", "refs/tags/*", false},
		{"body.ref", "main", false},
		{"body.forced", "false", true},
		{"body.size", "2", true},
		{"body.repository.name", "s*p", true},
		{"body.repository", "*", false}, // no text
		{"body.nothing", "*", false},
		{"body.commits.1.modified.0", "api/*", true},
		{"body.commits.*.modified.*", "api/*", true},
		{"body.commits.*.modified.*", "web/*", false},
		{"body.commits.7.modified.0", "*", false},
		{"X-GitHub-Event", "push", true},
		{"x-github-event", "p*", true},
		{"X-Other", "*", false},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("X-GitHub-Event", "push")
		if got := unwanted(map[string]string{tt.name: tt.pattern}, r, []byte(push)) == ""; got != tt.want {
			t.Errorf("%s = %q: %v", tt.name, tt.pattern, got)
		}
	}
	form := httptest.NewRequest(http.MethodPost, "/", nil)
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if why := unwanted(map[string]string{"body.ref": "*main"}, form, []byte("payload="+url.QueryEscape(push))); why != "" {
		t.Errorf("in a form: %s", why)
	}
}

func TestPatterns(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"*", "abc", true}, {"a*", "abc", true}, {"*c", "abc", true}, {"a*c", "abc", true},
		{"a*b*c", "aXbYc", true}, {"a*b*c", "aXcYb", false}, {"ab*ba", "aba", false}, {"*a*a*", "aba", true}, {"*a*a*", "ab", false}, {"a**c", "abc", true}, {"a.c", "abc", false},
	} {
		if got := matches(tt.pattern, tt.text); got != tt.want {
			t.Errorf("matches(%q, %q) = %v", tt.pattern, tt.text, got)
		}
	}
	long := strings.Repeat("a", 1<<16)
	if matches(strings.Repeat("*a", 1<<10)+"b", long) {
		t.Error("it has no b")
	}
}
