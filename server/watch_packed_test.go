package server_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state"
	"github.com/weirci/weir/state/logpack"
	"github.com/weirci/weir/worker/logfile"
)

// packLogs puts together the logs of all builds that have ended, as a server does.
func (w *world) packLogs() {
	w.t.Helper()
	if err := w.store.Enqueue(w.t.Context(), state.KeyGC); err != nil {
		w.t.Fatal(err)
	}
	for _, c := range must(w.store.Claim(w.t.Context(), "test", 1000, time.Minute))(w.t) {
		for more := c.Key == state.KeyGC; more; {
			more = must(w.packed(c))(w.t)
		}
		if err := w.store.Release(w.t.Context(), c, time.Time{}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) packed(c state.Claim) (more bool, err error) {
	return w.store.PackLogs(w.t.Context(), c, time.Now().Add(time.Hour))
}

func (w *world) chunks(run string) (n int) {
	w.t.Helper()
	if err := w.store.Pool().QueryRow(w.t.Context(), "SELECT count(*) FROM log_chunks WHERE run_id = $1", run).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// The log of a build that has ended becomes few rows and reads as before, also for
// somebody who is in the middle of it.
func TestLogsAreReadWhileTheyArePutTogether(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one", "two")
	var want []string
	for i := range 300 {
		var records []logfile.Record
		for range 1 + rand.IntN(4) {
			text := fmt.Sprintf("line %d", len(want)+1)
			records, want = append(records, stdout(text+"\n")), append(want, "one/1 stdout: "+text)
		}
		r.write("one", records...)
		if i == 100 {
			w.packLogs() // it is still being written
		}
	}
	r.end("one", "succeeded")
	r.write("two", stdout("no end"))
	r.end("two", "succeeded")
	if n := w.chunks(r.runs["one"].id); n != 300 {
		t.Fatalf("%d chunks before the build's end, want 300", n)
	}
	r.finish("succeeded")
	want = append(want, "step one succeeded", "two/1 stdout: no end+", "step two succeeded", "build succeeded")

	slow := must(w.builds.Watch(t.Context(), connect.NewRequest(&weirv1.WatchRequest{Id: r.id})))(t)
	var got []string
	for len(got) < 10 && slow.Receive() {
		got = append(got, show(slow.Msg()))
	}
	w.packLogs()
	for slow.Receive() {
		got = append(got, show(slow.Msg()))
	}
	wantEvents(t, got, want...)
	wantEvents(t, w.watch(t, r.id), want...)
	wantEvents(t, w.watch(t, r.id, &weirv1.SeenLines{StepPath: "0", Attempt: 1, Number: 250}), want[250:]...)
	for name, run := range r.runs {
		if n := w.chunks(run.id); n != 1 {
			t.Errorf("the log of %s is %d rows", name, n)
		}
	}
}

// A position anywhere in a log, at a border of what arrived, reads on from there
// after the pieces were put together: what a follower on another server may hold.
func TestReadingOnFromWithinAPiece(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one")
	var borders []int64
	for i := range 20 {
		borders = append(borders, int64(r.runs["one"].offset))
		r.write("one", stdout(strings.Repeat("x", i)+"\n"))
	}
	r.end("one", "succeeded")
	r.finish("succeeded")
	w.packLogs()
	for i, at := range borders {
		chunks := must(w.store.LogChunks(t.Context(), []string{r.runs["one"].id}, []int64{at}, 5))(t)
		if len(chunks) != 1 {
			t.Fatalf("from %d: %d chunks", at, len(chunks))
		}
		records := slices.Collect(logfile.Decode(must(w.store.LogRecords(t.Context(), chunks[0], at))(t)))
		if len(records) != 20-i || string(records[0].Data) != strings.Repeat("x", i)+"\n" {
			t.Errorf("from %d: %d records, the first %q", at, len(records), records[0].Data)
		}
	}
}

// A log of many MiB becomes pieces that a reader can hold, and is read few at a
// time, whatever their number; a gap in it, and what is damaged, stay as they are.
func TestALargeLogIsPutTogetherInPieces(t *testing.T) {
	w := newWorld(t)
	w.apply(t, demo("demo"))
	r := w.start("one", "gap", "damaged")
	for range 200 { // of 64 KiB that nothing makes smaller
		b := make([]byte, 64<<10)
		for i := range b {
			b[i] = byte(rand.Uint32())
		}
		r.write("one", logfile.Record{Stream: logfile.Stdout, At: time.Unix(1, 0), Data: b})
	}
	for range 6 {
		r.write("gap", stdout("a\n"))
		r.write("damaged", stdout(strings.Repeat("b", 100)+"\n"))
	}
	size := int64(r.runs["gap"].offset / 6)
	r.exec("DELETE FROM log_chunks WHERE run_id = $1 AND offset_from = $2", r.runs["gap"].id, 2*size)
	r.exec(`UPDATE log_chunks SET records = '\x28b52ffd00112233'::bytea WHERE run_id = $1 AND offset_from > 0`, r.runs["damaged"].id)
	for name := range r.runs {
		r.end(name, "succeeded")
	}
	r.finish("succeeded")
	w.packLogs()
	for name, want := range map[string]int{"one": 200*(64<<10)/logpack.MaxPiece + 1, "gap": 2, "damaged": 6} {
		if n := w.chunks(r.runs[name].id); n != want {
			t.Errorf("the log of %s is %d rows, want %d", name, n, want)
		}
	}
	chunks := must(w.store.LogChunks(t.Context(), []string{r.runs["one"].id}, []int64{0}, 16))(t)
	if len(chunks) != 1 {
		t.Errorf("%d pieces of 4 MiB are read at once", len(chunks))
	}
	w.packLogs() // nothing more to do
	if n := w.chunks(r.runs["damaged"].id); n != 6 {
		t.Errorf("what is damaged is %d rows", n)
	}
}
