package process_test

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/weirci/weir/worker/process"
	"github.com/weirci/weir/worker/workertest"
)

// The test binary is also the worker that a test kills: it is then called with
// the directory and weir's binary.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "help" {
		r, err := open(os.Args[2], os.Args[3])
		if err == nil {
			err = workertest.Help(r)
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

func open(dir, binary string) (*process.Runtime, error) {
	return process.Open(process.Config{
		Dir: dir, Binary: binary, Init: workertest.InitOf(binary), Env: []string{"PATH=" + os.Getenv("PATH")}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
}

func fixture(t *testing.T) workertest.Fixture {
	binary, err := workertest.Binary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	reopen := func(t *testing.T, dir string) *process.Runtime {
		r, err := open(dir, binary)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := reopen(t, t.TempDir())
	return workertest.Fixture{
		Runtime: r,
		Path: func(volume string) string {
			path, err := r.Path(volume)
			if err != nil {
				t.Fatal(err)
			}
			return path
		},
		Second: func(t *testing.T) (*exec.Cmd, func(*testing.T) workertest.Runtime) {
			dir := t.TempDir()
			return exec.Command(os.Args[0], "help", dir, binary),
				func(t *testing.T) workertest.Runtime { return reopen(t, dir) }
		},
	}
}

func TestConformance(t *testing.T) { workertest.Run(t, fixture) }
