package shim_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/logfile"
	"github.com/weirci/weir/worker/shim"
)

// The test's own binary is the init, as weir's is.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "init" {
		os.Exit(shim.Main(os.Args[2:]))
	}
	os.Exit(m.Run())
}

type initRun struct {
	t   *testing.T
	dir string
	cmd *exec.Cmd
}

func start(t *testing.T, c shim.Config, stdin string) *initRun {
	t.Helper()
	r := &initRun{t: t, dir: t.TempDir()}
	if c.Dir == "" {
		c.Dir = "/"
	}
	c.Place, c.Stdin = "in the image", []byte(stdin)
	if err := shim.Prepare(r.dir, c); err != nil {
		t.Fatal(err)
	}
	r.cmd = exec.Command(os.Args[0], "init", r.dir)
	r.cmd.Stderr = os.Stderr
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	return r
}

func sh(script string) shim.Config { return shim.Config{Argv: []string{"/bin/sh", "-c", script}} }

// wait gives what is in the exit file, and checks that the init exited alike.
func (r *initRun) wait() worker.Exit {
	r.t.Helper()
	_ = r.cmd.Wait()
	e, ok, err := shim.ReadExit(r.dir)
	if err != nil || !ok {
		r.t.Fatalf("no exit file: %v, %v", ok, err)
	}
	want := e.Code
	if e.Err != "" {
		want = shim.FailCode
	}
	if got := r.cmd.ProcessState.ExitCode(); got != want {
		r.t.Errorf("init exited %d, the exit file says %+v", got, e)
	}
	return e
}

func (r *initRun) log() (stdout, stderr string, order []string) {
	r.t.Helper()
	b, err := os.ReadFile(shim.LogPath(r.dir))
	if err != nil {
		r.t.Fatal(err)
	}
	if _, rest := logfile.Split(b); rest != 0 {
		r.t.Fatalf("%d bytes at the end of the log are no record", rest)
	}
	for rec := range logfile.Decode(b) {
		order = append(order, fmt.Sprintf("%d:%s", rec.Stream, rec.Data))
		if rec.Stream == logfile.Stdout {
			stdout += string(rec.Data)
		} else {
			stderr += string(rec.Data)
		}
	}
	return stdout, stderr, order
}

func (r *initRun) waitFor(text string) {
	r.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if b, _ := os.ReadFile(shim.LogPath(r.dir)); bytes.Contains(b, []byte(text)) {
			return
		}
	}
	r.t.Fatalf("%q never came", text)
}

func TestExitCodes(t *testing.T) {
	for script, want := range map[string]int{"exit 0": 0, "exit 1": 1, "exit 255": 255, "kill -9 $$": 137, "kill -TERM $$": 143} {
		if e := start(t, sh(script), "").wait(); e.Code != want || e.Err != "" {
			t.Errorf("%s: %+v, want %d", script, e, want)
		}
	}
}

func TestOutputIsKeptInOrderOfArrival(t *testing.T) {
	r := start(t, sh("echo a; sleep 0.05; echo b >&2; sleep 0.05; echo c"), "")
	e := r.wait()
	_, _, order := r.log()
	if got := fmt.Sprint(order); got != "[1:a\n 2:b\n 1:c\n]" {
		t.Errorf("order is %q", got)
	}
	if d := e.EndedAt.Sub(e.StartedAt); d < 100*time.Millisecond || d > 10*time.Second {
		t.Errorf("it ran for %v", d)
	}
}

func TestStdinIsWhole(t *testing.T) {
	r := start(t, shim.Config{Argv: []string{"cat"}}, strings.Repeat("0123456789\n", 100_000))
	r.wait()
	if out, _, _ := r.log(); len(out) != 1_100_000 {
		t.Errorf("cat gave %d bytes", len(out))
	}
}

func TestResultIsRawAndApart(t *testing.T) {
	c := sh("echo '{}'; echo note >&2")
	c.Result = true
	r := start(t, c, "")
	r.wait()
	if out, errs, _ := r.log(); out != "" || errs != "note\n" {
		t.Errorf("log has %q and %q", out, errs)
	}
	if b, _ := os.ReadFile(shim.ResultPath(r.dir)); string(b) != "{}\n" {
		t.Errorf("result is %q", b)
	}
}

func TestAResultThatIsTooLargeIsTheProgramsFault(t *testing.T) {
	c := sh("head -c 5000000 /dev/zero")
	c.Result = true
	if e := start(t, c, "").wait(); !strings.Contains(e.Err, "larger than 4 MiB") || e.Lost {
		t.Errorf("%+v", e)
	}
}

func TestWhatCannotStart(t *testing.T) {
	dir := t.TempDir()
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte("#!/no/such/interpreter\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("hello"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		c    shim.Config
		want string
	}{
		"not there":       {shim.Config{Argv: []string{"foo"}, Env: []string{"PATH=/bin"}}, `command "foo" is not in the image (PATH /bin)`},
		"absolute":        {shim.Config{Argv: []string{"/opt/resource/check"}}, `command "/opt/resource/check" is not in the image`},
		"not executable":  {shim.Config{Argv: []string{text}}, "is not executable"},
		"no interpreter":  {shim.Config{Argv: []string{script}}, "interpreter"},
		"directory":       {shim.Config{Argv: []string{dir}}, "is a directory"},
		"nothing":         {shim.Config{}, "there is no command"},
		"no working dir":  {shim.Config{Argv: []string{"true"}, Dir: "/no/such"}, `working directory "/no/such" is not there`},
		"no such user":    {shim.Config{Argv: []string{"true"}, User: "nobody-at-all"}, `user "nobody-at-all" is not in`},
		"a file in a way": {shim.Config{Argv: []string{"true"}, Dir: text}, "working directory"},
	} {
		t.Run(name, func(t *testing.T) {
			if e := start(t, tt.c, "").wait(); e.Code != -1 || !strings.Contains(e.Err, tt.want) || e.Lost {
				t.Errorf("%+v, want %q", e, tt.want)
			}
		})
	}
}

func TestTermReachesTheProgram(t *testing.T) {
	r := start(t, sh(`trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.01; done`), "")
	r.waitFor("ready")
	_ = r.cmd.Process.Signal(unix.SIGTERM)
	if e := r.wait(); e.Code != 3 {
		t.Errorf("%+v", e)
	}
	if out, _, _ := r.log(); !strings.Contains(out, "bye") {
		t.Errorf("log is %q", out)
	}
}

func TestKillSignalEndsThemAllAndKeepsTheOutput(t *testing.T) {
	r := start(t, sh(`trap '' TERM; setsid sleep 1000 & echo child $!; wait`), "")
	r.waitFor("child")
	_ = r.cmd.Process.Signal(shim.KillSignal)
	if e := r.wait(); e.Code != 137 {
		t.Errorf("%+v", e)
	}
	var pid int
	out, _, _ := r.log()
	if _, err := fmt.Sscanf(out, "child %d", &pid); err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(pid, 0); err == nil {
		t.Errorf("process %d, which had made its own session, is still there", pid)
	}
}

// A background process that holds the pipe does not keep the run going, and is
// not left behind.
func TestBackgroundProcessDoesNotHoldTheRun(t *testing.T) {
	begin := time.Now()
	r := start(t, sh(`(sleep 0.02; echo late; sleep 1000) & echo early`), "")
	if e := r.wait(); e.Code != 0 {
		t.Errorf("%+v", e)
	}
	if d := time.Since(begin); d > 3*time.Second {
		t.Errorf("it took %v", d)
	}
	if out, _, _ := r.log(); out != "early\nlate\n" {
		t.Errorf("log is %q", out)
	}
}

func TestBigOutputIsWhole(t *testing.T) {
	r := start(t, sh(`i=0; while [ $i -lt 20000 ]; do echo "$i"; i=$((i+1)); done; head -c 10000000 /dev/zero | tr '\0' x >&2`), "")
	r.wait()
	out, errs, _ := r.log()
	for i, line := range strings.Split(strings.TrimSpace(out), "\n") {
		if line != fmt.Sprint(i) {
			t.Fatalf("line %d is %q", i, line)
		}
	}
	if strings.Count(out, "\n") != 20000 || strings.Count(errs, "x") != 10_000_000 {
		t.Errorf("%d lines, %d x", strings.Count(out, "\n"), strings.Count(errs, "x"))
	}
}

// BenchmarkInit is what the init adds to a program: `true` under it.
func BenchmarkInit(b *testing.B) {
	dir := b.TempDir()
	if err := shim.Prepare(dir, shim.Config{Argv: []string{"/bin/true"}, Dir: "/"}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := exec.Command(os.Args[0], "init", dir).Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// A secret that is printed in pieces is in no file of the run, nor is one in a
// result; what was held back for more is there at the end.
func TestSecretsAreNotWritten(t *testing.T) {
	c := sh(`printf hun; sleep 0.1; printf 'ter22\nhun' ; printf 'aHVudGVyMjI=' >&2`)
	c.Secrets = []string{"hunter22"}
	r := start(t, c, "")
	if e := r.wait(); e.Code != 0 || e.Err != "" {
		t.Fatalf("%+v", e)
	}
	log, err := os.ReadFile(shim.LogPath(r.dir))
	if err != nil {
		t.Fatal(err)
	}
	text := map[byte]string{}
	for rec := range logfile.Decode(log) {
		text[rec.Stream] += string(rec.Data)
	}
	if text[logfile.Stdout] != "((redacted))\nhun" || text[logfile.Stderr] != "((redacted))" {
		t.Errorf("%q", text)
	}
	c = sh(`printf '{"version":{"ref":"hunter22"}}'`)
	c.Secrets, c.Result = []string{"hunter22"}, true
	r = start(t, c, "")
	r.wait()
	if b, err := os.ReadFile(shim.ResultPath(r.dir)); err != nil || string(b) != `{"version":{"ref":"((redacted))"}}` {
		t.Errorf("%s, %v", b, err)
	}
	c = shim.Config{Argv: []string{"nope"}, Env: []string{"PATH=/hunter22"}, Secrets: []string{"hunter22"}}
	if e := start(t, c, "").wait(); strings.Contains(e.Err, "hunter22") || !strings.Contains(e.Err, "PATH /((redacted))") {
		t.Errorf("%q", e.Err)
	}
	if err := errors.Join(shim.Forget(r.dir), shim.Forget(r.dir)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(shim.ConfigPath(r.dir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what the init was told is still there: %v", err)
	}
}
