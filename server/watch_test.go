package server_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/server"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/worker/logfile"
)

// running is a build that runs, with a step and a run for each name.
type running struct {
	*world
	id   string
	runs map[string]*run
}

// run writes the log of one run, as a worker does.
type run struct {
	id     string
	offset int
}

func (w *world) start(steps ...string) *running {
	w.t.Helper()
	r := &running{world: w, id: w.trigger(w.t, "demo", "alone").Id, runs: map[string]*run{}}
	w.exec("UPDATE builds SET status = 'running', started_at = now() WHERE id = $1", r.id)
	for i, name := range steps {
		w.exec("INSERT INTO steps (build_id, path, ord, kind, name, status, attempt) VALUES ($1, $2, $3, 'task', $4, 'running', 1)", r.id, fmt.Sprint(i), i, name)
		r.addRun(name, fmt.Sprint(i), 1)
	}
	return r
}

func (r *running) addRun(name, path string, attempt int) {
	r.t.Helper()
	var id string
	err := r.store.Pool().QueryRow(r.t.Context(), `INSERT INTO runs (id, team_id, build_id, step_path, attempt, kind, task, status)
		SELECT gen_random_uuid(), team_id, id, $2, $3, 'task', '', 'running' FROM builds WHERE id = $1 RETURNING id`, r.id, path, attempt).Scan(&id)
	r.runs[name] = &run{id: must(id, err)(r.t)}
}

// write appends a chunk of records to a run's log, in one transaction, as the
// workers' side does.
func (r *running) write(name string, records ...logfile.Record) {
	r.t.Helper()
	run := r.runs[name]
	var data []byte
	for _, rec := range records {
		data = logfile.Append(data, rec)
	}
	from, to := run.offset, run.offset+len(data)
	run.offset = to
	r.exec(`WITH chunk AS (INSERT INTO log_chunks (run_id, offset_from, offset_to, records) VALUES ($1, $2, $3, $4)),
		run AS (UPDATE runs SET log_offset = $3 WHERE id = $1) SELECT pg_notify('weir_build', $5)`, run.id, from, to, data, r.id)
}

// end ends a run and its step.
func (r *running) end(name, status string) {
	r.t.Helper()
	r.exec("UPDATE runs SET status = 'exited', ended_at = now() WHERE id = $1", r.runs[name].id)
	r.exec("UPDATE steps SET status = $3, ended_at = clock_timestamp() WHERE build_id = $1 AND name = $2", r.id, name, status)
	r.exec("SELECT pg_notify('weir_build', $1)", r.id)
}

func (r *running) finish(status string) {
	r.t.Helper()
	r.exec("UPDATE builds SET status = $2, ended_at = clock_timestamp() WHERE id = $1", r.id, status)
	r.exec("SELECT pg_notify('weir_build', $1)", r.id)
}

func stdout(text string) logfile.Record {
	return logfile.Record{Stream: logfile.Stdout, At: time.Unix(1, 0), Data: []byte(text)}
}

func stderr(text string) logfile.Record {
	return logfile.Record{Stream: logfile.Stderr, At: time.Unix(1, 0), Data: []byte(text)}
}

// show is an event in a line of text.
func show(e *weirv1.WatchResponse) string {
	switch e := e.Event.(type) {
	case *weirv1.WatchResponse_Build:
		return "build " + e.Build.Status
	case *weirv1.WatchResponse_Step:
		return "step " + e.Step.Name + " " + e.Step.Status
	case *weirv1.WatchResponse_Line:
		mark := ""
		if e.Line.Partial {
			mark = "+"
		}
		return fmt.Sprintf("%s/%d %s: %s%s", e.Line.StepName, e.Line.Attempt, e.Line.Stream, e.Line.Text, mark)
	}
	return "?"
}

// watch receives all events of a build.
func (c clients) watch(t *testing.T, id string, seen ...*weirv1.SeenLines) (events []string) {
	t.Helper()
	s := must(c.builds.Watch(t.Context(), connect.NewRequest(&weirv1.WatchRequest{Id: id, Seen: seen})))(t)
	for s.Receive() {
		events = append(events, show(s.Msg()))
	}
	if err := s.Err(); err != nil {
		t.Errorf("the stream ended with %v", err)
	}
	return events
}

func wantEvents(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestWatchABuildThatHasEnded(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one", "two")
	r.write("one", stdout("a\nb"), stderr("warn\n"), stdout("c\n"))
	r.write("one", stdout("no end"))
	r.end("one", "succeeded")
	r.write("two", stdout("x\n"))
	r.end("two", "failed")
	r.finish("failed")
	want := []string{
		"one/1 stdout: a", "one/1 stderr: warn", "one/1 stdout: bc", "one/1 stdout: no end+", "step one succeeded",
		"two/1 stdout: x", "step two failed", "build failed",
	}
	wantEvents(t, w.watch(t, r.id), want...)
	wantEvents(t, w.watch(t, r.id), want...)
	wantEvents(t, w.watch(t, r.id, &weirv1.SeenLines{StepPath: "0", Attempt: 1, Number: 3}, &weirv1.SeenLines{StepPath: "1", Attempt: 1, Number: 1}), want[3], want[4], want[6], want[7])
}

func TestWatchAsItHappens(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one")
	s := must(w.builds.Watch(t.Context(), connect.NewRequest(&weirv1.WatchRequest{Pipeline: "demo", Job: "alone"})))(t)
	defer func() { _ = s.Close() }()
	next := func(want string) {
		t.Helper()
		if !s.Receive() {
			t.Fatalf("the stream ended: %v", s.Err())
		}
		if got := show(s.Msg()); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	next("build running")
	next("step one running")
	r.write("one", stdout("a\nb"))
	next("one/1 stdout: a")
	r.write("one", stdout("\n"))
	next("one/1 stdout: b")
	r.exec("UPDATE steps SET attempt = 2 WHERE build_id = $1", r.id)
	r.exec("UPDATE runs SET status = 'lost' WHERE build_id = $1", r.id)
	r.addRun("one", "0", 2)
	r.write("one", stdout("again\n"))
	next("step one running") // the second attempt
	next("one/2 stdout: again")
	r.end("one", "errored")
	next("step one errored")
	r.finish("errored")
	next("build errored")
	if s.Receive() || s.Err() != nil {
		t.Errorf("after the end: %v, %v", s.Msg(), s.Err())
	}
}

// Old output may have been deleted: what is left is shown, and nothing waits for
// the rest.
func TestWatchWhereOutputWasDeleted(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one", "two")
	for _, step := range []string{"one", "two"} {
		for i := range 3 {
			r.write(step, stdout(fmt.Sprintf("%d\n", i)))
		}
		r.end(step, "succeeded")
	}
	r.finish("succeeded")
	r.exec("DELETE FROM log_chunks WHERE offset_from = 0 OR run_id = $1", r.runs["two"].id)
	wantEvents(t, w.watch(t, r.id), "one/1 stdout: 1", "one/1 stdout: 2", "step one succeeded", "step two succeeded", "build succeeded")
}

// Four steps write at once while two watchers read: each line once, those of a
// step in order, whatever the chunks and whatever breaks. The second watcher's
// stream is killed again and again.
func TestWatchWhileMuchIsWritten(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	names, count := []string{"a", "b", "c", "d"}, 2000
	r := w.start(names...)
	var writers, watchers sync.WaitGroup
	var steady, broken []string
	watchers.Go(func() { steady = w.watch(t, r.id) })
	watchers.Go(func() { broken = r.watchBroken(t) })
	for _, name := range names {
		writers.Go(func() {
			for i := 0; i < count; {
				var text strings.Builder
				for range 1 + rand.IntN(100) {
					if i < count {
						fmt.Fprintf(&text, "line %d\n", i)
						i++
					}
				}
				half := rand.IntN(text.Len())
				r.write(name, stdout(text.String()[:half]))
				r.write(name, stdout(text.String()[half:]))
			}
			r.end(name, "succeeded")
		})
	}
	writers.Wait()
	r.finish("succeeded")
	watchers.Wait()
	for which, events := range map[string][]string{"steady": steady, "broken": broken} {
		if last := events[len(events)-1]; last != "build succeeded" {
			t.Errorf("%s: the last event is %s", which, last)
		}
		for _, name := range names {
			wantLines(t, which, events, name, count)
		}
	}
}

func wantLines(t *testing.T, which string, events []string, name string, count int) {
	t.Helper()
	n, ended := 0, false
	for _, e := range events {
		switch {
		case e == "step "+name+" succeeded":
			ended = true
		case strings.HasPrefix(e, name+"/1 "):
			if want := fmt.Sprintf("%s/1 stdout: line %d", name, n); e != want || ended {
				t.Fatalf("%s: got %q, want %q (step ended: %v)", which, e, want, ended)
			}
			n++
		}
	}
	if n != count || !ended {
		t.Errorf("%s: %d lines of %s (step ended: %v)", which, n, name, ended)
	}
}

// watchBroken kills its stream after some events and opens it again, saying what
// it has seen, until the build's end.
func (r *running) watchBroken(t *testing.T) (events []string) {
	seen := map[string]*weirv1.SeenLines{}
	for {
		req := &weirv1.WatchRequest{Id: r.id}
		for _, s := range seen {
			req.Seen = append(req.Seen, s)
		}
		ctx, kill := context.WithCancel(t.Context())
		s, err := r.builds.Watch(ctx, connect.NewRequest(req))
		if err != nil {
			t.Error(err)
			kill()
			return append(events, "?")
		}
		for n := 50 + rand.IntN(500); n > 0 && s.Receive(); n-- {
			events = append(events, show(s.Msg()))
			if l := s.Msg().GetLine(); l != nil {
				seen[l.StepPath] = &weirv1.SeenLines{StepPath: l.StepPath, Attempt: l.Attempt, Number: l.Number}
			}
		}
		kill()
		_ = s.Close()
		if events[len(events)-1] == "build succeeded" {
			return events
		}
	}
}

// A million lines go through in bounded memory; the events say only how many.
func TestWatchAMillionLines(t *testing.T) {
	if testing.Short() {
		t.Skip("a million lines")
	}
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one")
	line := strings.Repeat("x", 79) + "\n"
	text := strings.Repeat(line, logfile.MaxData/len(line))
	per, lines := len(text)/len(line), 0
	for lines < 1_000_000 {
		var records []logfile.Record
		for range 8 {
			records = append(records, stdout(text))
			lines += per
		}
		r.write("one", records...)
	}
	r.end("one", "succeeded")
	r.finish("succeeded")
	got, next := 0, int64(1)
	ctx := server.WithIdentity(t.Context(), server.Identity{Team: "main", Role: state.RoleViewer})
	err := w.srv.Services().Builds.Follow(ctx, &weirv1.WatchRequest{Id: r.id}, func(e *weirv1.WatchResponse) error {
		if l := e.GetLine(); l != nil {
			if l.Number != next || len(l.Text) != 79 {
				return fmt.Errorf("line %d has number %d", next, l.Number)
			}
			got++
			next++
		}
		return nil
	})
	if err != nil || got != lines {
		t.Errorf("%d of %d lines, %v", got, lines, err)
	}
}

// One who does not read holds nobody up.
func TestASlowWatcher(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one")
	slow := must(w.builds.Watch(t.Context(), connect.NewRequest(&weirv1.WatchRequest{Id: r.id})))(t)
	defer func() { _ = slow.Close() }()
	slow.Receive() // and no more
	text := strings.Repeat(strings.Repeat("x", 79)+"\n", 800)
	for range 200 { // 12 MiB: more than any buffer between
		r.write("one", stdout(text))
	}
	r.end("one", "succeeded")
	r.finish("succeeded")
	if got := w.watch(t, r.id); len(got) != 200*800+2 {
		t.Errorf("%d events", len(got))
	}
}

// Where nothing can be heard, polling finds the end.
func TestWatchWithoutNotifications(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one")
	deaf := server.NewServices(w.store, nil, options(t, w.store, nil).Log, "", nil)
	ctx := server.WithIdentity(t.Context(), server.Identity{Team: "main"})
	var events []string
	err := deaf.Builds.Follow(ctx, &weirv1.WatchRequest{Id: r.id}, func(e *weirv1.WatchResponse) error {
		events = append(events, show(e))
		if len(events) == 2 {
			r.write("one", stdout("a\n"))
			r.end("one", "succeeded")
			r.finish("succeeded")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantEvents(t, events, "build running", "step one running", "one/1 stdout: a", "step one succeeded", "build succeeded")
}

// Who comes late is told things in the order in which they happened: the second
// step does not run before the log of the first was shown.
func TestWatchTellsThingsInTheirOrder(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one", "two")
	r.exec("UPDATE steps SET started_at = clock_timestamp() WHERE build_id = $1 AND name = 'one'", r.id)
	r.write("one", stdout("a\n"))
	r.end("one", "succeeded")
	r.exec("UPDATE steps SET started_at = clock_timestamp() WHERE build_id = $1 AND name = 'two'", r.id)
	r.write("two", stdout("x\n"))
	s := must(w.builds.Watch(t.Context(), connect.NewRequest(&weirv1.WatchRequest{Id: r.id})))(t)
	defer func() { _ = s.Close() }()
	var got []string
	for len(got) < 5 && s.Receive() {
		got = append(got, show(s.Msg()))
	}
	wantEvents(t, got, "build running", "one/1 stdout: a", "step one succeeded", "step two running", "two/1 stdout: x")
}
