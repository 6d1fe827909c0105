package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long the scripts wait for anything.
const patience = 30 * time.Second

// shared is the one `weir dev` of all scripts, started when the first asks.
var shared devProcess

// devProcess is a running `weir dev`.
type devProcess struct {
	once sync.Once
	dir  string
	cmd  *exec.Cmd
	out  bytes.Buffer
	err  error
}

func useDev(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: dev")
	}
	shared.once.Do(shared.start)
	if shared.err != nil {
		ts.Fatalf("weir dev: %v\n%s", shared.err, shared.out.String())
	}
	ts.Setenv("WEIR_DEV_DIR", shared.dir)
}

func (d *devProcess) start() {
	d.dir = filepath.Join(bin, "dev")
	d.cmd = exec.Command(filepath.Join(bin, "weir"), "dev", "--dir", d.dir, "--listen", "127.0.0.1:0", "--runtime", "process")
	d.cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Join(bin, "config"))
	d.cmd.Stdout, d.cmd.Stderr = &d.out, &d.out
	if d.err = d.cmd.Start(); d.err != nil {
		return
	}
	for until := time.Now().Add(2 * patience); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(d.dir, "dev.json")); err == nil {
			return
		}
	}
	d.err = fmt.Errorf("it is not ready after %s", 2*patience)
}

func (d *devProcess) stop() {
	if d.cmd == nil || d.cmd.Process == nil {
		return
	}
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	_ = d.cmd.Wait()
}

// eventually is for what happens by itself after a while.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	var err error
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(200 * time.Millisecond) {
		if err = ts.Exec("weir", args...); (err != nil) == neg {
			return
		}
	}
	ts.Fatalf("weir %q: still %v after %s", args, err, patience)
}
