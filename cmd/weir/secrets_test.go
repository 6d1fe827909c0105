package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weirci/weir/state/embedded"
	"github.com/weirci/weir/worker/image"
)

const leakPipeline = `
pipeline "leak" {}
secret_source "env" "main" {}
resource "mock" "app" {
  source = { initial_version = "v1", log = "source ${secret.main.token}", metadata = [{ name = "seen", value = secret.main.token }] }
}
job "j" {
  get "app" {
    trigger = true
  }
  task "print" {
    image  = "oci:IMAGE"
    script = "echo \"$T\"; for c in kestrel -9- flies; do printf %s $c; sleep 0.2; done; echo; printf %s \"$T\" | base64; sleep 1"
    env    = { T = secret.main.token, H = "Bearer ${secret.main.token}" }
  }
  put "app" {
    params = { version = "v2" }
  }
}`

const leakSecret = "kestrel-9-flies"

// The value of a secret that a task, a get, a check and a put were given is
// nowhere: not in a dump of the database, nor in any file of PostgreSQL, the server
// or the worker, while the task runs and after it.
func TestSecretsAreNowhere(t *testing.T) {
	for _, runtime := range runtimes(t) {
		t.Run(runtime, func(t *testing.T) {
			t.Parallel() // they wait more than they reckon
			secretsAreNowhere(t, runtime)
		})
	}
}

func secretsAreNowhere(t *testing.T, runtime string) {
	s := newSystem(t, runtime)
	s.env = append(s.env, "WEIR_SECRET_MAIN_TOKEN="+leakSecret)
	s.server.stop(t, syscall.SIGTERM)
	s.server = s.start("server", "--listen", s.address, "--secret-env", "main=WEIR_SECRET_MAIN_")
	s.eventually("the server answers", func() bool { _, code := s.run("workers"); return code == 0 })
	layout := filepath.Join(s.dir, "image")
	if err := image.Busybox(layout); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(s.dir, "p"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "p", "pipeline.weir.hcl"), []byte(strings.ReplaceAll(leakPipeline, "IMAGE", layout)), 0o644); err != nil {
		t.Fatal(err)
	}
	s.mustRun("apply", "p", "--auto-approve")
	s.eventually("the task prints", s.taskPrints)
	s.nowhere("while the task runs")
	out, code := s.run("watch", "-p", "leak", "j")
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	if n := strings.Count(out, "((redacted))"); n < 4 || strings.Contains(out, "kestrel") {
		t.Errorf("%d redacted lines, want at least 4:\n%s", n, out)
	}
	time.Sleep(200 * time.Millisecond)
	s.nowhere("after the build")
}

// taskPrints looks at the logs on the worker's disk.
func (s *system) taskPrints() bool {
	found := false
	_ = filepath.WalkDir(filepath.Join(s.dir, "worker"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "log" {
			text, _ := os.ReadFile(path)
			found = found || bytes.Contains(text, []byte("((redacted))"))
		}
		return nil
	})
	return found
}

func (s *system) nowhere(when string) {
	s.t.Helper()
	forms := [][]byte{[]byte(leakSecret), []byte(hex.EncodeToString([]byte(leakSecret))), []byte(strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(leakSecret)), "="))}
	look := func(where string, text []byte) {
		for _, f := range forms {
			if i := bytes.Index(text, f); i >= 0 {
				s.t.Errorf("%s: the secret is in %s, after %q", when, where, text[max(0, i-80):i])
			}
		}
	}
	look("the server's log", []byte(tail(s.server)))
	look("the worker's log", []byte(tail(s.worker)))
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if len(found) > 0 {
		dump, err := exec.Command(found[len(found)-1], s.postgres.URL(embedded.Database)).Output()
		if err != nil || !bytes.Contains(dump, []byte("COPY public.runs")) {
			s.t.Fatalf("pg_dump: %v, %d bytes", err, len(dump))
		}
		look("the database's dump", dump)
	}
	files := 0
	_ = filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			s.forgotten(path)
			if text, err := os.ReadFile(path); err == nil {
				files++
				look(path, text)
			}
		}
		return nil
	})
	if files < 100 {
		s.t.Errorf("only %d files were read", files)
	}
}

// forgotten waits for what the init of a run is told: it is on the worker's disk until
// the worker has seen that the run has begun, and no longer.
func (s *system) forgotten(path string) {
	if filepath.Base(path) != "init.json" || filepath.Base(filepath.Dir(filepath.Dir(path))) != "live" {
		return
	}
	s.eventually("what the init was told is gone: "+path, func() bool {
		_, err := os.Stat(path)
		return errors.Is(err, fs.ErrNotExist)
	})
}
