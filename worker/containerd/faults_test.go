package containerd_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/containerd"
	"github.com/weirci/weir/worker/image"
	"github.com/weirci/weir/worker/workertest"
)

// killed is a daemon that a test kills, with its runtime.
type killed struct {
	dir string
	d   *containerd.Daemon
	r   *containerd.Runtime
}

func killable(t *testing.T) (killed, func(script string) worker.Task) {
	needContainers(t)
	dir := t.TempDir()
	d, err := containerd.StartDaemon(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	binary, err := workertest.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	layout := t.TempDir()
	if err := image.Busybox(layout); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	r := machine{d.Address, binary, layout}.open(t, t.TempDir(), netNumber(3))
	return killed{dir, d, r}, func(script string) worker.Task {
		return worker.Task{RunID: workertest.NewID(), Image: worker.Image{Ref: "oci:" + layout}, Argv: []string{"/bin/sh", "-c", script}}
	}
}

// kill -9 of the daemon: its socket's directory tells its pid.
func (k killed) kill(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(filepath.Dir(k.d.Address), "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for unix.Kill(pid, 0) == nil {
		time.Sleep(10 * time.Millisecond)
	}
}

// A daemon that dies under two runs, one of which ends before it is back, changes
// neither their exit codes nor their logs, also for who waits all the time.
func TestRunsOutliveTheDaemon(t *testing.T) {
	k, sh := killable(t)
	short, long := sh("sleep 0.4; echo short; exit 3"), sh("sleep 3; echo long; exit 4")
	type result struct {
		e   worker.Exit
		err error
	}
	waits := map[string]chan result{}
	for _, task := range []worker.Task{short, long} {
		if _, err := k.r.Start(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		ch := make(chan result, 1)
		waits[task.RunID] = ch
		go func() {
			e, err := k.r.Wait(t.Context(), task.RunID)
			ch <- result{e, err}
		}()
	}
	k.kill(t)
	time.Sleep(time.Second) // the short one ends meanwhile
	if _, err := containerd.StartDaemon(t.Context(), k.dir); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{short.RunID: 3, long.RunID: 4} {
		got := <-waits[id]
		if got.err != nil || got.e.Code != want || got.e.Err != "" {
			t.Errorf("%+v, %v, want %d", got.e, got.err, want)
		}
		if b, err := os.ReadFile(k.r.LogPath(id)); err != nil || !strings.Contains(string(b), map[int]string{3: "short", 4: "long"}[want]) {
			t.Errorf("log %q, %v", b, err)
		}
	}
}

// StartDaemon finds the one that is there, and Stop leaves nothing behind.
func TestTheDaemonIsFoundAndLeavesNothing(t *testing.T) {
	k, sh := killable(t)
	again, err := containerd.StartDaemon(t.Context(), k.dir)
	if err != nil || again.Address != k.d.Address {
		t.Fatalf("%+v, %v", again, err)
	}
	task := sh("sleep 1000")
	if _, err := k.r.Start(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	if err := again.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(k.d.Address)); !os.IsNotExist(err) {
		t.Errorf("the daemon's state is still there: %v", err)
	}
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	if strings.Contains(string(mounts), filepath.Dir(k.d.Address)) {
		t.Error("something is still mounted")
	}
	if n := len(pids(t, k.dir)) + len(pids(t, filepath.Dir(k.d.Address))); n > 0 {
		t.Errorf("%d of its processes are left", n)
	}
	if _, err := containerd.StartDaemon(t.Context(), k.dir); err != nil {
		t.Fatal(err) // for the clean-up of the runtime
	}
	if e, err := k.r.Wait(t.Context(), task.RunID); err != nil || e.Code == 0 {
		t.Errorf("its run: %+v, %v", e, err)
	}
}

// Runs that overlap share a shim. One that is killed takes them along: they are
// lost, which is said at once, and the next run is as good as ever.
func TestAShimThatDiesTakesOnlyItsRuns(t *testing.T) {
	k, sh := killable(t)
	first, second := sh("sleep 1000"), sh("sleep 1000")
	for _, task := range []worker.Task{first, second} {
		if _, err := k.r.Start(t.Context(), task); err != nil {
			t.Fatal(err)
		}
	}
	shims := pids(t, "containerd-shim-runc-v2", filepath.Dir(k.d.Address))
	if len(shims) != 1 {
		t.Fatalf("%d shims for two runs at once, want one", len(shims))
	}
	if err := unix.Kill(shims[0], unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for _, task := range []worker.Task{first, second} {
		if e, err := k.r.Wait(t.Context(), task.RunID); err != nil || !e.Lost {
			t.Errorf("%+v, %v, want lost", e, err)
		}
	}
	third := sh("exit 7")
	if _, err := k.r.Start(t.Context(), third); err != nil {
		t.Fatal(err)
	}
	if e, err := k.r.Wait(t.Context(), third.RunID); err != nil || e.Code != 7 {
		t.Errorf("the next run: %+v, %v", e, err)
	}
}

// pids are the processes whose command line has all the words.
func pids(t *testing.T, words ...string) []int {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, path := range lines {
		b, _ := os.ReadFile(path)
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(string(b), w) }) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, pid)
	}
	return found
}

func TestNoContainerdIsSaidPlainly(t *testing.T) {
	needContainers(t)
	t.Setenv("PATH", "/nowhere")
	if _, err := containerd.StartDaemon(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "apt-get install containerd") {
		t.Errorf("%v", err)
	}
}
