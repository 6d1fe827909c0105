package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"connectrpc.com/connect"

	weirv1 "github.com/weirci/weir/api/weir/v1"
	"github.com/weirci/weir/api/weir/v1/weirv1connect"
	"github.com/weirci/weir/worker/containerd"
)

// system is a `weir dev` of its own, with the pipeline that is measured.
type system struct {
	weir, dir string
	cmd       *exec.Cmd
	daemon    *containerd.Daemon // that both sides use
	server    string
	token     string
	builds    weirv1connect.BuildServiceClient
	resources weirv1connect.ResourceServiceClient
}

const pipeline = `
pipeline "bench" {}
variable "image" { type = string }
resource "mock" "numbers" {
  source = { initial_version = "0" }
  check { every = "never" }
}
job "one" {
  task "true" {
    image = var.image
    run   = ["/bin/true"]
  }
}
job "a" {
  get "numbers" { trigger = true }
  task "true" {
    image = var.image
    run   = ["/bin/true"]
  }
}
job "b" {
  get "numbers" {
    trigger = true
    passed  = [job.a]
  }
  task "true" {
    image = var.image
    run   = ["/bin/true"]
  }
}
job "c" {
  get "numbers" {
    trigger = true
    passed  = [job.b]
  }
  task "true" {
    image = var.image
    run   = ["/bin/true"]
  }
}
`

func startSystem(ctx context.Context, dir string) (*system, error) {
	weir, err := filepath.Abs("bin/weir")
	if err != nil {
		return nil, err
	}
	s := &system{weir: weir, dir: dir}
	log, err := os.Create(filepath.Join(dir, "dev.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if s.daemon, err = containerd.StartDaemon(ctx, filepath.Join(dir, "containerd")); err != nil {
		return nil, err
	}
	s.cmd = exec.CommandContext(ctx, weir, "dev", "--dir", filepath.Join(dir, ".weir"), "--listen", "127.0.0.1:0",
		"--runtime", "containerd", "--containerd-address", s.daemon.Address)
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.Env = log, log, s.env()
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = 30 * time.Second
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w (make build makes it)", weir, err)
	}
	if err := s.prepare(ctx); err != nil {
		text, _ := os.ReadFile(log.Name())
		s.stop()
		return nil, fmt.Errorf("%w\n%s", err, text)
	}
	return s, nil
}

func (s *system) env() []string {
	return append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Join(s.dir, "config"))
}

// stop ends weir dev and waits until it has put everything away.
func (s *system) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
	_ = s.daemon.Stop(context.Background())
}

// run is one call of the CLI.
func (s *system) run(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, s.weir, args...)
	cmd.Dir, cmd.Env = s.dir, s.env()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("weir %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// workerRuns says whether the worker is ready to be given runs.
func (s *system) workerRuns(ctx context.Context) bool {
	cmd := exec.CommandContext(ctx, s.weir, "workers", "--json")
	cmd.Dir, cmd.Env = s.dir, s.env()
	out, err := cmd.Output()
	return err == nil && strings.Contains(string(out), `"running"`)
}

// prepare waits for the worker, makes the image and applies the pipeline.
func (s *system) prepare(ctx context.Context) error {
	deadline := time.Now().Add(time.Minute)
	for !s.workerRuns(ctx) {
		if time.Now().After(deadline) || ctx.Err() != nil {
			return errors.New("weir dev did not come up within a minute")
		}
		time.Sleep(200 * time.Millisecond)
	}
	if err := s.dial(); err != nil {
		return err
	}
	image := filepath.Join(s.dir, "image")
	if err := s.run(ctx, "test-image", image); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "pipeline.weir.hcl"), []byte(pipeline), 0o600); err != nil {
		return err
	}
	return s.run(ctx, "apply", "--auto-approve", "--var", "image=oci:"+image)
}

func (s *system) dial() error {
	var t struct{ Server, Token string }
	data, err := os.ReadFile(filepath.Join(s.dir, ".weir", "dev.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &t); err != nil {
		return err
	}
	s.server, s.token = t.Server, t.Token
	auth := connect.WithInterceptors(bearer(s.token))
	s.builds = weirv1connect.NewBuildServiceClient(http.DefaultClient, s.server, auth)
	s.resources = weirv1connect.NewResourceServiceClient(http.DefaultClient, s.server, auth)
	return nil
}

// bearer puts the token on every call.
type bearer string

func (b bearer) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
		r.Header().Set("Authorization", "Bearer "+string(b))
		return next(ctx, r)
	}
}

func (b bearer) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, s connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, s)
		conn.RequestHeader().Set("Authorization", "Bearer "+string(b))
		return conn
	}
}

func (b bearer) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

func call[T any](m *T) *connect.Request[T] { return connect.NewRequest(m) }

// trigger starts a build and gives its id.
func (s *system) trigger(ctx context.Context, job string) (string, error) {
	r, err := s.builds.Trigger(ctx, call(&weirv1.TriggerRequest{Pipeline: "bench", Job: job, NoCheck: true}))
	if err != nil {
		return "", err
	}
	return r.Msg.GetBuild().GetId(), nil
}
