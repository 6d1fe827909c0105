package workerapi_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/state/logpack"
	"github.com/weirci/weir/worker/logfile"
)

// What the reconciler would write is written by hand here: the protocol's ends
// are under test, not the deciders.

func (s *site) exec(sql string, args ...any) {
	s.t.Helper()
	if _, err := s.store.Pool().Exec(s.t.Context(), sql, args...); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
}

func scan[T any](s *site, sql string, args ...any) (v T) {
	s.t.Helper()
	if err := s.store.Pool().QueryRow(s.t.Context(), sql, args...).Scan(&v); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// build makes a running build with everything that it hangs from.
func (s *site) build() string {
	s.t.Helper()
	team, err := s.store.EnsureTeam(s.t.Context(), "main")
	if err != nil {
		s.t.Fatal(err)
	}
	pipeline, job, build := uuid.NewString(), uuid.NewString(), uuid.NewString()
	s.exec(`INSERT INTO pipelines (id, team_id, name) VALUES ($1, $2, $3)`, pipeline, team, pipeline)
	s.exec(`INSERT INTO objects (id, pipeline_id, address, kind, changed_revision) VALUES ($1, $2, 'job.a', 'job', 1)`, job, pipeline)
	s.exec(`INSERT INTO builds (id, team_id, pipeline_id, job_id, number, revision, status, cause)
		VALUES ($1, $2, $3, $4, 1, 1, 'running', 'manual')`, build, team, pipeline, job)
	return build
}

// assign gives a worker a run, as place does.
func (s *site) assign(name string, task *weirv1.Task) (run string) {
	s.t.Helper()
	b, err := proto.Marshal(task)
	if err != nil {
		s.t.Fatal(err)
	}
	run = uuid.NewString()
	w := s.workerID(name)
	s.exec(`INSERT INTO runs (id, build_id, kind, task, status, worker_id, epoch, assigned_at)
		VALUES ($1, $2, 'task', $3, 'assigned', $4, 1, clock_timestamp())`, run, s.build(), b, w)
	s.exec(`INSERT INTO containers (run_id, worker_id, status) VALUES ($1, $2, 'creating')`, run, w)
	s.exec(`SELECT pg_notify('weir_worker', $1)`, w)
	return run
}

func (s *site) sh(name, script string) (run string) {
	s.t.Helper()
	return s.assign(name, sh(script))
}

func sh(script string) *weirv1.Task {
	return &weirv1.Task{Argv: []string{"/bin/sh", "-eu", "-c", script, "sh"}, Dir: "/tmp/build"}
}

func (s *site) kill(run string) {
	s.exec(`UPDATE runs SET kill_requested_at = now() WHERE id = $1`, run)
	s.exec(`SELECT pg_notify('weir_worker', worker_id::text) FROM runs WHERE id = $1`, run)
}

func (s *site) workerID(name string) string {
	s.t.Helper()
	return scan[string](s, `SELECT id FROM workers WHERE name = $1`, name)
}

// outcome is what is in the row of a run that has ended.
type outcome struct {
	Status, Message string
	Code            int // -1: none
	Infra, TimedOut bool
	Result          string
}

func (s *site) outcome(run string) (o outcome) {
	s.t.Helper()
	err := s.store.Pool().QueryRow(s.t.Context(), `SELECT status, message, coalesce(exit_code, -1), infra, timed_out,
		coalesce(convert_from(result, 'UTF8'), '') FROM runs WHERE id = $1`, run).
		Scan(&o.Status, &o.Message, &o.Code, &o.Infra, &o.TimedOut, &o.Result)
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

// ended waits for the end of a run, and checks what is true of every run that
// has ended.
func (s *site) ended(run string) outcome {
	s.t.Helper()
	s.eventually("run "+run+" ends", func() bool {
		status := scan[string](s, `SELECT status FROM runs WHERE id = $1`, run)
		return status == "exited" || status == "lost"
	})
	queued := scan[int](s, `SELECT count(DISTINCT asked.key) FROM runs,
			(SELECT key FROM queue UNION ALL SELECT key FROM queue_marks) asked
		WHERE runs.id = $1 AND asked.key IN ('build/' || build_id, 'scope/' || scope_id, 'place')`, run)
	if queued != 2 {
		s.t.Errorf("%d keys are queued at the end of a run, want its build's and place", queued)
	}
	return s.outcome(run)
}

// log is the text of a run's log; its chunks must follow each other.
func (s *site) log(run string) string {
	s.t.Helper()
	kept := scan[int64](s, `SELECT log_offset FROM runs WHERE id = $1`, run) // before the chunks: others write
	rows, err := s.store.Pool().Query(s.t.Context(),
		`SELECT offset_from, offset_to, records FROM log_chunks WHERE run_id = $1 ORDER BY offset_from`, run)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	packing, err := logpack.New()
	if err != nil {
		s.t.Fatal(err)
	}
	var text bytes.Buffer
	var at int64
	for rows.Next() {
		var from, to int64
		var piece []byte
		if err := rows.Scan(&from, &to, &piece); err != nil {
			s.t.Fatal(err)
		}
		records, err := packing.Unpack(piece)
		if err != nil {
			s.t.Fatal(err)
		}
		if from != at || to != from+int64(len(records)) {
			s.t.Fatalf("a chunk of %d bytes from %d to %d follows offset %d", len(records), from, to, at)
		}
		at = to
		for r := range logfile.Decode(records) {
			text.Write(r.Data)
		}
	}
	if kept > at {
		s.t.Errorf("the run's row says %d bytes of log, there are %d", kept, at)
	}
	return text.String()
}

// checkLines says where a log differs from the lines 1 to n.
func (s *site) checkLines(run string, n int) {
	s.t.Helper()
	got := strings.Split(strings.TrimSuffix(s.log(run), "\n"), "\n")
	var want []string
	for i := range n {
		want = append(want, fmt.Sprint(i+1))
	}
	if slices.Equal(got, want) {
		return
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			s.t.Fatalf("line %d of %d is %q, want %q", i+1, len(got), got[i], want[i])
		}
	}
	s.t.Fatalf("%d lines, want %d", len(got), len(want))
}

func (s *site) waitWorker(name, status string) {
	s.t.Helper()
	s.eventually("worker "+name+" is "+status, func() bool {
		return scan[int](s, `SELECT count(*) FROM workers WHERE name = $1 AND status = $2 AND epoch > 0`, name, status) == 1
	})
}

func (s *site) waitLog(run string, bytes int) {
	s.t.Helper()
	s.eventually("there is some log", func() bool {
		return scan[int](s, `SELECT log_offset FROM runs WHERE id = $1`, run) >= bytes
	})
}

func (s *site) eventually(what string, ok func() bool) {
	s.t.Helper()
	eventually(s.t, what, ok)
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
