package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

const intercepted = `
pipeline "intercepted" {}
job "broken" {
  task "good" {
    image  = "oci:IMAGE"
    script = "true"
  }
  task "bad" {
    image  = "oci:IMAGE"
    env    = { COLOUR = "red" }
    script = "echo made > here; exit 3"
  }
}
job "runs" {
  parallel {
    task "waits" {
      image  = "oci:IMAGE"
      script = "echo made > here; echo started; until test -e go; do sleep 0.05; done"
    }
    task "waits_too" {
      image  = "oci:IMAGE"
      script = "echo started; until test -e go; do sleep 0.05; done"
    }
  }
}
`

// People look into what failed, and into what runs, with a command and with a shell:
// in containers, where there are some. The suite of runtimes has the same without.
func TestIntercept(t *testing.T) {
	all := runtimes(t)
	w := newInstallation(t, all[len(all)-1])
	w.apply(t, intercepted)
	w.failedStep(t)
	w.runningStep(t)
}

// enter runs weir intercept, with what is typed.
func (w *installation) enter(typed string, args ...string) (out, errs string, code int) {
	cmd := w.weir(append([]string{"intercept"}, args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(typed), &stdout, &stderr
	_ = cmd.Run() // its exit code is looked at
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

func (w *installation) failedStep(t *testing.T) {
	t.Helper()
	w.wantBuild(t, "broken", 1, `failed in .*`)
	if out, errs, code := w.enter("", "broken/1", "--", "sh", "-c", "cat here; echo $COLOUR; exit 42"); code != 42 || out != "made\nred\n" {
		t.Errorf("exit code %d, %q\n%s\n%s", code, out, errs, w.log())
	}
	if out, errs, code := w.enter("echo typed by hand >&2\nrm here\n", "broken", "bad"); code != 0 || out != "" || !strings.Contains(errs, "typed by hand\n") {
		t.Errorf("a shell: exit code %d, %q\n%s", code, out, errs)
	}
	if _, errs, code := w.enter("", "broken/1", "good", "--", "true"); code != 2 || !strings.Contains(errs, "the container of good of intercepted/broken #1 is not there: it succeeded") {
		t.Errorf("what succeeded: exit code %d\n%s", code, errs)
	}
}

func (w *installation) runningStep(t *testing.T) {
	t.Helper()
	var out lockedBuffer
	watch := w.weir("trigger", "runs", "--watch")
	watch.Stdout, watch.Stderr = &out, &out
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "both programs to run", func() bool { return strings.Count(out.String(), "| started") == 2 })
	if _, errs, code := w.enter("", "runs", "--", "true"); code != 2 || !strings.Contains(errs, "STEP") || !strings.Contains(errs, "waits_too") || !strings.Contains(errs, "several containers") {
		t.Errorf("which of two: exit code %d\n%s", code, errs)
	}
	if got, errs, code := w.enter("from afar", "hijack-is-no-job", "--", "true"); code != 2 || got != "" || !strings.Contains(errs, "there is no job") {
		t.Errorf("no such job: exit code %d\n%s", code, errs)
	}
	if got, errs, code := w.enter("from afar\n", "runs/1", "waits", "--", "sh", "-c", "cat here; cat; touch go"); code != 0 || got != "made\nfrom afar\n" {
		t.Errorf("exit code %d, %q\n%s\n%s", code, got, errs, w.log())
	}
	if _, errs, code := w.enter("", "runs/1", "--step", "waits_too", "--", "touch", "go"); code != 0 {
		t.Errorf("exit code %d\n%s", code, errs)
	}
	if err := watch.Wait(); err != nil || strings.Contains(out.String(), "from afar") {
		t.Errorf("%v: the build's log is\n%s", err, out.String())
	}
	if alias, err := exec.Command(w.weir("help").Path, "hijack", "--help").CombinedOutput(); err != nil || !bytes.Contains(alias, []byte("weir intercept")) {
		t.Errorf("%v\n%s", err, alias)
	}
}
