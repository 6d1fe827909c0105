package agent_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/agent"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk is an agent between a fake server and a fake runtime.
type desk struct {
	*fakeServer
	rt   *fakeRuntime
	opts agent.Options
	stop func()
}

func newDesk(t *testing.T) *desk {
	server, url := newFakeServer(t)
	d := &desk{fakeServer: server, rt: newFakeRuntime(t)}
	d.opts = agent.Options{
		ServerURL: url, Name: "w1", Key: "weirw_test", Dir: t.TempDir(),
		Runtime: d.rt, Volumes: d.rt, Logs: d.rt, RuntimeName: "fake",
		Capacity: 1, Platform: "linux/amd64", Version: "test", Now: time.Now,
	}
	return d
}

// run starts the agent; it ends with the test, or by stop.
func (d *desk) run(t *testing.T) {
	t.Helper()
	a, err := agent.New(d.opts)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.Run(context.Background()) }()
	stopped := false
	d.stop = func() {
		if stopped {
			return
		}
		stopped = true
		a.Stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
	t.Cleanup(d.stop)
}

func (d *desk) waitStarted(t *testing.T, id string) {
	t.Helper()
	eventually(t, id+" is started", func() bool { return d.rt.run(id) != nil })
}

func TestTheLastPieceOfTheLogComesWithTheExit(t *testing.T) {
	d := newDesk(t)
	d.run(t)
	d.start("a", &weirv1.Task{})
	d.waitStarted(t, "a")
	d.rt.write(t, "a", record("one\n"))
	d.rt.exit("a", worker.Exit{Code: 2})
	if e := d.ended(t, "a"); e.GetExitCode() != 2 || len(e.GetLog()) == 0 {
		t.Errorf("got %v", e)
	}
	eventually(t, "the run is removed", func() bool { return d.rt.wasRemoved("a") })
	if left, _ := os.ReadDir(filepath.Join(d.opts.Dir, "orders")); len(left) > 0 {
		t.Errorf("records are left: %v", left)
	}
}

func TestNothingIsRemovedBeforeTheEndIsAcknowledged(t *testing.T) {
	d := newDesk(t)
	d.refuse, d.misfit = 3, 1
	d.run(t)
	d.start("a", &weirv1.Task{})
	d.waitStarted(t, "a")
	d.rt.write(t, "a", record("one\n"))
	d.rt.exit("a", worker.Exit{})
	for {
		d.mu.Lock()
		pending := d.refuse > 0
		d.mu.Unlock()
		if !pending {
			break
		}
		if d.rt.wasRemoved("a") {
			t.Fatal("it was removed too early")
		}
	}
	d.ended(t, "a")
	if got := d.text("a"); got != "one\n" {
		t.Errorf("log %q", got)
	}
}

// A log that ends in the middle of a record has lost its writer; one with
// garbage in it says so, to those who read it.
func TestLogsThatAreNotWhole(t *testing.T) {
	for name, tt := range map[string]struct {
		log  []byte
		want string
	}{
		"cut":     {append(record("one\n"), record("two\n")[:9]...), "one\n"},
		"garbage": {append(record("one\n"), "garbage"...), "one\nweir: the rest of this log is lost"},
		"large":   {bytes.Repeat(record(strings.Repeat("x", 999)+"\n"), 1000), strings.Repeat(strings.Repeat("x", 999)+"\n", 1000)},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.run(t)
			d.rt.write(t, "a", tt.log)
			d.start("a", &weirv1.Task{})
			d.waitStarted(t, "a")
			d.rt.exit("a", worker.Exit{})
			d.ended(t, "a")
			if got := d.text("a"); !strings.HasPrefix(got, tt.want) || len(got) > len(tt.want)+200 {
				t.Errorf("log of %d bytes: %.100q", len(got), got)
			}
		})
	}
}

func TestWhoseFaultItIsThatARunDoesNotStart(t *testing.T) {
	for name, tt := range map[string]struct {
		err   error
		infra bool
	}{
		"the user's":   {&worker.UserError{Err: errors.New("no such image")}, false},
		"the worker's": {errors.New("containerd does not answer"), true},
		"a full disk":  {&os.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.rt.fail = tt.err
			d.run(t)
			d.start("a", &weirv1.Task{})
			e := d.ended(t, "a")
			if e.GetExitCode() != -1 || e.GetInfra() != tt.infra || !strings.HasSuffix(e.GetError(), tt.err.Error()) || e.GetStartedAt() != nil {
				t.Errorf("got %v", e)
			}
		})
	}
}

// A run whose record cannot be kept would be forgotten by a crash: it is not
// started at all.
func TestARecordThatCannotBeKept(t *testing.T) {
	d := newDesk(t)
	d.run(t)
	eventually(t, "it is there", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.beats) > 0 })
	if err := os.RemoveAll(filepath.Join(d.opts.Dir, "orders")); err != nil { // as a full disk, for everybody
		t.Fatal(err)
	}
	d.start("a", &weirv1.Task{})
	if e := d.ended(t, "a"); !e.GetInfra() || !strings.Contains(e.GetError(), "the record of the run") {
		t.Errorf("got %v", e)
	}
	if d.rt.run("a") != nil {
		t.Error("it was started")
	}
}

func TestWhatEndsARunBeforeItRuns(t *testing.T) {
	for name, tt := range map[string]struct {
		task     *weirv1.Task
		kill     bool
		want     string
		timedOut bool
	}{
		"a kill":    {&weirv1.Task{}, true, "killed before the program ran", false},
		"a timeout": {&weirv1.Task{TimeoutMs: 30}, false, "timed out after 30ms, before the program ran", true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.rt.slow = make(chan struct{})
			d.run(t)
			d.start("a", tt.task)
			if tt.kill {
				d.kill("a")
			}
			if e := d.ended(t, "a"); e.GetError() != tt.want || e.GetInfra() || e.GetTimedOut() != tt.timedOut {
				t.Errorf("got %v", e)
			}
		})
	}
}

func TestAnOrderThatComesTwiceRunsOnce(t *testing.T) {
	d := newDesk(t)
	d.run(t)
	d.start("a", &weirv1.Task{})
	d.start("a", &weirv1.Task{})
	d.waitStarted(t, "a")
	d.rt.exit("a", worker.Exit{})
	d.ended(t, "a")
	eventually(t, "the run is removed", func() bool { return d.rt.wasRemoved("a") })
	d.start("a", &weirv1.Task{}) // it was on its way when the run ended
	d.start("b", &weirv1.Task{})
	d.waitStarted(t, "b")
	if n := d.rt.started["a"]; n != 1 {
		t.Errorf("started %d times", n)
	}
}

func TestAStaleRunIsKilledAndRemoved(t *testing.T) {
	for name, disturb := range map[string]func(*desk){
		"found out by its log": func(d *desk) { d.rt.write(t, "a", record("x")) },
		"found out by its end": func(d *desk) { d.rt.exit("a", worker.Exit{}) },
		"destroyed":            func(d *desk) { d.change(func() { d.destroy = &weirv1.Destroy{Runs: []string{"a"}} }) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.run(t)
			d.start("a", &weirv1.Task{})
			d.waitStarted(t, "a")
			d.rt.write(t, "a", record("first"))
			eventually(t, "its log is there", func() bool { return d.text("a") == "first" })
			d.change(func() { d.stale["a"] = true })
			disturb(d)
			eventually(t, "it is removed", func() bool { return d.rt.wasRemoved("a") })
			if len(d.ends["a"]) != 0 {
				t.Error("its end was reported")
			}
		})
	}
}

func TestVolumesAreDestroyed(t *testing.T) {
	d := newDesk(t)
	d.rt.volumes = map[string]bool{"keep": true, "drop": true}
	d.destroy = &weirv1.Destroy{Volumes: []string{"drop"}}
	d.run(t)
	eventually(t, "one is left", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.beats) > 0 && len(d.beats[len(d.beats)-1].GetVolumes()) == 1
	})
}

func TestAnotherProcessGoesOn(t *testing.T) {
	d := newDesk(t)
	d.run(t)
	for _, id := range []string{"goes", "gone", "timed", "taken"} {
		task := &weirv1.Task{}
		if id == "timed" {
			task.TimeoutMs = 400
		}
		d.start(id, task)
		d.waitStarted(t, id)
	}
	d.rt.write(t, "goes", record("one\n"))
	eventually(t, "the log is there", func() bool { return d.text("goes") == "one\n" })
	d.stop()
	d.rt.write(t, "goes", record("two\n"))
	d.rt.Remove(t.Context(), "gone")
	d.change(func() { d.stale["taken"] = true })
	d.rt.waits = 1
	d.rt.runs["stray"] = make(chan worker.Exit, 10)
	if err := os.WriteFile(filepath.Join(d.opts.Dir, "orders", "broken"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run(t)
	if e := d.ended(t, "gone"); !e.GetInfra() || e.GetError() != "the container is gone" {
		t.Errorf("gone: %v", e)
	}
	if e := d.ended(t, "timed"); !e.GetTimedOut() {
		t.Errorf("timed: %v", e)
	}
	d.rt.exit("goes", worker.Exit{Code: 9})
	if e := d.ended(t, "goes"); e.GetExitCode() != 9 || d.text("goes") != "one\ntwo\n" {
		t.Errorf("goes: %v, log %q", e, d.text("goes"))
	}
	for _, id := range []string{"taken", "stray"} {
		eventually(t, id+" is removed", func() bool { return d.rt.wasRemoved(id) })
	}
}

func TestResults(t *testing.T) {
	d := newDesk(t)
	d.run(t)
	for id, size := range map[string]int{"none": 0, "some": 10, "most": 4 << 20, "more": 4<<20 + 1} {
		if size > 0 {
			if err := os.WriteFile(d.rt.ResultPath(id), make([]byte, size), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		d.start(id, &weirv1.Task{ResultOnStdout: true})
		d.waitStarted(t, id)
		d.rt.exit(id, worker.Exit{})
		e := d.ended(t, id)
		if tooLarge := size > 4<<20; tooLarge != (e.GetExitCode() == -1) || e.GetInfra() || !tooLarge && len(e.GetResult()) != size {
			t.Errorf("%s: exit %d, %q, %d bytes", id, e.GetExitCode(), e.GetError(), len(e.GetResult()))
		}
	}
}

func TestBadOptions(t *testing.T) {
	for want, change := range map[string]func(*agent.Options){
		"URL is missing":     func(o *agent.Options) { o.ServerURL = "" },
		"in clear":           func(o *agent.Options) { o.ServerURL = "http://weir.example" },
		"https://":           func(o *agent.Options) { o.ServerURL = "weir.example:443" },
		"CA file":            func(o *agent.Options) { o.ServerURL, o.CAFile = "https://weir.example", "/no/such/file" },
		"name is missing":    func(o *agent.Options) { o.Name = "" },
		"at least 1":         func(o *agent.Options) { o.Capacity = 0 },
		"runtime is missing": func(o *agent.Options) { o.Runtime = nil },
		"directory":          func(o *agent.Options) { o.Dir = "/dev/null/x" },
	} {
		d := newDesk(t)
		change(&d.opts)
		if _, err := agent.New(d.opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
