package workerapi_test

import (
	"strings"
	"testing"
	"time"

	weirv1 "github.com/weirci/weir/api/weir/v1"
)

func TestARunFromOrderToExit(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	for name, tt := range map[string]struct {
		task *weirv1.Task
		want outcome
		log  string
	}{
		"success":     {sh("echo hello"), outcome{Status: "exited"}, "hello\n"},
		"no output":   {sh("true"), outcome{Status: "exited"}, ""},
		"exit code":   {sh("echo bad >&2; exit 3"), outcome{Status: "exited", Code: 3}, "bad\n"},
		"environment": {&weirv1.Task{Argv: []string{"/bin/sh", "-c", "echo $A"}, Env: []string{"A=b"}, Dir: "/tmp/build"}, outcome{Status: "exited"}, "b\n"},
		"result": {
			&weirv1.Task{Argv: []string{"/bin/sh", "-c", "cat; echo log >&2"}, Stdin: []byte(`{"version":1}`), ResultOnStdout: true, Dir: "/tmp/build"},
			outcome{Status: "exited", Result: `{"version":1}`}, "log\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			run := s.assign("w1", tt.task)
			if got := s.ended(run); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if got := s.log(run); got != tt.log {
				t.Errorf("log %q, want %q", got, tt.log)
			}
			s.eventually("the container's row goes", func() bool {
				return scan[int](s, `SELECT count(*) FROM containers WHERE run_id = $1`, run) == 0
			})
			if !scan[bool](s, `SELECT assigned_at <= started_at AND started_at <= ended_at FROM runs WHERE id = $1`, run) {
				t.Error("the times are not in order")
			}
			if !scan[bool](s, `SELECT least(pull_ms, fetch_ms, create_ms, upload_ms) >= 0 FROM runs WHERE id = $1`, run) {
				t.Error("the worker has not said where the time went")
			}
		})
	}
}

func TestACommandThatDoesNotExistIsTheUsersFault(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	got := s.ended(s.assign("w1", &weirv1.Task{Argv: []string{"/no/such/program"}, Dir: "/tmp/build"}))
	if got.Status != "exited" || got.Infra || got.Code != -1 || !strings.Contains(got.Message, "/no/such/program") {
		t.Errorf("got %+v", got)
	}
}

func TestAHundredThousandLines(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	run := s.sh("w1", "seq 1 100000")
	if got := s.ended(run); got.Code != 0 {
		t.Fatalf("got %+v", got)
	}
	s.checkLines(run, 100_000)
}

func TestTheLogComesWhileTheRunGoesOn(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	run := s.sh("w1", "echo first; sleep 60")
	s.eventually("the first line is there", func() bool { return s.log(run) == "first\n" })
	if got := s.outcome(run).Status; got == "exited" {
		t.Error("the run has ended already")
	}
	s.kill(run)
	s.ended(run)
}

func TestKillWithGrace(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	run := s.sh("w1", `trap 'echo cleaning up; exit 7' TERM; echo ready; while :; do sleep 0.01; done`)
	s.waitLog(run, 1)
	s.kill(run)
	if got := s.ended(run); got.Code != 7 || got.TimedOut {
		t.Errorf("got %+v", got)
	}
	// The shell itself may say, anywhere, that its sleep was ended.
	if got := s.log(run); strings.ReplaceAll(got, "Terminated\n", "") != "ready\ncleaning up\n" {
		t.Errorf("log %q", got)
	}
}

func TestKillAfterGrace(t *testing.T) {
	s := newSite(t)
	s.options.KillGrace = 50 * time.Millisecond
	s.stop()
	s.start()
	s.startAgent("w1")
	run := s.sh("w1", `trap '' TERM; echo ready; while :; do sleep 0.01; done`)
	s.waitLog(run, 1)
	s.kill(run)
	if got := s.ended(run); got.Code != 128+9 {
		t.Errorf("got %+v", got)
	}
}

func TestTimeout(t *testing.T) {
	s := newSite(t)
	s.startAgent("w1")
	task := sh("echo waiting; sleep 60")
	task.TimeoutMs = 200
	run := s.assign("w1", task)
	if got := s.ended(run); !got.TimedOut || got.Code != 128+15 {
		t.Errorf("got %+v", got)
	}
	if got := s.log(run); got != "waiting\n" {
		t.Errorf("log %q", got)
	}
}
