package workertest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/worker"
)

// looked is what came of a session.
type looked struct {
	code        int
	out, errout string
}

// look runs a program in a run, and reads stdin to it.
func (f Fixture) look(t *testing.T, task worker.Task, stdin io.Reader, argv ...string) looked {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out, errout strings.Builder
	code, err := f.Runtime.(worker.Interceptor).Intercept(ctx, task, worker.Session{Argv: argv, Stdin: stdin, Stdout: &out, Stderr: &errout})
	if err != nil {
		t.Fatalf("%v in run %s: %v", argv, task.RunID, err)
	}
	return looked{code, out.String(), errout.String()}
}

// interceptRunning: beside the program that runs, with its files and environment.
func interceptRunning(t *testing.T, f Fixture) {
	task := f.sh("echo made > here; echo ready; until test -e go; do sleep 0.05; done")
	task.Env = []string{"COLOUR=red"}
	f.start(t, task)
	f.waitFor(t, task.RunID, "ready")
	got := f.look(t, task, strings.NewReader("typed"), "sh", "-c", "cat here; echo $COLOUR; cat; echo wrong >&2; exit 7")
	if got != (looked{7, "made\nred\ntyped", "wrong\n"}) {
		t.Errorf("%+v", got)
	}
	if got := f.look(t, task, strings.NewReader("touch go\n")); got.code != 0 { // a shell
		t.Errorf("%+v", got)
	}
	if end := f.wait(t, f.Runtime, task.RunID); end.Code != 0 || end.Stdout != "ready\n" {
		t.Errorf("the run ended with %+v, its log is %q", end.Exit, end.Stdout)
	}
}

// interceptEnded: in what is left of a run, as often as one likes, until it is removed.
func interceptEnded(t *testing.T, f Fixture) {
	in := f.volume(t, "file", "input")
	task := f.sh("echo made > here; echo changed > in/file; exit 3")
	task.Env = []string{"COLOUR=red"}
	task.Mounts = []worker.Mount{{Volume: in, Path: worker.BuildDir + "/in", Kind: worker.MountInput}}
	if end := f.run(t, task); end.Code != 3 {
		t.Fatalf("%+v", end.Exit)
	}
	got := f.look(t, task, strings.NewReader(""), "sh", "-c", "cat here in/file; echo $COLOUR; echo more > later")
	if got != (looked{0, "made\nchanged\nred\n", ""}) {
		t.Errorf("%+v", got)
	}
	if got := f.look(t, task, strings.NewReader(""), "cat", "later"); got.out != "more\n" {
		t.Errorf("the second time %+v", got)
	}
	if got := f.look(t, task, strings.NewReader(""), "no-such-program"); got.code != worker.NotRun || !strings.Contains(got.errout, `command "no-such-program" is not`) {
		t.Errorf("%+v", got)
	}
	if err := f.Runtime.Remove(t.Context(), task.RunID); err != nil {
		t.Fatal(err)
	}
	_, err := f.Runtime.(worker.Interceptor).Intercept(t.Context(), task, worker.Session{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard})
	if !errors.Is(err, worker.ErrUnknownRun) {
		t.Errorf("what was removed: %v", err)
	}
}

// interceptTerminal: a terminal has its size, and its programs end with it.
func interceptTerminal(t *testing.T, f Fixture) {
	task := f.sh("exit 1")
	f.run(t, task)
	var out strings.Builder
	code, err := f.Runtime.(worker.Interceptor).Intercept(t.Context(), task, worker.Session{
		Argv: []string{"sh", "-c", "test -t 0 && test -t 1 && stty size; echo $TERM; exit 4"}, Terminal: true, Term: "dumb", Size: worker.Size{Columns: 99, Rows: 33},
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Discard,
	})
	if err != nil || code != 4 || out.String() != "33 99\r\ndumb\r\n" {
		t.Errorf("exit %d, %v: %q", code, err, out.String())
	}
}

// interceptCut: when the person is gone, so is what they ran.
func interceptCut(t *testing.T, f Fixture) {
	task := f.sh("exit 1")
	f.run(t, task)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	typed, hold := io.Pipe() // who types nothing, and does not say that it is all
	defer func() { _ = hold.Close() }()
	written, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := f.Runtime.(worker.Interceptor).Intercept(ctx, task, worker.Session{Argv: []string{"sh", "-c", "echo there; exec sleep 1000"}, Stdin: typed, Stdout: out, Stderr: io.Discard})
		ended <- err
	}()
	there := make([]byte, len("there\n"))
	if _, err := io.ReadFull(written, there); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
