package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/server"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// behindProxy is a world whose server reaches its database through a proxy; the
// test itself has a way of its own.
func behindProxy(t *testing.T) (*world, *proxy) {
	t.Helper()
	url := pgtest.URL(t)
	p, through := newProxy(t, url)
	w := &world{t: t, store: pgtest.Open(t, url)}
	store := pgtest.Open(t, through)
	listener := must(store.Listen(t.Context()))(t)
	t.Cleanup(listener.Close)
	w.srv = must(server.New(options(t, store, listener)))(t)
	srv := httptest.NewServer(w.srv.Handler())
	t.Cleanup(srv.Close)
	w.url = srv.URL
	w.clients = w.as("main", state.RoleOwner)
	return w, p
}

func TestTheDatabaseIsDown(t *testing.T) {
	w, p := behindProxy(t)
	w.apply(t, demo("demo"))
	list := func() error {
		_, err := w.pipelines.ListPipelines(t.Context(), connect.NewRequest(&weirv1.ListPipelinesRequest{}))
		return err
	}
	for range 2 { // it comes back, and goes again
		if err := list(); err != nil {
			t.Fatal(err)
		}
		if code, body := get(t, w.url+"/readyz"); code != http.StatusOK {
			t.Fatalf("readyz: %d %s", code, body)
		}
		if got := w.metric("weir_database_up"); got != 1 { // and the scraper is known from now on
			t.Errorf("weir_database_up %v", got)
		}
		p.cut()
		wantCode(t, list(), connect.CodeUnavailable, "the database does not answer")
		if code, body := get(t, w.url+"/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "the database does not answer") {
			t.Errorf("readyz: %d %s", code, body)
		}
		if code, _ := get(t, w.url+"/healthz"); code != http.StatusOK {
			t.Errorf("healthz: %d", code)
		}
		if got := w.metric("weir_database_up"); got != 0 {
			t.Errorf("weir_database_up %v", got)
		}
		p.restore()
	}
}

// A watcher does not notice that the database was away for a moment.
func TestWatchThroughAnOutage(t *testing.T) {
	w, p := behindProxy(t)
	w.apply(t, demo("demo"))
	r := w.start("one")
	r.write("one", stdout("a\n"))
	s := must(w.builds.Watch(t.Context(), connect.NewRequest(&weirv1.WatchRequest{Id: r.id})))(t)
	var events []string
	for s.Receive() {
		events = append(events, show(s.Msg()))
		if len(events) == 3 {
			p.cut()
			r.write("one", stdout("b\n"))
			r.end("one", "succeeded")
			r.finish("succeeded")
			p.restore()
		}
	}
	if s.Err() != nil {
		t.Error(s.Err())
	}
	wantEvents(t, events, "build running", "step one running", "one/1 stdout: a", "one/1 stdout: b", "step one succeeded", "build succeeded")
}
