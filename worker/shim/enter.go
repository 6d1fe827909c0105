package shim

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/seccomp"
)

// What the init does in a container besides, called by these words: Enter becomes
// the program that a person wants to run there, as Config, in the variable
// EnterVariable, says. Hold waits to be ended, and keeps the container there.
const (
	Enter         = "enter"
	Hold          = "hold"
	EnterVariable = "weir_enter"
)

// EnterText is the value of EnterVariable.
func EnterText(c Config) (string, error) {
	text, err := json.Marshal(c)
	return string(text), err
}

func hold() int {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, unix.SIGTERM, unix.SIGINT)
	<-ch
	return 0
}

// enter returns only where the program cannot be run.
func enter() int {
	runtime.LockOSThread()
	var c Config
	err := json.Unmarshal([]byte(os.Getenv(EnterVariable)), &c)
	if err == nil && len(c.Filter) > 0 {
		err = seccomp.Install(c.Filter)
	}
	if err == nil {
		err = become(c)
	}
	fmt.Fprintln(os.Stderr, "weir:", redacted(err, c.Secrets))
	return worker.NotRun
}

func become(c Config) error {
	who, err := lookupUser(c.User)
	if err != nil {
		return err
	}
	env := completeEnv(c.Env, who)
	if err := os.Chdir(c.Dir); err != nil { // the run may have failed before there was one
		c.Dir = "/"
		if err := os.Chdir(c.Dir); err != nil {
			return err
		}
	}
	path, err := lookup(c, getenv(env, "PATH"))
	if err != nil {
		return err
	}
	if err := who.assume(); err != nil {
		return err
	}
	return startError(c, path, syscall.Exec(path, c.Argv, env))
}

// assume makes this process the user's.
func (who identity) assume() error {
	c := who.credential
	if c == nil {
		return nil
	}
	groups := make([]int, len(c.Groups))
	for i, g := range c.Groups {
		groups[i] = int(g)
	}
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("become user %d: %w", c.Uid, err)
	}
	if err := syscall.Setgid(int(c.Gid)); err != nil {
		return fmt.Errorf("become user %d: %w", c.Uid, err)
	}
	if err := syscall.Setuid(int(c.Uid)); err != nil {
		return fmt.Errorf("become user %d: %w", c.Uid, err)
	}
	return nil
}
