package workertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirci/weir/worker"
)

// services has what runs beside tasks.
func services(t *testing.T, f Fixture) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Fixture)
	}{
		{"reached when ready, by name, and gone afterwards", serviceReached},
		{"the ready command is as confined as all else", serviceConfined},
		{"one that never works is the end of the run, and its output is there", serviceFails},
		{"one that dies meanwhile is named", serviceDies},
		{"a start that is given up leaves nothing", serviceGivenUp},
		{"hermetic: they reach each other and nobody else", serviceHermetic},
		{"secrets are not shown", serviceSecrets},
		{"a worker that was killed finds them", serviceRestart},
		{"the machine's own network", hostNetwork},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, f) })
	}
}

// server answers "hello" at a port, a while after it was started.
func (f Fixture) server(name string, port int, ready ...string) worker.Service {
	script := fmt.Sprintf("echo starting; sleep 0.2; touch /tmp/ready; echo problem >&2; while :; do echo hello | nc -l -p %d; done", port)
	return worker.Service{
		Name: name, Image: f.Image, Argv: []string{"/bin/sh", "-c", script, "weir-test-" + name}, Ready: ready, ReadyTimeout: 30 * time.Second,
	}
}

func shell(script string) []string { return []string{"/bin/sh", "-euc", script} }

// ask connects as often as it takes: between two connections nobody listens.
func ask(name string, port int) string {
	return fmt.Sprintf("until nc %s %d </dev/null >/tmp/said 2>/dev/null && test -s /tmp/said; do sleep 0.01; done; cat /tmp/said", name, port)
}

// alive tells whether a process of this machine has text among its arguments.
func alive(t *testing.T, text string) bool {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil && bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

func serviceReached(t *testing.T, f Fixture) {
	name := NewID() // a name is looked for among all processes of the machine
	task := f.sh(ask(name, 9001) + "; " + ask("localhost", 9001) + "; hostname")
	task.Services = []worker.Service{f.server(name, 9001, "test", "-e", "/tmp/ready")}
	r := f.run(t, task)
	if r.Code != 0 || r.Stdout != "hello\nhello\nweir\n" || r.Beside != fmt.Sprintf("%s | starting\n%[1]s | problem\n", name) {
		t.Errorf("%+v, %q, %q", r.Exit, r.Stdout, r.Beside)
	}
	if alive(t, "weir-test-"+name) {
		t.Error("the service is there after the run's end")
	}
}

// What containerd itself executes in a container would be under no filter.
func serviceConfined(t *testing.T, f Fixture) {
	const script = `cat /proc/self/status > /tmp/status
		if mount -t tmpfs none /mnt 2>/dev/null; then echo "Bad: mount" >> /tmp/status; fi
		if unshare -U true 2>/dev/null; then echo "Bad: unshare" >> /tmp/status; fi
		chmod 644 /tmp/status; mv /tmp/status /tmp/done`
	for user, caps := range map[string]string{"": "00000000a80425fb", "weir": "0000000000000000"} {
		s := f.server("db", 9002, shell(script)...)
		s.User, s.Argv = user, shell("until test -e /tmp/done; do sleep 0.01; done; while :; do nc -l -p 9002 < /tmp/done; done")
		task := f.sh(ask("db", 9002))
		task.Services = []worker.Service{s}
		r := f.succeed(t, task)
		for key, want := range map[string]string{"CapEff": caps, "NoNewPrivs": "1", "Seccomp": "2", "Bad": ""} {
			if got := status(r.Stdout, key); got != want {
				t.Errorf("user %q: %s is %q, want %q", user, key, got, want)
			}
		}
	}
}

func serviceFails(t *testing.T, f Fixture) {
	sleeps := []string{"/bin/sh", "-c", "echo up; sleep 1000"}
	for name, tt := range map[string]struct {
		s            worker.Service
		want, beside string
	}{
		"never ready":     {worker.Service{Argv: sleeps, Ready: shell("echo one; echo no response >&2; exit 2"), ReadyTimeout: 300 * time.Millisecond}, `service "db": not ready after 300ms: its ready command ["/bin/sh" "-euc" "echo one; echo no response >&2; exit 2"] ended with exit code 2: no response`, "db | up\n"},
		"hangs":           {worker.Service{Argv: sleeps, Ready: []string{"sleep", "1000"}, ReadyTimeout: 300 * time.Millisecond}, `service "db": not ready after 300ms: its ready command ["sleep" "1000"] did not end`, "db | up\n"},
		"ends":            {worker.Service{Argv: []string{"/bin/sh", "-c", "echo no space; exit 3"}, Ready: []string{"false"}}, `service "db" ended with exit code 3 before it was ready`, "db | no space\ndb | ended with exit code 3\n"},
		"no such command": {worker.Service{Argv: []string{"no-such"}}, `service "db" ended: command "no-such" is not in the image`, ""},
		"no ready":        {worker.Service{Argv: sleeps, Ready: []string{"pg_isready"}}, `service "db": its ready command "pg_isready" is not in the image`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			task := f.sh("echo started")
			tt.s.Name, tt.s.Image = "db", f.Image
			task.Services = []worker.Service{tt.s}
			r := f.run(t, task)
			if r.Code != -1 || !strings.HasPrefix(r.Err, tt.want) || r.Lost || r.Stdout != "" || !strings.HasPrefix(r.Beside, tt.beside) {
				t.Errorf("%+v\n%q, %q\nwant %s", r.Exit, r.Stdout, r.Beside, tt.want)
			}
		})
	}
	task := f.sh("echo started")
	task.Services = []worker.Service{{Name: "db", Image: worker.Image{Ref: "oci:/no/such"}}}
	_, err := f.Runtime.Start(t.Context(), task)
	if user := (*worker.UserError)(nil); !errors.As(err, &user) || !strings.HasPrefix(user.Error(), `service "db": `) {
		t.Errorf("an image that is not there: %v", err)
	}
}

func serviceDies(t *testing.T, f Fixture) {
	s := worker.Service{Name: "db", Image: f.Image, Argv: []string{"/bin/sh", "-c", "nc -l -p 9003; exit 4"}}
	big := worker.Service{
		Name: "big", Image: f.Image, Limits: worker.Limits{MemoryBytes: 32 << 20},
		Argv: []string{"/bin/sh", "-c", "nc -l -p 9004; tail /dev/zero"},
	}
	for _, tt := range []struct {
		s    worker.Service
		port int
		want string
	}{{s, 9003, `service "db" had ended with exit code 4`}, {big, 9004, `service "big" had ended: out of memory`}} {
		task := f.sh(fmt.Sprintf("trap 'exit 7' TERM; until nc localhost %d </dev/null; do sleep 0.01; done; while :; do sleep 0.01; done", tt.port))
		task.Services = []worker.Service{tt.s}
		f.start(t, task)
		f.waitFor(t, task.RunID, tt.s.Name+" | ended with exit code")
		f.kill(t, task.RunID, time.Minute)
		if r := f.wait(t, f.Runtime, task.RunID); r.Code != 7 || r.Note != tt.want {
			t.Errorf("%+v, %q, want %s", r.Exit, r.Beside, tt.want)
		}
	}
}

func serviceGivenUp(t *testing.T, f Fixture) {
	name := NewID()
	task := f.sh("echo started")
	s := f.server(name, 9005, "false")
	task.Services = []worker.Service{s}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := f.Runtime.Start(ctx, task)
		done <- err
	}()
	for !alive(t, "weir-test-"+name) {
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := f.Runtime.Wait(t.Context(), task.RunID); !errors.Is(err, worker.ErrUnknownRun) {
		t.Errorf("%v", err)
	}
	if alive(t, "weir-test-"+name) {
		t.Error("the service is still there")
	}
}

func serviceHermetic(t *testing.T, f Fixture) {
	task := f.sh("ls /sys/class/net; " + ask("db", 9006))
	task.Hermetic = true
	task.Services = []worker.Service{f.server("db", 9006), f.server("other", 9007, shell(ask("db", 9006))...)}
	if r := f.succeed(t, task); r.Stdout != "lo\nhello\n" {
		t.Errorf("%q", r.Stdout)
	}
}

func serviceSecrets(t *testing.T, f Fixture) {
	s := f.server("db", 9008, "sh", "-c", "echo not $TOKEN; exit 1")
	s.Argv, s.Env, s.ReadyTimeout = shell("echo it is $TOKEN; sleep 1000"), []string{"TOKEN=hunter2hunter2"}, 200*time.Millisecond
	task := f.sh("true")
	task.Services, task.Secrets = []worker.Service{s}, []string{"hunter2hunter2"}
	if r := f.run(t, task); r.Beside != "db | it is ((redacted))\n" || strings.Contains(r.Err, "hunter") || !strings.Contains(r.Err, "not ((redacted))") {
		t.Errorf("%+v, %q", r.Exit, r.Beside)
	}
}

// The services of a run whose worker was killed are found: used, and taken away.
func serviceRestart(t *testing.T, f Fixture) {
	name := NewID()
	task := f.sh("sleep 0.3; " + ask(name, 9009))
	task.Services = []worker.Service{f.server(name, 9009, "test", "-e", "/tmp/ready")}
	cmd, reopen := f.Second(t)
	startElsewhere(t, cmd, task)
	r := reopen(t)
	if got := f.wait(t, r, task.RunID); got.Code != 0 || got.Stdout != "hello\n" {
		t.Errorf("%+v, %q", got.Exit, got.Stdout)
	}
	if alive(t, "weir-test-"+name) {
		t.Error("the service is still there")
	}
	if err := r.Remove(t.Context(), task.RunID); err != nil {
		t.Error(err)
	}
}

func hostNetwork(t *testing.T, f Fixture) {
	own, err := os.Readlink("/proc/thread-self/ns/net") // the main thread may be in one that it made
	if err != nil {
		t.Fatal(err)
	}
	task := f.sh("readlink /proc/self/ns/net; cat /etc/hosts")
	task.HostNetwork = true
	task.Services = []worker.Service{{Name: "db", Image: f.Image, Argv: []string{"sleep", "1000"}}}
	r := f.succeed(t, task)
	if !strings.HasPrefix(r.Stdout, own+"\n") || !strings.HasSuffix(r.Stdout, "127.0.0.1\tdb\n") {
		t.Errorf("%q, want %s first, and db last", r.Stdout, own)
	}
	if r := f.succeed(t, f.sh("readlink /proc/self/ns/net")); r.Stdout == own+"\n" {
		t.Error("the next one has the machine's network, too")
	}
}
