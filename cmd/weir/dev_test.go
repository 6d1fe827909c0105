package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
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
	err  error
}

func useDev(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: dev")
	}
	shared.once.Do(shared.start)
	if shared.err != nil {
		ts.Fatalf("weir dev: %v\n%s", shared.err, shared.log())
	}
	ts.Setenv("WEIR_DEV_DIR", shared.dir)
}

func (d *devProcess) start() {
	d.dir = filepath.Join(bin, "dev")
	secrets := filepath.Join(bin, "secrets")
	if d.err = writeSecrets(secrets); d.err == nil {
		d.err = d.run("--listen", "127.0.0.1:0", "--runtime", "process", "--secret-files", "main="+secrets, "--secret-env", "main=WEIR_SECRET_MAIN_")
	}
}

// The secrets that scripts may name.
const (
	secretInFile     = "hunter22-in-a-file"
	secretInVariable = "correct horse/battery+staple"
)

func writeSecrets(dir string) error {
	for name, text := range map[string]string{"token": secretInFile + "\n", "deploy/key": "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA7\nqqZZ0123456789==\n-----END KEY-----\n", "short": "abc"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// run starts a `weir dev` on d.dir and returns when it is ready.
func (d *devProcess) run(args ...string) error {
	d.cmd = exec.Command(filepath.Join(bin, "weir"), append([]string{"dev", "--dir", d.dir}, args...)...)
	d.cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Join(bin, "config"), "WEIR_SECRET_MAIN_DB_PASSWORD="+secretInVariable)
	out, err := os.Create(d.logPath())
	if err != nil {
		return err
	}
	defer out.Close()
	d.cmd.Stdout, d.cmd.Stderr = out, out
	if err := d.cmd.Start(); err != nil {
		return err
	}
	for until := time.Now().Add(2 * patience); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if strings.Contains(d.log(), "\nReady (pid ") {
			return nil
		}
	}
	return fmt.Errorf("it is not ready after %s", 2*patience)
}

func (d *devProcess) logPath() string { return d.dir + ".log" }

func (d *devProcess) log() string {
	b, _ := os.ReadFile(d.logPath())
	return string(b)
}

// row is what the banner says of something.
func (d *devProcess) row(name string) string {
	m := regexp.MustCompile(`(?m)^  ` + name + ` +(\S+)$`).FindStringSubmatch(d.log())
	if m == nil {
		return ""
	}
	return m[1]
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

// until runs weir until what it prints matches: what a server is yet to decide is
// waited for by name, not by time.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until REGEXP ARGS…")
	}
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if err = ts.Exec("weir", args[1:]...); err == nil && want.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("weir %q: nothing that matches %q after %s (%v)", args[1:], args[0], patience, err)
}

// newDatabase makes an empty database on the shared PostgreSQL, for scripts that
// are operators: DATABASE is its connection string.
func newDatabase(ts *testscript.TestScript, neg bool, args []string) {
	useDev(ts, neg, args)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	u, err := url.Parse(shared.row("database"))
	ts.Check(err)
	conn, err := pgx.Connect(ctx, u.String())
	ts.Check(err)
	defer conn.Close(ctx)
	name := "script_" + ts.Name()
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	ts.Check(err)
	u.Path = "/" + name
	ts.Setenv("DATABASE", u.String())
	ts.Setenv("WEIR_DEV_DIR", "")
}
