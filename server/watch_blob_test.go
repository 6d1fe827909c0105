package server_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/blob/s3"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// bucket is an S3 server, which can be down.
type bucket struct {
	*world
	backend *s3mem.Backend
	down    atomic.Bool
}

func newBucket(t *testing.T) *bucket {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	b := &bucket{backend: s3mem.New()}
	objects := gofakes3.New(b.backend).Server()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.down.Load() {
			http.Error(w, "down", http.StatusForbidden)
			return
		}
		objects.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	if err := b.backend.CreateBucket("logs"); err != nil {
		t.Fatal(err)
	}
	store := must(s3.Open("s3://logs/weir?region=us-east-1&endpoint=" + srv.URL))(t)
	b.world = newWorldOn(t, pgtest.Open(t, pgtest.URL(t), postgres.WithBlobs(store)))
	b.apply(t, demo("demo"))
	return b
}

func (b *bucket) objects() (keys []string) {
	b.t.Helper()
	for _, o := range must(b.backend.ListBucket("logs", nil, gofakes3.ListBucketPage{}))(b.t).Contents {
		keys = append(keys, o.Key)
	}
	return keys
}

// ended is a build with a log of some 100 kB and a short one, and what is seen of it.
func (b *bucket) ended() (r *running, want []string) {
	r = b.start("large", "small")
	for i := range 20 {
		text := fmt.Sprint(i)
		for range 500 {
			text += fmt.Sprintf(" %d", rand.Uint64())
		}
		r.write("large", stdout(text+"\n"))
		want = append(want, "large/1 stdout: "+text)
	}
	r.end("large", "succeeded")
	r.write("small", stdout("a\n"))
	r.write("small", stdout("b\n"))
	r.end("small", "succeeded")
	r.finish("succeeded")
	return r, append(want, "step large succeeded", "small/1 stdout: a", "small/1 stdout: b", "step small succeeded", "build succeeded")
}

// The log of a build that has ended goes to the object store, but for what is too
// small to be worth it, and reads as before. With the build the object goes.
func TestLogsInAnObjectStore(t *testing.T) {
	b := newBucket(t)
	r, want := b.ended()
	wantEvents(t, b.watch(t, r.id), want...)
	b.packLogs()
	if n := len(b.objects()); n != 1 {
		t.Fatalf("%d objects, want 1", n)
	}
	var large, small int
	row := b.store.Pool().QueryRow(t.Context(), "SELECT sum(octet_length(records)) FILTER (WHERE run_id = $1), sum(octet_length(records)) FILTER (WHERE run_id = $2) FROM log_chunks", r.runs["large"].id, r.runs["small"].id)
	if err := row.Scan(&large, &small); err != nil || large != 0 || small == 0 {
		t.Errorf("in the database are %d bytes of the large log and %d of the small one; %v", large, small, err)
	}
	wantEvents(t, b.watch(t, r.id), want...)
	wantEvents(t, b.watch(t, r.id, &weirv1.SeenLines{StepPath: "0", Attempt: 1, Number: 15}), want[15:]...)

	b.exec("DELETE FROM builds WHERE id = $1", r.id)
	b.packLogs()
	if got := b.objects(); len(got) > 0 {
		t.Errorf("objects %v belong to no build", got)
	}
}

// While the object store is down logs stay in the database, and those that are in
// it are refused with a sentence that says so; nothing is lost.
func TestTheObjectStoreIsDown(t *testing.T) {
	b := newBucket(t)
	r, want := b.ended()
	b.down.Store(true)
	c := b.claimGC()
	if _, err := b.packed(c); !errors.Is(err, postgres.ErrBlob) {
		t.Errorf("got %v", err)
	}
	wantEvents(t, b.watch(t, r.id), want...)
	b.down.Store(false)
	must(b.packed(c))(t)
	wantEvents(t, b.watch(t, r.id), want...)
	b.down.Store(true)
	s := must(b.builds.Watch(t.Context(), connect.NewRequest(&weirv1.WatchRequest{Id: r.id})))(t)
	for s.Receive() {
		t.Errorf("got %q", show(s.Msg()))
	}
	wantCode(t, s.Err(), connect.CodeUnavailable, "the log is in an object store")
	b.down.Store(false)
	wantEvents(t, b.watch(t, r.id), want...)
	if n := len(b.objects()); n != 1 {
		t.Errorf("%d objects, want 1", n)
	}
}

// A server that loses its claim between writing an object and the row that names
// it leaves nothing behind, and the log where it was.
func TestAnObjectThatNobodyNamesGoes(t *testing.T) {
	b := newBucket(t)
	r, want := b.ended()
	old := b.claimGC()
	b.exec("UPDATE queue SET epoch = epoch + 1 WHERE key = 'gc'") // another has it
	if _, err := b.packed(old); !errors.Is(err, state.ErrFenced) {
		t.Errorf("got %v", err)
	}
	if n := len(b.objects()); n != 1 {
		t.Fatalf("%d objects, want the one that was written in vain", n)
	}
	vain := b.objects()[0]
	wantEvents(t, b.watch(t, r.id), want...)
	b.exec("UPDATE queue SET lease_until = now() WHERE key = 'gc'")
	b.packLogs()
	if got := b.objects(); len(got) != 1 || slices.Contains(got, vain) {
		t.Errorf("objects %v, want one that is not %s", got, vain)
	}
	wantEvents(t, b.watch(t, r.id), want...)
}

func (w *world) claimGC() state.Claim {
	w.t.Helper()
	if err := w.store.Enqueue(w.t.Context(), state.KeyGC); err != nil {
		w.t.Fatal(err)
	}
	claims := must(w.store.Claim(w.t.Context(), "test", 1000, time.Minute))(w.t)
	i := slices.IndexFunc(claims, func(c state.Claim) bool { return c.Key == state.KeyGC })
	if i < 0 {
		w.t.Fatal("nothing was claimed")
	}
	return claims[i]
}
