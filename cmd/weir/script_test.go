package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the expected output in the scripts anew")

// bin has the program that the scripts run: the real one, linked statically, as
// it has to be to start itself again inside a run.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "weir-script-*")
	if err == nil {
		err = errors.Join(os.Chmod(dir, 0o755), build(dir)) // PostgreSQL is not root
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building weir for the scripts:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	defer shared.stop()
	return m.Run()
}

func build(dir string) error {
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "weir"), ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

// TestScripts runs the product's own verbs, as people would.
//
//	weir ARGS…          runs weir; ! weir ARGS… wants it to fail
//	code N weir ARGS…   wants exactly that exit code
//	dev                 from here on there is a `weir dev` with the process runtime,
//	                    which all scripts share: name pipelines after the script
//	database            DATABASE is an empty database
//	freeport NAME       NAME is a port that nobody listens on
//	outputenv NAME      NAME is what the last command printed
//	gitserver NAME [USER:PASSWORD], commit DIR [TAG], registry NAME, push DIR REF
//	                    where modules and images come from; what is made is printed
//	post CODE PATH FILE [NAME=VALUE…]
//	                    a request to the server, as forges send it
//	receiver NAME       NAME is the URL of a server that takes what is sent to /ok, knows
//	                    nothing of /gone, and is down at /down
//	heard N             waits until it got N requests, and prints them
//	eventually ARGS…    runs weir until it succeeds, half a minute at most
//	until REGEXP ARGS…  runs weir until what it prints matches
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"weir": runWeir, "code": exitCode, "dev": useDev, "eventually": eventually, "until": until, "database": newDatabase, "outputenv": outputEnv, "freeport": freePort,
			"gitserver": gitServer, "commit": commit, "registry": startOCI, "push": pushOCI, "post": post, "receiver": startReceiver, "heard": heard,
		},
	})
}

func setup(e *testscript.Env) error {
	e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
	e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, ".config"))
	e.Setenv("HOME", e.WorkDir)
	e.Setenv("LC_ALL", "C.UTF-8")
	for _, name := range []string{"WEIR_SERVER", "WEIR_TOKEN", "WEIR_TEAM", "WEIR_PIPELINE", "WEIR_DEV_DIR", "WEIR_DATABASE", "WEIR_LOG", "WEIR_LISTEN", "WEIR_RUNTIME", "XDG_CACHE_HOME", "DOCKER_CONFIG", "NETRC", "SSH_AUTH_SOCK"} {
		e.Setenv(name, "")
	}
	return nil
}

func outputEnv(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: outputenv NAME")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

func freePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	ts.Check(l.Close())
}

func runWeir(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec("weir", args...)
	if (err != nil) != neg {
		ts.Fatalf("weir %q: %v", args, err)
	}
}

func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%q: %v", args[1:], err)
	}
	if got != want {
		ts.Fatalf("%q: exit code %d, want %d", args[1:], got, want)
	}
}
