package workertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/worker"
)

func exitCodes(t *testing.T, f Fixture) {
	for script, want := range map[string]int{"true": 0, "exit 1": 1, "exit 255": 255, "kill -9 $$": 137, "kill -TERM $$; sleep 1": 143} {
		begin := time.Now()
		r := f.run(t, f.sh(script))
		if r.Code != want || r.Err != "" || r.Lost || r.OOM {
			t.Errorf("%s: %+v, want %d", script, r.Exit, want)
		}
		if r.StartedAt.Before(begin.Add(-time.Second)) || r.EndedAt.Before(r.StartedAt) || r.EndedAt.After(time.Now()) {
			t.Errorf("%s: from %v to %v", script, r.StartedAt, r.EndedAt)
		}
	}
}

func streams(t *testing.T, f Fixture) {
	r := f.succeed(t, f.sh("echo a; sleep 0.1; echo b >&2; sleep 0.1; echo c"))
	if r.Stdout != "a\nc\n" || r.Stderr != "b\n" || !slices.Equal(r.Order, []byte{1, 2, 1}) {
		t.Errorf("stdout %q, stderr %q, order %v", r.Stdout, r.Stderr, r.Order)
	}
}

func bigOutput(t *testing.T, f Fixture) {
	r := f.succeed(t, f.sh(`yes 0123456789abcdef | head -c 10000000; i=0; while [ $i -lt 3000 ]; do echo $i >&2; i=$((i+1)); done`))
	if want := strings.Repeat("0123456789abcdef\n", 10_000_000/17+1)[:10_000_000]; r.Stdout != want {
		t.Errorf("stdout has %d bytes, or others", len(r.Stdout))
	}
	lines := strings.Fields(r.Stderr)
	for i, l := range lines {
		if l != fmt.Sprint(i) {
			t.Fatalf("line %d is %q", i, l)
		}
	}
	if len(lines) != 3000 {
		t.Errorf("%d lines", len(lines))
	}
}

func environment(t *testing.T, f Fixture) {
	task := f.sh(`echo "$GREETING|$DIR|$1"; ls -d $DIR; test -n "$HOME"; test -n "$PATH"; touch written`)
	task.Env = []string{"DIR=" + worker.BuildDir, "GREETING=hello world"}
	task.Argv = append(task.Argv, "with space and 'quotes'")
	if r := f.succeed(t, task); !strings.HasPrefix(r.Stdout, "hello world|") || !strings.Contains(r.Stdout, "|with space and 'quotes'\n") {
		t.Errorf("%q", r.Stdout)
	}
}

func stdin(t *testing.T, f Fixture) {
	task := f.sh("cat; echo end")
	task.Stdin = []byte(strings.Repeat("line\n", 50_000))
	if r := f.succeed(t, task); r.Stdout != string(task.Stdin)+"end\n" {
		t.Errorf("%d bytes came back", len(r.Stdout))
	}
	if r := f.succeed(t, f.sh("cat; echo end")); r.Stdout != "end\n" {
		t.Errorf("without stdin: %q", r.Stdout)
	}
}

func result(t *testing.T, f Fixture) {
	task := f.sh(`echo '{"version":{}}'; echo note >&2`)
	task.ResultOnStdout = true
	r := f.succeed(t, task)
	if r.Stdout != "" || r.Stderr != "note\n" {
		t.Errorf("log has %q and %q", r.Stdout, r.Stderr)
	}
	if b, err := os.ReadFile(f.Runtime.ResultPath(task.RunID)); err != nil || string(b) != "{\"version\":{}}\n" {
		t.Errorf("result %q, %v", b, err)
	}
}

func commandMissing(t *testing.T, f Fixture) {
	task := f.sh("")
	task.Argv = []string{"no-such-command", "x"}
	if r := f.run(t, task); r.Code != -1 || !strings.Contains(r.Err, `command "no-such-command" is not`) || r.Lost {
		t.Errorf("%+v", r.Exit)
	}
}

func dirMissing(t *testing.T, f Fixture) {
	task := f.sh("true")
	task.Dir = worker.BuildDir + "/nowhere"
	if r := f.run(t, task); r.Code != -1 || !strings.Contains(r.Err, "nowhere") || r.Lost {
		t.Errorf("%+v", r.Exit)
	}
}

func builtIn(t *testing.T, f Fixture) {
	task := worker.Task{
		RunID: NewID(), Image: worker.Image{BuiltIn: "echo"}, ResultOnStdout: true,
		Argv: []string{"/opt/resource/in", worker.BuildDir + "/get"}, Stdin: []byte(`{"source":{}}`),
	}
	task.Mounts = []worker.Mount{{Volume: task.RunID + "-get", Path: worker.BuildDir + "/get", Kind: worker.MountOutput}}
	f.removeVolume(t, task.Mounts[0].Volume)
	r := f.succeed(t, task)
	b, err := os.ReadFile(f.Runtime.ResultPath(task.RunID))
	var got struct {
		Args, Root []string
		Stdin      string
	}
	if err = errors.Join(err, json.Unmarshal(b, &got)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Args[:3], []string{"resource-type", "echo", "in"}) || got.Stdin != `{"source":{}}` || r.Stderr != "called\n" {
		t.Errorf("called with %q, stdin %q; stderr %q", got.Args, got.Stdin, r.Stderr)
	}
	if text := f.read(t, task.Mounts[0].Volume, "fetched"); text != `{"source":{}}` {
		t.Errorf("output has %q", text)
	}
	if f.Isolated && slices.Contains(got.Root, "home") {
		t.Errorf("its root is not empty: %q", got.Root)
	}
}

func startAgain(t *testing.T, f Fixture) {
	task := f.sh("echo once")
	f.succeed(t, task)
	spent, err := f.Runtime.Start(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if spent != (worker.Spent{}) {
		t.Errorf("finding it took %+v", spent)
	}
	if r := f.wait(t, f.Runtime, task.RunID); r.Stdout != "once\n" {
		t.Errorf("log is %q", r.Stdout)
	}
}

func unknown(t *testing.T, f Fixture) {
	if _, err := f.Runtime.Wait(t.Context(), "no-such-run"); !errors.Is(err, worker.ErrUnknownRun) {
		t.Errorf("wait: %v", err)
	}
	if err := f.Runtime.Kill(t.Context(), "no-such-run", time.Second); err != nil {
		t.Errorf("kill: %v", err)
	}
	if err := f.Runtime.Remove(t.Context(), "no-such-run"); err != nil {
		t.Errorf("remove: %v", err)
	}
}

func removeAndList(t *testing.T, f Fixture) {
	task := f.sh("sleep 1000")
	f.start(t, task)
	if ids, err := f.Runtime.List(t.Context()); err != nil || !slices.Contains(ids, task.RunID) {
		t.Errorf("list: %v, %v", ids, err)
	}
	for range 2 {
		if err := f.Runtime.Remove(t.Context(), task.RunID); err != nil {
			t.Fatal(err)
		}
	}
	if ids, err := f.Runtime.List(t.Context()); err != nil || slices.Contains(ids, task.RunID) {
		t.Errorf("list after remove: %v, %v", ids, err)
	}
	if _, err := os.Stat(f.Runtime.LogPath(task.RunID)); !os.IsNotExist(err) {
		t.Errorf("the log is still there: %v", err)
	}
	if _, err := f.Runtime.Wait(t.Context(), task.RunID); !errors.Is(err, worker.ErrUnknownRun) {
		t.Errorf("wait after remove: %v", err)
	}
}

func badNames(t *testing.T, f Fixture) {
	task := f.sh("true")
	task.RunID = "../../escape"
	if _, err := f.Runtime.Start(t.Context(), task); err == nil {
		t.Error("a run id with a path was taken")
	}
	task = f.sh("true")
	task.Mounts = []worker.Mount{{Volume: "../escape", Path: worker.BuildDir + "/x", Kind: worker.MountOutput}}
	if _, err := f.Runtime.Start(t.Context(), task); err == nil {
		t.Error("a volume handle with a path was taken")
	}
	if ids, err := f.Runtime.List(t.Context()); err != nil || slices.Contains(ids, task.RunID) {
		t.Errorf("a start that failed left its run: %v, %v", ids, err)
	}
}
