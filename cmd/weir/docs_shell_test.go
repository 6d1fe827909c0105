package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// shell is one sh that is given commands one after the other: what one sets the
// next has.
type shell struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	log   string // file with all output: a pipe would stay open as long as anything runs in the background
	ended chan struct{}
	n     int
	began []string // pids of what goes on in the background
}

func (s *stage) shell(t *testing.T) *shell {
	t.Helper()
	sh := &shell{cmd: exec.Command("sh", "-eu"), ended: make(chan struct{}), log: filepath.Join(s.dir, "shell.log")}
	out, err := os.Create(sh.log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	sh.cmd.Dir, sh.cmd.Env, sh.cmd.Stdout, sh.cmd.Stderr = s.dir, s.env, out, out
	if sh.in, err = sh.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := sh.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = sh.cmd.Wait(); close(sh.ended) }()
	t.Cleanup(func() { sh.stop(t) })
	return sh
}

func (sh *shell) out() string {
	b, _ := os.ReadFile(sh.log)
	return string(b)
}

// run runs a command, which has to succeed.
func (sh *shell) run(t *testing.T, at, command string) {
	t.Helper()
	sh.n++
	seen := len(sh.out())
	fmt.Fprintf(sh.in, "{ %s\n} </dev/null\necho \"[%d done, behind it ${!:-nothing}]\"\n", command, sh.n)
	done := regexp.MustCompile(fmt.Sprintf(`\[%d done, behind it (\w+)\]`, sh.n))
	sh.eventually(t, at, func() bool { return done.MatchString(sh.out()) })
	if m := done.FindStringSubmatch(sh.out()); strings.HasSuffix(command, "&") {
		sh.began = append(sh.began, m[1])
	}
	if out := sh.out()[seen:]; strings.Contains(out, "panic:") || strings.Contains(out, "a bug in weir") {
		t.Fatalf("%s\n%s", at, out)
	}
}

func (sh *shell) eventually(t *testing.T, at string, ok func() bool) {
	t.Helper()
	for until := time.Now().Add(2 * patience); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
		select {
		case <-sh.ended:
			if !ok() {
				t.Fatalf("%s: %s\nall output:\n%s", at, sh.cmd.ProcessState, sh.out())
			}
			return
		default:
		}
	}
	t.Fatalf("%s: not done or ready after %s\nall output:\n%s", at, 2*patience, sh.out())
}

// try runs something beside the shell, and gives what it prints.
func (sh *shell) try(command string) string {
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir, cmd.Env = sh.cmd.Dir, sh.cmd.Env
	out, _ := cmd.Output()
	return string(out)
}

// end ends what goes on in the background, the last first, and then the shell.
func (sh *shell) end(t *testing.T) {
	t.Helper()
	for i := len(sh.began) - 1; i >= 0; i-- {
		pid := sh.began[i]
		sh.run(t, "the end", "if kill "+pid+" 2>/dev/null; then wait "+pid+" || true; fi")
	}
	sh.began = nil
	sh.in.Close()
	<-sh.ended
}

// stop is end for a test that has failed.
func (sh *shell) stop(t *testing.T) {
	for i := len(sh.began) - 1; i >= 0; i-- {
		_ = exec.Command("kill", sh.began[i]).Run()
	}
	sh.in.Close()
	for _, pid := range sh.began {
		for until := time.Now().Add(patience); time.Now().Before(until) && exec.Command("kill", "-0", pid).Run() == nil; {
			time.Sleep(50 * time.Millisecond)
		}
	}
	select {
	case <-sh.ended:
	case <-time.After(patience):
		t.Error("the shell does not end")
		_ = sh.cmd.Process.Kill()
	}
}
