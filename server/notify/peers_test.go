package notify_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/server/notify"
	"github.com/weirci/weir/server/secret"
	"github.com/weirci/weir/state"
)

const (
	token = "tok-4f1c9d27e0b8"
	sha   = "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// resolver reads secret.main.token out of what stands in for the environment.
func resolver(t *testing.T) *secret.Resolver {
	t.Helper()
	r, err := secret.New(secret.Access{Env: map[string]string{"main": "T_"}}, func(name string) (string, bool) { return token, name == "T_TOKEN" }, deferred.Eval, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// notifier sends to this machine.
func notifier(t *testing.T, change ...func(*notify.Options)) *notify.Notifier {
	t.Helper()
	o := notify.Options{Secrets: resolver(t), Now: func() time.Time { return noon }, ExternalURL: "https://weir.example.com", Version: "test", Guard: notify.Guard{Private: true}}
	for _, c := range change {
		c(&o)
	}
	return notify.New(o)
}

// failed is a delivery of job unit's build 14 that failed, with a config.
func failed(kind string, config graph.Map) state.Delivery {
	return state.Delivery{
		ID: "0190a2f0-0000-7000-8000-000000000001", Address: "job.unit.notify.ops", Kind: kind, Team: "main", Pipeline: "shop",
		Status: "failed", Change: "broken", Previous: "succeeded", Message: "step test: exit code 1", At: noon, Config: config,
		Secrets: state.Secrets{Team: "main", Sources: map[string]graph.SecretSource{"main": {Type: "env"}}},
		Build: state.ToldBuild{ID: "b-1", Job: "job.unit", Number: 14, CreatedBy: "ann", Started: noon.Add(-time.Minute), Ended: noon, Inputs: []state.ToldInput{
			{Name: "app", Resource: "resource.git.app", Version: map[string]string{"ref": sha}}, {Name: "clock", Resource: "resource.time.clock", Version: map[string]string{"time": "x"}},
		}},
	}
}

func secretToken() graph.Deferred {
	return graph.Deferred{Source: "${secret.main.token}", Refs: []string{"secret.main.token"}}
}

// request is one that a peer got.
type request struct {
	method, path string
	header       http.Header
	body         []byte
}

func (r request) json(t *testing.T) map[string]any {
	t.Helper()
	out := map[string]any{}
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
	return out
}

// peer is a real HTTP server, which keeps what it gets.
type peer struct {
	*httptest.Server
	mu  sync.Mutex
	got []request
}

func newPeer(t *testing.T, answer http.HandlerFunc) *peer {
	t.Helper()
	p := &peer{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.got = append(p.got, request{r.Method, r.URL.EscapedPath(), r.Header, body})
		p.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *peer) only(t *testing.T) request {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.got) != 1 {
		t.Fatalf("it got %d requests", len(p.got))
	}
	return p.got[0]
}

func deliver(t *testing.T, n *notify.Notifier, d state.Delivery) state.Delivered {
	t.Helper()
	return n.Deliver(context.WithoutCancel(t.Context()), d)
}

func arrives(t *testing.T, n *notify.Notifier, d state.Delivery) {
	t.Helper()
	if got := deliver(t, n, d); !got.OK || got.Reason != "" {
		t.Fatalf("it came to %+v", got)
	}
}
