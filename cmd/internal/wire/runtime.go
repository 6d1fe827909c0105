package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/containerd"
	"github.com/weirci/weir/worker/initfile"
	"github.com/weirci/weir/worker/process"
)

// The runtimes that can be asked for.
const (
	RuntimeAuto       = "auto"
	RuntimeContainerd = "containerd"
	RuntimeProcess    = "process"
)

// runtime is what a worker runs its tasks with. It ends in one of two ways.
type runtime interface {
	worker.Runtime
	worker.Volumes
	worker.Logs

	// release lets go: what runs goes on, for the next process of this worker.
	release(context.Context) error
	// shutdown ends what runs and takes away all that was set up on the machine.
	shutdown(context.Context) error
}

// runtimeConfig is how a worker wants its runtime.
type runtimeConfig struct {
	kind       string // containerd, process
	dir        string // of the worker
	containerd string // address of a daemon that is there; "": the worker's own
	spare      int    // networks kept ready
	log        *slog.Logger
}

// openRuntime opens a runtime and takes up what an earlier process left.
func openRuntime(ctx context.Context, c runtimeConfig) (runtime, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding weir's own program: %w", err)
	}
	init, err := initfile.Install(filepath.Join(c.dir, "init"), self)
	if err != nil {
		return nil, err
	}
	switch c.kind {
	case RuntimeProcess:
		r, err := process.Open(process.Config{Dir: c.dir, Binary: self, Init: init, Env: []string{"PATH=" + os.Getenv("PATH")}, Log: c.log, Now: time.Now})
		return processes{r}, err
	case RuntimeContainerd:
		return openContainers(ctx, c, self, init)
	}
	return nil, fmt.Errorf("runtime %s is not known", c.kind)
}

// processes is the runtime without isolation.
type processes struct{ *process.Runtime }

func (processes) release(context.Context) error { return nil }

func (p processes) shutdown(ctx context.Context) error {
	ids, err := p.List(ctx)
	for _, id := range ids {
		err = errors.Join(err, p.Remove(ctx, id))
	}
	return err
}

// containers is the runtime with isolation, and the daemon if it is our own.
type containers struct {
	*containerd.Runtime
	daemon *containerd.Daemon // nil: somebody else's
}

func openContainers(ctx context.Context, c runtimeConfig, self, init string) (runtime, error) {
	out := containers{}
	address := c.containerd
	if address == "" {
		daemon, err := containerd.StartDaemon(ctx, filepath.Join(c.dir, "containerd"))
		if err != nil {
			return nil, err
		}
		out.daemon, address = daemon, daemon.Address
	}
	net, err := networkFor(c.dir)
	if err == nil {
		net.Spare = c.spare
		out.Runtime, err = containerd.Open(ctx, containerd.Config{
			Dir: c.dir, Address: address, Binary: self, Init: init, Credentials: dockerConfig(), Network: net, PutOff: c.spare, Now: time.Now, Log: c.log,
		})
	}
	if err != nil {
		return nil, errors.Join(err, out.stopDaemon(context.WithoutCancel(ctx)))
	}
	return out, nil
}

func (c containers) release(context.Context) error { return c.Close() }

func (c containers) shutdown(ctx context.Context) error {
	return errors.Join(c.Shutdown(ctx), c.stopDaemon(ctx))
}

func (c containers) stopDaemon(ctx context.Context) error {
	if c.daemon == nil {
		return nil
	}
	return c.daemon.Stop(ctx)
}

// dockerConfig is where the user's credentials for registries are, if anywhere.
func dockerConfig() string {
	dir := os.Getenv("DOCKER_CONFIG")
	if home, err := os.UserHomeDir(); dir == "" && err == nil {
		dir = filepath.Join(home, ".docker")
	}
	path := filepath.Join(dir, "config.json")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// lookPath finds a program, also where the PATH of a user has no sbin.
func lookPath(program string) error {
	if _, err := exec.LookPath(program); err == nil {
		return nil
	}
	for _, dir := range []string{"/usr/local/sbin/", "/usr/sbin/", "/sbin/"} {
		if info, err := os.Stat(dir + program); err == nil && info.Mode()&0o111 != 0 {
			return nil
		}
	}
	return fmt.Errorf("%s is not installed", program)
}
