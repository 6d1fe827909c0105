package reconciler_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/lang/deferred"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/reconciler/doctor"
	"github.com/weirci/weir/reconciler/place"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/postgres"
	"github.com/weirci/weir/state/postgres/pgtest"
)

// world is a database with reconcilers and workers on it.
type world struct {
	testing.TB
	url  string
	s    *postgres.Store
	team string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	url := pgtest.URL(t)
	w := &world{TB: t, url: url, s: pgtest.Open(t, url)}
	var err error
	w.team, err = w.s.EnsureTeam(t.Context(), "main")
	w.ok(err)
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// server is a reconciler with a store and a listener of its own.
type server struct {
	store *postgres.Store
	die   context.CancelFunc // at once, leaving everything as it is
	done  chan struct{}
}

// dying is a store that stops answering when its server is killed.
type dying struct {
	*postgres.Store
	dead context.Context
}

func (d dying) Release(ctx context.Context, c state.Claim, next time.Time) error {
	if d.dead.Err() != nil {
		return d.dead.Err()
	}
	return d.Store.Release(ctx, c, next)
}

func (d dying) ReleaseFailed(ctx context.Context, c state.Claim, delay time.Duration, cause error) error {
	if d.dead.Err() != nil {
		return d.dead.Err()
	}
	return d.Store.ReleaseFailed(ctx, c, delay, cause)
}

func (w *world) server(name string, change ...func(*reconciler.Options)) *server {
	w.Helper()
	store := pgtest.Open(w, w.url)
	listener, err := store.Listen(w.Context())
	w.ok(err)
	wake, _ := listener.Subscribe(postgres.ChannelQueue)
	dead, die := context.WithCancel(context.WithoutCancel(w.Context()))
	o := reconciler.Options{Holder: name, Now: time.Now, Rand: rand.Float64, NewID: uuid.NewString, Wake: wake, Eval: deferred.Eval, Drain: 10 * time.Millisecond}
	if os.Getenv("WEIR_TEST_LOG") != "" {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})).With("server", name)
	}
	for _, c := range change {
		c(&o)
	}
	r := reconciler.New(dying{store, dead}, o)
	s := &server{store: store, die: die, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		_ = r.Run(dead)
	}()
	w.Cleanup(func() { die(); <-s.done; listener.Close() })
	return s
}

// worker plays a worker: it takes orders and reports, at the level of the store.
type worker struct {
	w     *world
	id    postgres.WorkerIdentity
	epoch int64
	how   func(r run) end // how a run ends
	mu    sync.Mutex
	seen  map[string]bool
	runs  []run // in the order in which they were started
	mute  atomic.Bool
}

// run is one that the worker was told to start.
type run struct {
	postgres.RunRef
	task *weirv1.Task
	ctx  context.Context
	kill chan struct{}
}

func (r run) label(name string) string { return r.task.Labels[name] }

// end is how a run ends.
type end struct {
	code   int32
	result string
	lost   bool // say nothing at all
}

func (w *world) worker(name string, capacity int, how func(run) end) *worker {
	w.Helper()
	id, key, err := w.s.EnrollWorker(w.Context(), name, time.Minute)
	w.ok(err)
	k := &worker{w: w, id: postgres.WorkerIdentity{ID: id, Name: name, Key: postgres.WorkerKeyOf(key)}, how: how, seen: map[string]bool{}}
	listener, err := w.s.Listen(w.Context())
	w.ok(err)
	told, _ := listener.Subscribe(postgres.ChannelWorker)
	reg, err := w.s.RegisterWorker(w.Context(), k.id, postgres.Registration{Runtime: "fake", Platform: "linux/amd64", Capacity: capacity, State: state.WorkerRunning})
	w.ok(err)
	k.epoch = reg.Epoch
	ctx, stop := context.WithCancel(context.WithoutCancel(w.Context()))
	done := make(chan struct{})
	go func() { defer close(done); k.follow(ctx, told) }()
	go k.beat(ctx)
	w.Cleanup(func() { stop(); <-done; listener.Close() })
	return k
}

func (k *worker) follow(ctx context.Context, told <-chan string) {
	var runs sync.WaitGroup
	defer runs.Wait()
	open := map[string]run{}
	for {
		orders, err := k.w.s.WorkerOrders(ctx, k.id.ID, k.epoch)
		if err != nil {
			return
		}
		for _, o := range orders.Start {
			if r, fresh := k.begin(ctx, o); fresh {
				open[r.ID] = r
				runs.Go(func() { k.play(r) })
			}
		}
		for _, ref := range orders.Kill {
			if r, ok := open[ref.ID]; ok {
				delete(open, ref.ID)
				close(r.kill)
			}
		}
		select {
		case <-ctx.Done():
			return
		case _, more := <-told:
			if !more {
				return
			}
		}
	}
}

// beat says that the worker lives, until mute is set.
func (k *worker) beat(ctx context.Context) {
	for ctx.Err() == nil && !k.mute.Load() {
		_, _ = k.w.s.WorkerHeartbeat(ctx, k.id, postgres.Heartbeat{Epoch: k.epoch, State: state.WorkerRunning, Volumes: nil})
		time.Sleep(50 * time.Millisecond)
	}
}

func (k *worker) begin(ctx context.Context, o postgres.StartOrder) (run, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen[o.ID] {
		return run{}, false
	}
	k.seen[o.ID] = true
	r := run{RunRef: o.RunRef, task: &weirv1.Task{}, ctx: ctx, kill: make(chan struct{})}
	if err := proto.Unmarshal(o.Task, r.task); err != nil {
		k.w.Error(err)
	}
	k.runs = append(k.runs, r)
	return r, true
}

func (k *worker) play(r run) {
	ref := postgres.WorkerRun{RunRef: r.RunRef, Worker: k.id.Key}
	if _, err := k.w.s.RunStarted(r.ctx, ref, time.Now(), nil, nil); err != nil && r.ctx.Err() == nil {
		k.w.Error(err)
	}
	e := k.how(r)
	if e.lost || r.ctx.Err() != nil {
		return
	}
	now := time.Now()
	if _, err := k.w.s.RunEnded(r.ctx, ref, postgres.RunEnd{ExitCode: &e.code, Result: []byte(e.result), StartedAt: &now, EndedAt: now}); err != nil && r.ctx.Err() == nil {
		k.w.Error(err)
	}
}

// late reports the end of a run, however late it is.
func (k *worker) late(r run) postgres.Progress {
	code := int32(0)
	p, err := k.w.s.RunEnded(k.w.Context(), postgres.WorkerRun{RunRef: r.RunRef, Worker: k.id.Key}, postgres.RunEnd{ExitCode: &code, EndedAt: time.Now()})
	k.w.ok(err)
	return p
}

// order is the runs that a worker had, as job:step, in order; checks left out.
func (k *worker) order() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []string
	for _, r := range k.runs {
		if r.label("job") != "" {
			out = append(out, r.label("job")+":"+r.label("step"))
		}
	}
	return strings.Join(out, " ")
}

// resource is something outside with versions, which fake checks find.
type outside struct {
	mu       sync.Mutex
	versions []string
}

func (o *outside) push(ref string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.versions = append(o.versions, ref)
}

// answer is what a resource's program says; a task just succeeds.
func (o *outside) answer(r run) end {
	switch {
	case len(r.task.Argv) == 0:
		return end{}
	case strings.HasSuffix(r.task.Argv[0], "/check"):
		o.mu.Lock()
		defer o.mu.Unlock()
		found := []map[string]string{}
		for _, v := range o.versions {
			found = append(found, map[string]string{"ref": v})
		}
		b, _ := json.Marshal(found)
		return end{result: string(b)}
	case strings.HasSuffix(r.task.Argv[0], "/in"):
		var req struct {
			Version json.RawMessage `json:"version"`
		}
		_ = json.Unmarshal(r.task.Stdin, &req)
		return end{result: fmt.Sprintf(`{"version":%s,"metadata":[{"name":"by","value":"fake"}]}`, req.Version)}
	case strings.HasSuffix(r.task.Argv[0], "/out"):
		return end{result: fmt.Sprintf(`{"version":{"ref":"put-%s"}}`, r.label("number"))}
	}
	return end{}
}

// The words of the tests' pipelines.

const (
	app   graph.Address = "resource.mock.app"
	notes graph.Address = "resource.mock.notes"
)

func get(passed ...graph.Address) graph.Step {
	return graph.Step{Name: "app", Body: graph.Get{Resource: app, Trigger: true, Passed: passed}}
}

func task(name string) graph.Step {
	return graph.Step{Name: name, Body: graph.Task{Image: "oci:x", Run: []string{"true"}}}
}

type specs map[graph.Address]graph.Spec

func pipeline(jobs specs) specs {
	out := specs{graph.PipelineAddress: graph.Pipeline{Name: "demo"},
		app:   graph.Resource{Type: "mock", Source: graph.Map{"x": graph.String("y")}},
		notes: graph.Resource{Type: "mock", CheckNever: true},
	}
	for a, s := range jobs {
		out[a] = s
	}
	return out
}

// apply makes it so, on an empty database.
func (w *world) apply(s specs) {
	w.Helper()
	b := graph.NewBuilder(graph.Header{})
	for a, spec := range s {
		w.ok(b.Add(a, spec, graph.Meta{}))
	}
	g, err := b.Finish()
	w.ok(err)
	in := postgres.ApplyInput{TeamID: w.team, Pipeline: "demo", Actor: "ann", PlanDigest: "sha256:plan", Desired: g}
	for _, n := range g.Nodes() {
		in.Guards = append(in.Guards, postgres.Guard{Address: n.Address})
	}
	_, err = w.s.Apply(w.Context(), in)
	w.ok(err)
}

func (w *world) id(a graph.Address) (id string) {
	w.Helper()
	w.ok(w.s.Pool().QueryRow(w.Context(), "SELECT id FROM objects WHERE address = $1", string(a)).Scan(&id))
	return id
}

func (w *world) trigger(job graph.Address) string {
	w.Helper()
	id, err := w.s.Trigger(w.Context(), "main", w.id(job), "ann")
	w.ok(err)
	return id
}

// check has the scope checked now.
func (w *world) check() {
	w.Helper()
	_, err := w.s.RequestCheck(w.Context(), "main", w.id(app), nil)
	w.ok(err)
}

// builds is each build as job#number status, by job and number.
func (w *world) builds() string {
	w.Helper()
	var out *string
	w.ok(w.s.Pool().QueryRow(w.Context(), `SELECT string_agg(substr(o.address, 5) || '#' || b.number || ' ' || b.status, ', ' ORDER BY o.address, b.number)
		FROM builds b JOIN objects o ON o.id = b.job_id`).Scan(&out))
	if out == nil {
		return ""
	}
	return *out
}

func (w *world) query(sql string, args ...any) (out string) {
	w.Helper()
	w.ok(w.s.Pool().QueryRow(w.Context(), sql, args...).Scan(&out))
	return out
}

// await waits until what gives want.
func (w *world) await(want string, what func() string) {
	w.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if what() == want {
			return
		}
	}
	w.Fatalf("got %s, want %s\nqueue %s\nconditions %s", what(), want,
		w.query("SELECT coalesce(string_agg(key || ' ' || due_at - now() || ' ' || last_error, E'\n'), '') FROM queue"),
		w.query("SELECT coalesce(string_agg(subject || ' ' || reason || ' ' || message, E'\n'), '') FROM conditions"))
}

func impatient(o *reconciler.Options) {
	o.Patience = place.Patience{Stalled: 500 * time.Millisecond, Lost: time.Second}
	o.Sweep = 200 * time.Millisecond
}

// sound asserts what must hold of any database.
func (w *world) sound() {
	w.Helper()
	for what, sql := range map[string]string{
		"steps that are not terminal, of builds that are": `SELECT count(*) FROM steps s JOIN builds b ON b.id = s.build_id WHERE b.ended_at IS NOT NULL AND s.ended_at IS NULL`,
		"runs that are open, of builds that are not":      `SELECT count(*) FROM runs r JOIN builds b ON b.id = r.build_id WHERE b.ended_at IS NOT NULL AND r.ended_at IS NULL`,
		"versions that triggered twice":                   `SELECT count(*) FROM (SELECT 1 FROM build_inputs i JOIN builds b ON b.id = i.build_id WHERE b.cause = 'version' GROUP BY b.job_id, i.name, i.version_id HAVING count(*) > 1) x`,
		"runs made twice":                                 `SELECT count(*) FROM (SELECT 1 FROM runs WHERE build_id IS NOT NULL GROUP BY build_id, step_path, attempt HAVING count(*) > 1) x`,
		"conditions of what has ended":                    `SELECT count(*) FROM conditions c JOIN builds b ON c.subject = 'build/' || b.id WHERE b.status <> 'pending'`,
	} {
		if n := w.query("SELECT (" + sql + ")::text"); n != "0" {
			w.Errorf("%s: %s", what, n)
		}
	}
	c, err := w.s.Checkup(w.Context())
	w.ok(err)
	for _, f := range doctor.Judge(c) {
		w.Errorf("weir doctor: %s: %s %s", f.Check, f.Subject, f.What)
	}
}
