package notify_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/server/notify"
	"github.com/weirci/weir/state"
)

func hook(p *peer) graph.Map {
	return graph.Map{"url": graph.String(p.URL + "/hook"), "secret": secretToken()}
}

// The shape of the body is a promise.
const hookBody = `{"version":1,"id":"0190a2f0-0000-7000-8000-000000000001","team":"main","pipeline":"shop","address":"job.unit.notify.ops",` +
	`"event":{"status":"failed","change":"broken","previous":"succeeded","message":"step test: exit code 1","at":"2026-11-21T12:00:00Z"},` +
	`"build":{"id":"b-1","job":"unit","number":14,"url":"https://weir.example.com/teams/main/pipelines/shop/jobs/unit/builds/14","created_by":"ann",` +
	`"started_at":"2026-11-21T11:59:00Z","ended_at":"2026-11-21T12:00:00Z","inputs":{"app":{"ref":"` + sha + `"},"clock":{"time":"x"}}},` +
	`"data":{"at":"` + sha + `","n":14}}`

func TestWebhook(t *testing.T) {
	p := newPeer(t, nil)
	d := failed("webhook", hook(p))
	d.Config["headers"] = graph.Map{"X-Room": graph.String("ops")}
	d.Config["data"] = graph.Map{"n": graph.Deferred{Source: "${build.number}", Refs: []string{"build.number"}}, "at": graph.Deferred{Source: "${version.app.ref}", Refs: []string{"version.app.ref"}}}
	arrives(t, notifier(t), d)
	r := p.only(t)
	if r.method != "POST" || r.path != "/hook" || string(r.body) != hookBody {
		t.Errorf("%s %s\n%s\nwant\n%s", r.method, r.path, r.body, hookBody)
	}
	for k, want := range map[string]string{"Content-Type": "application/json", "X-Weir-Delivery": d.ID, "X-Weir-Event": "failed", "X-Weir-Timestamp": fmt.Sprint(noon.Unix()), "X-Room": "ops", "User-Agent": "weir/test"} {
		if got := r.header.Get(k); got != want {
			t.Errorf("%s: %s", k, got)
		}
	}
	mac := hmac.New(sha256.New, []byte(token))
	fmt.Fprintf(mac, "%s.%s", r.header.Get("X-Weir-Timestamp"), r.body)
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); r.header.Get("X-Weir-Signature") != want {
		t.Errorf("the signature is %s, want %s", r.header.Get("X-Weir-Signature"), want)
	}
	if bytes.Contains(r.body, []byte(token)) {
		t.Error("the secret is in the body")
	}
}

// What another attempt sends is the same, byte for byte.
func TestAttemptsAreTheSame(t *testing.T) {
	p := newPeer(t, nil)
	n := notifier(t)
	for range 2 {
		arrives(t, n, failed("webhook", hook(p)))
	}
	if a, b := p.got[0], p.got[1]; !bytes.Equal(a.body, b.body) || a.header.Get("X-Weir-Delivery") != b.header.Get("X-Weir-Delivery") {
		t.Errorf("%s\nand\n%s", a.body, b.body)
	}
}

// What peers do, and what comes of it.
func TestPeersThatDoNotTakeIt(t *testing.T) {
	answer := func(code int, text string, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(code)
			_, _ = fmt.Fprint(w, text)
		}
	}
	for name, c := range map[string]struct {
		peer http.HandlerFunc
		want state.Delivered
	}{
		"an error of its own":  {answer(500, "  oh\nno "), state.Delivered{Reason: "127.0.0.1 answered 500 Internal Server Error: oh no"}},
		"too many, with when":  {answer(429, "", "Retry-After", "120"), state.Delivered{RetryAfter: 2 * time.Minute, Reason: "127.0.0.1 answered 429 Too Many Requests"}},
		"too many, with a day": {answer(503, "", "Retry-After", noon.Add(time.Hour).Format(http.TimeFormat)), state.Delivered{RetryAfter: time.Hour, Reason: "127.0.0.1 answered 503 Service Unavailable"}},
		"not there":            {answer(404, "no_team"), state.Delivered{Hopeless: true, Reason: "127.0.0.1 answered 404 Not Found: no_team"}},
		"elsewhere": {answer(302, "", "Location", "https://evil.example.com/x"),
			state.Delivered{Hopeless: true, Reason: "127.0.0.1 answered with a redirect to evil.example.com, which is not followed: write the address that is meant"}},
		"it says the secret":    {answer(400, "bad key "+token), state.Delivered{Hopeless: true, Reason: "127.0.0.1 answered 400 Bad Request: bad key ((redacted))"}},
		"it ends without words": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, state.Delivered{Reason: "127.0.0.1: it closed the connection without an answer"}},
	} {
		p := newPeer(t, c.peer)
		if got := deliver(t, notifier(t), failed("webhook", hook(p))); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// An answer without end is not read to it.
func TestALongAnswer(t *testing.T) {
	p := newPeer(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(500)
		for r.Context().Err() == nil {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
				return
			}
		}
	})
	if got := deliver(t, notifier(t), failed("webhook", hook(p))); got.OK || len(got.Reason) > 400 {
		t.Errorf("it came to %+v", got)
	}
}

// Who does not answer is given up on after a while.
func TestAPeerThatHangs(t *testing.T) {
	done := make(chan struct{})
	p := newPeer(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-done:
		}
	})
	defer close(done)
	n := notifier(t, func(o *notify.Options) { o.Patience = 50 * time.Millisecond })
	if got := deliver(t, n, failed("webhook", hook(p))); got != (state.Delivered{Reason: "there was no answer in time"}) {
		t.Errorf("it came to %+v", got)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	got := deliver(t, notifier(t), failed("webhook", graph.Map{"url": graph.String("http://" + l.Addr().String() + "/" + token), "secret": secretToken()}))
	if got.OK || got.Hopeless || !strings.Contains(got.Reason, "refused") || strings.Contains(got.Reason, token) {
		t.Errorf("it came to %+v", got)
	}
}

// What is wrong with the config is said, and not tried again; a secret that is
// missing is.
func TestConfigsThatDoNotDo(t *testing.T) {
	with := func(k string, v graph.Value) graph.Map {
		m := graph.Map{"url": graph.String("https://example.com"), "secret": graph.String("a literal")}
		m[k] = v
		return m
	}
	for name, c := range map[string]struct {
		config   graph.Map
		hopeless bool
		want     string
	}{
		"no URL":          {with("url", graph.String("example.com/hook")), true, "no URL that begins with https://"},
		"another scheme":  {with("url", graph.String("file:///etc/passwd")), true, "no URL that begins with https://"},
		"no secret":       {with("secret", graph.String(" ")), true, "config.secret is empty"},
		"our header":      {with("headers", graph.Map{"x-weir-delivery": graph.String("x")}), true, "set by Weir itself"},
		"a broken header": {with("headers", graph.Map{"X-A": graph.String("a\r\nX-B: b")}), true, "no header"},
		"no such field":   {with("data", graph.Deferred{Source: "${build.nope}", Refs: []string{"build.nope"}}), true, "build.nope"},
		"secret missing":  {with("secret", graph.Deferred{Source: "${secret.main.other}", Refs: []string{"secret.main.other"}}), false, "no environment variable T_OTHER"},
	} {
		got := deliver(t, notifier(t), failed("webhook", c.config))
		if got.OK || got.Hopeless != c.hopeless || !strings.Contains(got.Reason, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestATest(t *testing.T) {
	p := newPeer(t, nil)
	arrives(t, notifier(t), state.Delivery{ID: "x", Kind: "webhook", Address: "notify.ops", Team: "main", Pipeline: "shop", Status: state.StatusTest, Test: true, AskedBy: "ann", At: noon, Config: graph.Map{"url": graph.String(p.URL), "secret": graph.String("a literal")}})
	if body := p.only(t).json(t); body["build"] != nil || body["event"].(map[string]any)["status"] != "test" {
		t.Errorf("body %v", body)
	}
}
