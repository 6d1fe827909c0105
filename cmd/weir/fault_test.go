package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/worker/image"
)

const lines = 300

// counting prints a line every ten milliseconds: three seconds in which things die.
const counting = `
pipeline "faults" {}
variable "image" { type = string }
job "count" {
  task "count" {
    image  = var.image
    script = <<-SH
      i=0
      while [ $i -lt %d ]; do
        i=$((i+1))
        echo "line $i"
        sleep 0.01
      done
    SH
  }
}
`

// Whatever dies in the middle of a build: after the restart the build ends well,
// with every line once and in order.
func TestABuildSurvives(t *testing.T) {
	faults := []struct {
		name  string
		fault func(s *system)
	}{
		{"kill -9 of the server", func(s *system) { s.server.kill(s.t); s.startServer() }},
		{"kill -9 of the worker", func(s *system) { s.worker.kill(s.t); s.startWorker() }},
		{"kill -9 of the worker, back after the build's end", func(s *system) {
			s.worker.kill(s.t)
			time.Sleep(lines * 25 * time.Millisecond)
			s.startWorker()
		}},
		{"PostgreSQL restarted", func(s *system) { s.stopPostgres(); time.Sleep(500 * time.Millisecond); s.startPostgres() }},
		{"kill -9 of server and worker", func(s *system) {
			s.worker.kill(s.t)
			s.server.kill(s.t)
			s.startServer()
			s.startWorker()
		}},
	}
	for _, runtime := range runtimes(t) {
		t.Run(runtime, func(t *testing.T) {
			t.Parallel() // they wait more than they reckon
			s := newSystem(t, runtime)
			s.apply()
			for i, f := range faults {
				t.Run(f.name, func(t *testing.T) {
					s.t = t
					s.survives(i+1, f.fault)
				})
			}
			s.t = t
		})
	}
}

// runtimes are those that this machine can run.
func runtimes(t *testing.T) []string {
	t.Helper()
	_, err := exec.LookPath("containerd")
	if os.Geteuid() == 0 && err == nil {
		return []string{"process", "containerd"}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("containerd and root are missing, and in CI they must be there")
	}
	t.Log("SKIPPED: the faults under containerd, which is missing here (or this is not root)")
	return []string{"process"}
}

func (s *system) apply() {
	s.t.Helper()
	s.applyText(fmt.Sprintf(counting, lines))
}

// applyText applies a pipeline that has a variable for its image.
func (s *system) applyText(pipeline string) {
	s.t.Helper()
	layout := filepath.Join(s.dir, "image")
	if err := image.Busybox(layout); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "pipeline.weir.hcl"), []byte(pipeline), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.mustRun("apply", "--auto-approve", "--var", "image=oci:"+layout)
}

func (s *system) survives(number int, fault func(*system)) {
	s.t.Helper()
	s.mustRun("trigger", "-p", "faults", "count")
	build := fmt.Sprintf("count/%d", number)
	follower := s.start("watch", "-p", "faults", build)
	s.eventually("the task writes", func() bool { return strings.Contains(follower.out.String(), "line 20\n") })
	fault(s)
	if err := follower.cmd.Wait(); err != nil {
		s.t.Errorf("the watch that was there all along: %v", err)
	}
	inOrder(s.t, "followed", follower.out.String())
	out, code := s.run("watch", "-p", "faults", build)
	if code != 0 {
		s.t.Errorf("watch of the ended build: exit code %d\n%s", code, out)
	}
	inOrder(s.t, "kept", out)
}

var lineNumber = regexp.MustCompile(`line (\d+)\n`)

// inOrder says whether a log has each line once and in order.
func inOrder(t *testing.T, which, log string) {
	t.Helper()
	found := lineNumber.FindAllStringSubmatch(log, -1)
	for i, m := range found {
		if n, _ := strconv.Atoi(m[1]); n != i+1 {
			t.Fatalf("the %s log has line %d where line %d should be (%d lines in all)", which, n, i+1, len(found))
		}
	}
	if len(found) != lines {
		t.Fatalf("the %s log has %d lines, want %d:\n%s", which, len(found), lines, log)
	}
}
