package main

import (
	"strings"
	"testing"
	"time"
)

const aborted = `
pipeline "aborts" {}
job "hooks" {
  task "long" {
    image  = "oci:IMAGE"
    script = "trap 'echo told to end; exit 1' TERM; echo started; sleep 60 & wait"
    on_abort {
      task "cleaned" {
        image  = "oci:IMAGE"
        script = "echo cleaned up"
      }
    }
    on_failure {
      task "wrong" {
        image  = "oci:IMAGE"
        script = "echo this is no failure"
      }
    }
    ensure {
      task "after" {
        image  = "oci:IMAGE"
        script = "echo in any case"
      }
    }
  }
  task "next" {
    image  = "oci:IMAGE"
    script = "echo never"
  }
  on_abort {
    task "job" {
      image  = "oci:IMAGE"
      script = "echo the job too"
    }
  }
}
job "stubborn" {
  task "long" {
    image  = "oci:IMAGE"
    script = "trap '' TERM; echo started; while :; do sleep 1; done"
    ensure {
      task "after" {
        image  = "oci:IMAGE"
        script = "echo never"
      }
    }
  }
}
`

// A build that is aborted has its program told to end, and its hooks run; asked a
// second time it ends at once, though its program does not.
func TestAbort(t *testing.T) {
	for _, runtime := range runtimes(t) {
		t.Run(runtime, func(t *testing.T) {
			w := newInstallation(t, runtime)
			w.apply(t, aborted)
			out := w.watchUntil(t, "hooks", func() { w.must(t, "abort", "hooks/1") })
			for _, want := range []string{"told to end", "cleaned up", "in any case", "the job too", "==> aborts/hooks #1 aborted in "} {
				if !strings.Contains(out, want) {
					t.Errorf("%q is missing in\n%s", want, out)
				}
			}
			if strings.Contains(out, "never") || strings.Contains(out, "this is no failure") {
				t.Errorf("what should not run ran:\n%s", out)
			}
			var took time.Duration
			out = w.watchUntil(t, "stubborn", func() {
				if said := w.must(t, "abort", "stubborn/1"); !strings.Contains(said, "Ask again to end it at once") {
					t.Errorf("asked once: %s", said)
				}
				began := time.Now()
				w.must(t, "abort", "stubborn/1")
				w.eventually(t, "stubborn/1")
				took = time.Since(began)
			})
			if !strings.Contains(out, "by force by dev: its hooks did not run") || strings.Contains(out, "never") {
				t.Errorf("ended by force:\n%s", out)
			}
			t.Logf("ended by force after %v", took)
		})
	}
}

// watchUntil triggers a job, does something once its program runs, and gives all
// that was printed up to its end, which is an abort.
func (w *installation) watchUntil(t *testing.T, job string, do func()) string {
	t.Helper()
	cmd := w.weir("trigger", "-p", "aborts", job, "--watch")
	var out lockedBuffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "its program to run", func() bool { return strings.Contains(out.String(), "| started") })
	do()
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 3 {
		t.Fatalf("exit code %d:\n%s", code, out.String())
	}
	return out.String()
}

// eventually waits for the end of a build.
func (w *installation) eventually(t *testing.T, build string) {
	t.Helper()
	if err := w.weir("watch", "-p", "aborts", build).Run(); err == nil {
		t.Errorf("%s did not end as aborted", build)
	}
}

func (w *installation) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := w.weir(append([]string{args[0], "-p", "aborts"}, args[1:]...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("weir %v: %v\n%s", args, err, out)
	}
	return string(out)
}
