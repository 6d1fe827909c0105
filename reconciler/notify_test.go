package reconciler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/weirci/weir/compiler/graph"
	"github.com/weirci/weir/reconciler"
	"github.com/weirci/weir/reconciler/notify"
	"github.com/weirci/weir/state"
)

// peer is whoever is told, of all servers.
type peer struct {
	mu     sync.Mutex
	got    []state.Delivery
	answer func(ctx context.Context, d state.Delivery, attempt int) state.Delivered // nil: it takes all
}

func (p *peer) Deliver(ctx context.Context, d state.Delivery) state.Delivered {
	p.mu.Lock()
	p.got = append(p.got, d)
	attempt := 0
	for _, g := range p.got {
		if g.ID == d.ID {
			attempt++
		}
	}
	p.mu.Unlock()
	if p.answer == nil {
		return state.Delivered{OK: true}
	}
	return p.answer(ctx, d, attempt)
}

func (p *peer) Done(state.NotificationChange) {}

func (p *peer) all() []state.Delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

// heard is what it was told, each as often as that.
func (p *peer) heard() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, d := range p.got {
		out = append(out, fmt.Sprintf("%s #%d %s %s", d.Build.Job.Name(), d.Build.Number, d.Status, d.Change))
	}
	slices.Sort(out)
	return out
}

// tells has reconcilers tell a peer.
func tells(p reconciler.Outbound) func(*reconciler.Options) {
	return func(o *reconciler.Options) {
		o.Outbound, o.Sweep = p, 200*time.Millisecond
		o.NotifyLimits = notify.Limits{Attempts: 4, Age: time.Hour, First: 10 * time.Millisecond, Most: 40 * time.Millisecond}
	}
}

// noisy is a pipeline that tells each end of a build, and of job.a each begin.
func noisy() specs {
	job := func(name string) graph.Job {
		return graph.Job{Steps: []graph.Step{task(name)}, Notify: []graph.Notification{{Name: "begin", Type: "webhook", On: []string{"started"}}}}
	}
	out := pipeline(specs{"job.a": job("a"), "job.b": graph.Job{Steps: []graph.Step{task("b")}}})
	out[graph.PipelineAddress] = graph.Pipeline{Name: "demo", Notify: []graph.Notification{{Name: "end", Type: "slack", On: []string{"succeeded", "failed", "errored", "aborted"}}}}
	return out
}

// states counts notifications by state.
func (w *world) states() string {
	return w.query("SELECT coalesce(string_agg(x, ', ' ORDER BY x), '') FROM (SELECT state || ' ' || count(*) AS x FROM notifications GROUP BY state) s")
}

// Two servers, many builds: each is told of once.
func TestEachStatusIsToldOnce(t *testing.T) {
	w, p := newWorld(t), &peer{}
	w.apply(noisy())
	w.server("one", tells(p))
	w.server("two", tells(p))
	w.worker("w", 10, func(r run) end { return end{code: int32(strings.Index("12345678", r.label("number")) / 4)} }) // from #5 on they fail
	var want []string
	for n := 1; n <= 8; n++ {
		w.trigger("job.a")
		w.trigger("job.b")
		ends := "succeeded"
		if n >= 5 {
			ends = "failed"
		}
		want = append(want, fmt.Sprintf("a #%d started", n), fmt.Sprintf("a #%d %s", n, ends), fmt.Sprintf("b #%d %s", n, ends))
	}
	w.await("sent 24", w.states)
	heard := p.heard()
	for i := range heard {
		heard[i] = strings.Join(strings.Fields(heard[i])[:3], " ")
	}
	slices.Sort(heard)
	if slices.Sort(want); !slices.Equal(heard, want) {
		t.Errorf("it heard\n%s\nwant\n%s", strings.Join(heard, "\n"), strings.Join(want, "\n"))
	}
	w.sound()
}

// A server that dies after something arrived, and before it wrote that down: another
// sends it again, with the same id.
func TestAServerDiesBetweenSendingAndWriting(t *testing.T) {
	w := newWorld(t)
	w.apply(noisy())
	var one *server
	started := make(chan struct{})
	first := &peer{answer: func(ctx context.Context, _ state.Delivery, _ int) state.Delivered {
		<-started
		one.die()
		<-ctx.Done()
		return state.Delivered{OK: true}
	}}
	soon := func(o *reconciler.Options) { o.Lease = 300 * time.Millisecond }
	one = w.server("one", tells(first), soon)
	close(started)
	id, _, err := w.s.TestNotification(t.Context(), "main", "demo", "notify.end", "ann")
	w.ok(err)
	<-one.done
	if got := w.states(); got != "waiting 1" {
		t.Fatalf("after its server died it is %s", got)
	}
	second := &peer{}
	w.server("two", tells(second), soon)
	w.await("sent 1", w.states)
	if a, b := first.all(), second.all(); len(a) != 1 || len(b) != 1 || a[0].ID != id || b[0].ID != id {
		t.Errorf("sent as %+v, and then as %+v", a, b)
	}
	if n := w.query("SELECT attempts::text FROM notifications"); n != "1" {
		t.Errorf("%s attempts are written down", n)
	}
	w.sound()
}

// What fails is tried again; what is hopeless, or fails too often, is given up; and
// what was given up is sent when somebody wants it tried again.
func TestFailuresAreTriedAgain(t *testing.T) {
	w, p := newWorld(t), &peer{}
	var mu sync.Mutex
	works := false
	p.answer = func(_ context.Context, d state.Delivery, attempt int) state.Delivered {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case works, d.Build.Number == 1 && attempt > 2:
			return state.Delivered{OK: true}
		case d.Build.Number == 2:
			return state.Delivered{Hopeless: true, Reason: "it is refused"}
		}
		return state.Delivered{Reason: "it is down"}
	}
	w.apply(noisy())
	w.server("one", tells(p))
	w.server("two", tells(p))
	w.worker("w", 3, func(run) end { return end{} })
	for range 3 {
		w.trigger("job.b")
	}
	w.await("dead 2, sent 1", w.states)
	got := w.query("SELECT string_agg(b.number || ' ' || n.state || ' ' || n.attempts || ' ' || n.reason, E'\n' ORDER BY b.number) FROM notifications n JOIN builds b ON b.id = n.build_id")
	if want := "1 sent 3 \n2 dead 1 it is refused\n3 dead 4 given up after 4 attempts: it is down"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	mu.Lock()
	works = true
	mu.Unlock()
	for _, number := range []string{"2", "3"} {
		_, err := w.s.RetryNotification(t.Context(), "main", w.query("SELECT n.id::text FROM notifications n JOIN builds b ON b.id = n.build_id WHERE b.number = $1::bigint", number), "ann")
		w.ok(err)
	}
	w.await("sent 3", w.states)
	w.sound()
}

// Whoever does not answer holds up neither builds nor what others are told.
func TestASlowPeerHoldsNothingUp(t *testing.T) {
	w := newWorld(t)
	gone := make(chan struct{})
	p := &peer{answer: func(ctx context.Context, d state.Delivery, _ int) state.Delivered {
		if d.Address == "notify.end" {
			select {
			case <-ctx.Done():
			case <-gone:
			}
		}
		return state.Delivered{OK: true}
	}}
	w.apply(noisy())
	w.server("one", tells(p), func(o *reconciler.Options) { o.Workers = 2 })
	w.worker("w", 10, func(run) end { return end{} })
	for range 20 {
		w.trigger("job.a")
	}
	w.await("20", func() string { return w.query("SELECT count(*)::text FROM builds WHERE status = 'succeeded'") })
	w.await("20", func() string {
		return w.query("SELECT count(*)::text FROM notifications WHERE state = 'sent' AND address = 'job.a.notify.begin'")
	})
	close(gone)
}

// A commit has its last status, whatever became of those before.
func TestACommitHasItsLastStatus(t *testing.T) {
	w := newWorld(t)
	p := &peer{answer: func(_ context.Context, d state.Delivery, _ int) state.Delivered {
		return state.Delivered{OK: d.Status != state.StatusStarted, Reason: "it is down"}
	}}
	out := noisy()
	out[graph.PipelineAddress] = graph.Pipeline{Name: "demo", Notify: []graph.Notification{{Name: "forge", Type: "gitea"}}}
	w.apply(out)
	w.server("one", tells(p), func(o *reconciler.Options) { o.NotifyLimits.Attempts = 1000 })
	w.worker("w", 1, func(r run) end {
		w.await("1", func() string { return w.query("SELECT count(*)::text FROM notifications WHERE attempts > 0") })
		return end{}
	})
	w.trigger("job.b")
	w.await("sent 1, skipped 1", w.states)
	if got := w.query("SELECT status || ' ' || reason FROM notifications WHERE state = 'skipped'"); got != "started "+notify.Superseded {
		t.Errorf("skipped is %s", got)
	}
	if last := p.all()[len(p.all())-1]; last.Status != "succeeded" {
		t.Errorf("it heard %s last", last.Status)
	}
}

// What the pipeline does not say any more is not told any more.
func TestNobodyIsToldWhoIsNotWanted(t *testing.T) {
	w, p := newWorld(t), &peer{}
	w.apply(noisy())
	_, _, err := w.s.TestNotification(t.Context(), "main", "demo", "notify.end", "ann")
	w.ok(err)
	_, err = w.s.Pool().Exec(t.Context(), "DELETE FROM subscriptions")
	w.ok(err)
	w.server("one", tells(p))
	w.await("skipped 1", w.states)
	if heard := p.heard(); len(heard) > 0 {
		t.Errorf("it heard %q", heard)
	}
}
