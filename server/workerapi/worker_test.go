package workerapi_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

func TestANameBelongsToTheWorkerThatLives(t *testing.T) {
	s := newSite(t)
	first := s.rawWorker("w1")
	enroll := func() error {
		_, err := s.rawClient(s.enrol).Enroll(t.Context(), connect.NewRequest(&weirv1.EnrollRequest{Name: "w1"}))
		return err
	}
	if err := enroll(); connect.CodeOf(err) != connect.CodeAlreadyExists || !strings.Contains(err.Error(), "w1") {
		t.Errorf("a second worker with the name of one that lives: %v", err)
	}
	s.exec(`UPDATE workers SET heartbeat_at = now() - interval '1 hour'`)
	if err := enroll(); err != nil {
		t.Errorf("a worker with the name of one that is dead: %v", err)
	}
	if err := enroll(); err != nil {
		t.Logf("once more: %v", err)
	}
	_, err := first.beat(1, "running", nil, nil)
	if connect.CodeOf(err) != connect.CodeUnauthenticated {
		t.Errorf("the dead one, come back: %v", err)
	}
	for _, name := range []string{"", "a/b", "-x", strings.Repeat("x", 101)} {
		_, err := s.rawClient(s.enrol).Enroll(t.Context(), connect.NewRequest(&weirv1.EnrollRequest{Name: name}))
		if connect.CodeOf(err) != connect.CodeInvalidArgument {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

func TestAnAgentThatTheServerRefusesSaysWhy(t *testing.T) {
	s := newSite(t)
	s.rawWorker("w1")
	for name, tt := range map[string]struct {
		change func(*childConfig)
		want   string
	}{
		"name taken": {func(*childConfig) {}, "worker w1"},
		"wrong key":  {func(c *childConfig) { c.Enrol = "weire_wrong" }, "enrolment key is not valid"},
		"no key":     {func(c *childConfig) { c.Enrol = "" }, "no enrolment key"},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.config("w1")
			c.Dir = t.TempDir()
			tt.change(&c)
			a, err := newAgent(c, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Run(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run: %v, want %q", err, tt.want)
			}
		})
	}
}

func TestOneAgentADirectory(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	a, err := newAgent(s.config("w1"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second agent: %v", err)
	}
}

func TestTheKeyIsForItsOwnerOnly(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	info, err := os.Stat(filepath.Join(s.dir, "w1", "key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestStopAndStartInPlace(t *testing.T) {
	s := newSite(t)
	a := s.startAgent("w1")
	run := s.sh("w1", slowly)
	s.waitLog(run, 1)
	a.stop(t)
	s.startAgent("w1")
	s.finish(run)
}

func TestAStalledWorkerComesBack(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	s.exec(`UPDATE workers SET status = 'stalled'`)
	s.waitWorker("w1", "running")
}

func TestLandingWaitsForItsRuns(t *testing.T) {
	s := newSite(t)
	a := s.startAgent("w1")
	run := s.sh("w1", slowly)
	s.waitLog(run, 1)
	a.Land()
	s.waitWorker("w1", "landing")
	s.stop() // a lost connection does not undo it
	s.start()
	s.finish(run)
	a.wait(t)
	s.waitWorker("w1", "landed")
	s.startAgent("w1")
}

func TestRetiringLeavesNothing(t *testing.T) {
	s := newSite(t)
	a := s.startAgent("w1")
	task := sh("echo x > out/file")
	task.Mounts = []*weirv1.Mount{{Volume: "vol-1", Path: "/tmp/build/out", Kind: "output"}}
	s.exec(`INSERT INTO volumes (worker_id, handle, kind, status) VALUES ($1, 'vol-1', 'output', 'creating')`, s.workerID("w1"))
	run := s.assign("w1", task)
	s.ended(run)
	a.Retire()
	a.wait(t)
	if n := scan[int](s, `SELECT count(*) FROM workers`); n != 0 {
		t.Errorf("%d workers are left", n)
	}
	const told = `SELECT string_agg(actor || ': ' || action || ' ' || subject, ', ' ORDER BY id) FROM audit_events WHERE action LIKE 'worker.%' AND details ?& '{before,after}'`
	if got := scan[string](s, told); got != "worker-key/test: worker.enrol worker/w1, worker/w1: worker.retire worker/w1" {
		t.Errorf("audited: %s", got)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "w1", "key")); !os.IsNotExist(err) {
		t.Errorf("the key is left: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "w1", "volumes", "*", "vol-1*")); len(left) > 0 {
		t.Errorf("volumes are left: %v", left)
	}
}

func TestAWorkerThatWasRemovedEnrolsAgain(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	was := s.workerID("w1")
	s.exec(`DELETE FROM workers`)
	s.eventually("it is there again", func() bool {
		return scan[int](s, `SELECT count(*) FROM workers WHERE name = 'w1' AND id <> $1 AND epoch > 0`, was) == 1
	})
	if got := s.ended(s.sh("w1", "exit 6")); got.Code != 6 {
		t.Errorf("got %+v", got)
	}
}

func TestHeartbeatsCompareRowsWithWhatIsThere(t *testing.T) {
	s := newSite(t)
	w := s.rawWorker("w1")
	epoch := w.register().GetEpoch()
	id := s.workerID("w1")
	for handle, status := range map[string]string{
		"new": "creating", "unmade": "creating", "kept": "created", "lost": "created", "doomed": "destroying", "gone": "destroying",
	} {
		s.exec(`INSERT INTO volumes (worker_id, handle, kind, status) VALUES ($1, $2, 'cache', $3)`, id, handle, status)
	}
	open, over, removed := s.sh("w1", ""), s.sh("w1", ""), s.sh("w1", "")
	s.exec(`INSERT INTO artifacts (build_id, name, run_id, worker_id, volume) SELECT build_id, 'a', id, $2, 'lost' FROM runs WHERE id = $1`, open, id)
	w.ended(over, 1, &weirv1.RunEnded{})
	w.ended(removed, 1, &weirv1.RunEnded{})
	r, err := w.beat(epoch, "running", []string{open, over, "stray"}, []string{"new", "kept", "doomed", "stray"})
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(slices.Values(r.GetDestroy().GetVolumes())); !slices.Equal(got, []string{"doomed", "stray"}) {
		t.Errorf("volumes to destroy: %v", got)
	}
	if got := r.GetDestroy().GetRuns(); !slices.Equal(sorted(got), sorted([]string{over, "stray"})) {
		t.Errorf("runs to destroy: %v", got)
	}
	rows := scan[string](s, `SELECT string_agg(handle || ' ' || status, ', ' ORDER BY handle) FROM volumes`)
	if want := "doomed destroying, kept created, new created, unmade creating"; rows != want {
		t.Errorf("volumes: %s", rows)
	}
	if n := scan[int](s, `SELECT count(*) FROM containers WHERE run_id = $1`, removed); n != 0 {
		t.Error("the row of a removed container is left")
	}
	if n := scan[int](s, `SELECT count(*) FROM artifacts WHERE worker_id IS NOT NULL`); n != 0 {
		t.Error("an artifact is said to be where it is not")
	}
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

func TestOrphansAreRemovedFromTheWorker(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	run := s.sh("w1", "echo x; sleep 60")
	s.waitLog(run, 1)
	s.exec(`UPDATE runs SET status = 'lost', ended_at = now() WHERE id = $1`, run)
	s.exec(`DELETE FROM containers WHERE run_id = $1`, run)
	live := filepath.Join(s.dir, "w1", "runs", "live", run)
	s.eventually("the run's directory goes", func() bool { _, err := os.Stat(live); return os.IsNotExist(err) })
}
