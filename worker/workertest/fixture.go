package workertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/logfile"
)

// Runtime is everything that a worker needs of one.
type Runtime interface {
	worker.Runtime
	worker.Volumes
	worker.Logs
}

// Fixture is a runtime under test.
type Fixture struct {
	Runtime  Runtime
	Image    worker.Image               // has busybox's shell and users; the process runtime does not look at it
	Path     func(volume string) string // where a volume is on this machine
	Isolated bool                       // there are containers, images, users, limits
	Network  *Network                   // where Isolated
	// NewImage makes a volume that holds the busybox image as an OCI layout.
	NewImage func(t *testing.T, volume string)
	// Second is another worker: a command that runs this test binary, which calls
	// Help with a runtime of a directory of its own, and a way to open that
	// directory again when the command was killed.
	Second func(t *testing.T) (*exec.Cmd, func(*testing.T) Runtime)
}

// Network is what tests of isolation need to know.
type Network struct {
	Host    []string // addresses of this machine that containers must not reach
	Outside string   // an address beyond this machine that they must reach
	NAT     string   // the address that they have out there
	// Listen and Serve accept connections at a port of any of Host, and of Outside,
	// and say "hello"; the channel has where each came from.
	Listen, Serve func(t *testing.T) (port int, from <-chan string)
}

// Need skips the test, or fails where the machine is a CI machine.
func Need(t testing.TB, ok bool, what string) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("this test needs %s, and in CI it must run", what)
	}
	t.Skipf("SKIPPED: this test needs %s", what)
}

// Binary builds the program that stands for weir's own, and beside it the init
// (InitOf), once a test process.
func Binary(dir string) (string, error) {
	path := filepath.Join(dir, "testweir")
	for out, pkg := range map[string]string{path: "worker/workertest/testweir", InitOf(path): "cmd/weir-init"} {
		cmd := exec.Command("go", "build", "-o", out, "github.com/weirci/weir/"+pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("build %s: %w: %s", pkg, err, text)
		}
	}
	return path, nil
}

// InitOf is where Binary puts the init.
func InitOf(binary string) string { return filepath.Join(filepath.Dir(binary), "weir-init") }

// next makes ids of runs unique; tests are the only place for such a variable.
var next atomic.Int64

// NewID gives an id that no other run of this machine has.
func NewID() string { return fmt.Sprintf("run-%d-%d", os.Getpid(), next.Add(1)) }

func (f Fixture) sh(script string) worker.Task {
	return worker.Task{
		RunID: NewID(),
		Image: f.Image,
		Argv:  []string{"/bin/sh", "-eu", "-c", script, "sh"},
		Dir:   worker.BuildDir,
	}
}

// Result is how a run ended, and what it wrote.
type Result struct {
	worker.Exit
	Stdout, Stderr string
	Beside         string // what services wrote
	Order          []byte // the stream of each record, without repetitions
}

func (f Fixture) run(t *testing.T, task worker.Task) Result {
	t.Helper()
	f.start(t, task)
	return f.wait(t, f.Runtime, task.RunID)
}

func (f Fixture) start(t *testing.T, task worker.Task) {
	t.Helper()
	t.Cleanup(func() {
		if err := f.Runtime.Remove(context.WithoutCancel(t.Context()), task.RunID); err != nil {
			t.Error(err)
		}
	})
	if _, err := f.Runtime.Start(t.Context(), task); err != nil {
		t.Fatal(err)
	}
}

func (f Fixture) wait(t *testing.T, r Runtime, runID string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	e, err := r.Wait(ctx, runID)
	if err != nil {
		t.Fatalf("wait for %s: %v", runID, err)
	}
	return readLog(t, r, runID, e)
}

func readLog(t *testing.T, r Runtime, runID string, e worker.Exit) Result {
	t.Helper()
	b, err := os.ReadFile(r.LogPath(runID))
	if err != nil {
		t.Fatal(err)
	}
	if _, rest := logfile.Split(b); rest != 0 {
		t.Fatalf("the log ends with %d bytes that are no record", rest)
	}
	res := Result{Exit: e}
	var out, errs, beside strings.Builder
	for rec := range logfile.Decode(b) {
		switch rec.Stream {
		case logfile.Stdout:
			out.Write(rec.Data)
		case logfile.Stderr:
			errs.Write(rec.Data)
		case logfile.Beside:
			beside.Write(rec.Data)
		}
		res.Order = append(res.Order, rec.Stream)
	}
	res.Stdout, res.Stderr, res.Beside, res.Order = out.String(), errs.String(), beside.String(), slices.Compact(res.Order)
	return res
}

// succeed runs a task that must exit 0.
func (f Fixture) succeed(t *testing.T, task worker.Task) Result {
	t.Helper()
	r := f.run(t, task)
	if r.Code != 0 || r.Err != "" {
		t.Fatalf("exit %+v, stdout %q, stderr %q", r.Exit, r.Stdout, r.Stderr)
	}
	return r
}

// waitFor waits until a run has written text.
func (f Fixture) waitFor(t *testing.T, runID, text string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		b, _ := os.ReadFile(f.Runtime.LogPath(runID))
		if strings.Contains(string(b), text) {
			return
		}
	}
	t.Fatalf("run %s never wrote %q", runID, text)
}

// volume makes a volume with one file, through a run, as everything is made.
func (f Fixture) volume(t *testing.T, file, text string) string {
	t.Helper()
	task := f.sh(fmt.Sprintf("printf %%s '%s' > out/%s", text, file))
	handle := task.RunID + "-out"
	task.Mounts = []worker.Mount{{Volume: handle, Path: worker.BuildDir + "/out", Kind: worker.MountOutput}}
	f.removeVolume(t, handle)
	f.succeed(t, task)
	return handle
}

func (f Fixture) removeVolume(t *testing.T, handle string) {
	t.Cleanup(func() {
		if err := f.Runtime.RemoveVolume(context.WithoutCancel(t.Context()), handle); err != nil {
			t.Error(err)
		}
	})
}

func (f Fixture) read(t *testing.T, handle, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(f.Path(handle), file))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
