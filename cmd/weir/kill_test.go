package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weirci/weir/cmd/internal/wire"
)

// lines is how many the build of the kill tests writes, one every 50 ms.
const lines = 80

var counting = fmt.Sprintf(`
pipeline "kill" {}
job "count" {
  task "count" {
    image  = "oci:IMAGE"
    script = "i=1; while [ $i -le %d ]; do echo line $i; i=$((i+1)); sleep 0.05; done"
  }
}
`, lines)

// runtimes are those that this machine can have. CI can have both.
func runtimes(t *testing.T) []string {
	_, err := exec.LookPath("containerd")
	if os.Geteuid() != 0 || err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("containerd and root are missing, and in CI they must be there")
		}
		t.Log("NOT TESTED with containerd: this wants root and containerd")
		return []string{"process"}
	}
	return []string{"process", "containerd"}
}

// What is killed without a word in the middle of a build: the build finishes, with
// every line once and in order, and who watches it sees all of that.
func TestKilledInTheMiddleOfABuild(t *testing.T) {
	for _, runtime := range runtimes(t) {
		t.Run(runtime, func(t *testing.T) {
			t.Parallel() // they wait more than they reckon
			w := newInstallation(t, runtime)
			w.apply(t, counting)
			t.Run("all of weir", func(t *testing.T) {
				out := w.watchWhile(t, func() {
					w.kill(t)
					w.start(t)
				})
				wantLines(t, out, "the server and the worker were killed")
			})
			t.Run("PostgreSQL", func(t *testing.T) {
				out := w.watchWhile(t, func() { w.killPostgres(t) })
				wantLines(t, out, "PostgreSQL was killed")
			})
			w.end(t)
		})
	}
}

// installation is a `weir dev` of the test's own.
type installation struct {
	devProcess
	runtime, listen, work string
}

func newInstallation(t *testing.T, runtime string) *installation {
	t.Helper()
	work := openWork(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w := &installation{runtime: runtime, listen: l.Addr().String(), work: work}
	w.dir = filepath.Join(work, "dev")
	l.Close()
	w.start(t)
	t.Cleanup(w.stop)
	return w
}

// openWork is a directory that PostgreSQL may enter.
func openWork(t *testing.T) string {
	t.Helper()
	work, err := os.MkdirTemp(bin, "kill-*") //nolint:usetesting // that directory is closed to PostgreSQL
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(work, 0o755); err != nil {
		t.Fatal(err)
	}
	return work
}

func (w *installation) start(t *testing.T) {
	t.Helper()
	if err := w.run("--listen", w.listen, "--runtime", w.runtime); err != nil {
		t.Fatalf("weir dev: %v\n%s", err, w.log())
	}
}

func (w *installation) weir(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(bin, "weir"), args...)
	cmd.Env = append(os.Environ(), "WEIR_DEV_DIR="+w.dir, "XDG_CONFIG_HOME="+filepath.Join(w.work, "config"))
	return cmd
}

func (w *installation) apply(t *testing.T, pipeline string) {
	t.Helper()
	image := filepath.Join(w.work, "image")
	if out, err := w.weir("test-image", image).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pipeline = strings.ReplaceAll(pipeline, "IMAGE", image)
	if err := os.WriteFile(filepath.Join(w.work, "pipeline.weir.hcl"), []byte(pipeline), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := w.weir("apply", w.work, "--auto-approve").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// watchWhile watches a build during which something is done, when a quarter of it
// was seen.
func (w *installation) watchWhile(t *testing.T, do func()) string {
	t.Helper()
	var out lockedBuffer
	watch := w.weir("trigger", "count", "--watch")
	watch.Stdout, watch.Stderr = &out, &out
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the build to write", func() bool { return strings.Contains(out.String(), fmt.Sprintf("line %d\n", lines/4)) })
	do()
	if err := watch.Wait(); err != nil {
		t.Fatalf("watch: %v\n%s\nthe log of weir dev:\n%s", err, out.String(), w.log())
	}
	return out.String()
}

func (w *installation) kill(t *testing.T) {
	t.Helper()
	if err := w.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = w.cmd.Wait()
}

func (w *installation) killPostgres(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(w.dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(b), &pid); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// end ends it as a person would, and looks at what is left.
func (w *installation) end(t *testing.T) {
	t.Helper()
	if out, err := w.weir("trigger", "count").CombinedOutput(); err != nil { // something runs meanwhile
		t.Fatalf("%v\n%s", err, out)
	}
	time.Sleep(time.Second)
	if err := w.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := w.cmd.Wait(); err != nil {
		t.Errorf("weir dev ended with %v\n%s", err, w.log())
	}
	for _, what := range leftovers(t, w.work) {
		t.Errorf("left behind: %s", what)
	}
}

// leftovers are processes, mounts, bridges and rules that have something to do with a directory,
// and the target that the CLI would find.
func leftovers(t *testing.T, dir string) (out []string) {
	t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range processes {
		if b, _ := os.ReadFile(p); bytes.Contains(b, []byte(dir)) {
			out = append(out, "process "+string(bytes.ReplaceAll(b, []byte{0}, []byte(" "))))
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, dir) {
			out = append(out, "mount "+strings.TrimSpace(line))
		}
	}
	bridge := wire.BridgeName(filepath.Join(dir, "dev", "worker"))
	if _, err := net.InterfaceByName(bridge); err == nil {
		out = append(out, "bridge "+bridge)
	}
	if rules, err := exec.Command("iptables-save").Output(); err == nil && bytes.Contains(rules, []byte(bridge)) {
		out = append(out, "iptables rules of "+bridge)
	}
	if _, err := os.Stat(filepath.Join(dir, "dev", "dev.json")); err == nil {
		out = append(out, "dev.json")
	}
	return out
}

func wantLines(t *testing.T, out, when string) {
	t.Helper()
	next := 1
	for line := range strings.Lines(out) {
		if _, text, ok := strings.Cut(line, "| line "); ok {
			if text != fmt.Sprintf("%d\n", next) {
				t.Fatalf("%s: got line %s instead of %d\n%s", when, strings.TrimSpace(text), next, out)
			}
			next++
		}
	}
	if next != lines+1 || !strings.Contains(out, " succeeded in ") {
		t.Errorf("%s: %d lines of %d\n%s", when, next-1, lines, out)
	}
	if strings.Contains(out, "(attempt 2)") {
		t.Errorf("%s: the task ran twice\n%s", when, out)
	}
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited %s for %s", patience, what)
}
