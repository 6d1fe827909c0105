package containerd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/containerd/v2/client"
	"golang.org/x/sys/unix"
)

const (
	daemonStart = 30 * time.Second
	daemonStop  = 10 * time.Second
	daemonPoll  = 20 * time.Millisecond
)

// Daemon is a containerd that belongs to one worker. It is not ended by the
// worker's death: containers go on, and StartDaemon finds it again.
type Daemon struct {
	Address string
	dir     string // images, metadata, log
	run     string // socket and state
}

// StartDaemon starts a containerd with its data in dir, or finds the one that an
// earlier process of this worker started.
func StartDaemon(ctx context.Context, dir string) (*Daemon, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	run := filepath.Join(RunDir(abs), "containerd")
	d := &Daemon{Address: filepath.Join(run, "containerd.sock"), dir: abs, run: run}
	if d.serving(ctx) {
		return d, nil
	}
	program, err := exec.LookPath("containerd")
	if err != nil {
		return nil, errors.New("containerd is not installed (Debian: apt-get install containerd runc)")
	}
	if err := d.launch(program); err != nil {
		return nil, fmt.Errorf("start containerd: %w", err)
	}
	return d, d.await(ctx)
}

func (d *Daemon) launch(program string) error {
	for _, p := range []string{d.dir, d.run} {
		if err := os.MkdirAll(p, 0o711); err != nil {
			return err
		}
	}
	config := filepath.Join(d.dir, "config.toml")
	if err := os.WriteFile(config, []byte(d.config()), 0o600); err != nil {
		return err
	}
	log, err := os.OpenFile(d.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(program, "--config", config, "--log-level", "warn")
	cmd.Stdout, cmd.Stderr = log, log
	// A session of its own: a ^C on the worker's terminal is not meant for it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // only to reap it
	return os.WriteFile(d.pidPath(), []byte(strconv.Itoa(cmd.Process.Pid)), 0o600)
}

func (d *Daemon) logPath() string { return filepath.Join(d.dir, "containerd.log") }
func (d *Daemon) pidPath() string { return filepath.Join(d.run, "pid") }

// config leaves out what a worker does not use: it starts faster, and makes no
// directories outside of its own.
func (d *Daemon) config() string {
	disabled := []string{
		"io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",
		"io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp",
		"io.containerd.nri.v1.nri", "io.containerd.podsandbox.controller.v1.podsandbox",
		"io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
		"io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.erofs",
	}
	return fmt.Sprintf("version = 2\nroot = %q\nstate = %q\ndisabled_plugins = [%s]\n[grpc]\naddress = %q\n",
		filepath.Join(d.dir, "root"), filepath.Join(d.run, "state"), `"`+strings.Join(disabled, `", "`)+`"`, d.Address)
}

func (d *Daemon) serving(ctx context.Context) bool {
	if _, err := os.Stat(d.Address); err != nil {
		return false
	}
	c, err := client.New(d.Address, client.WithTimeout(time.Second))
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	ok, err := c.IsServing(ctx)
	return ok && err == nil
}

func (d *Daemon) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, daemonStart)
	defer cancel()
	for !d.serving(ctx) {
		if pid, ok := d.pid(); !ok || unix.Kill(pid, 0) != nil {
			return fmt.Errorf("containerd ended at once; the end of %s says why: %s", d.logPath(), d.lastLine())
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("containerd does not answer at %s: %w", d.Address, ctx.Err())
		case <-time.After(daemonPoll):
		}
	}
	return nil
}

func (d *Daemon) lastLine() string {
	b, _ := os.ReadFile(d.logPath())
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}

// pid is the daemon's, if the process of that number is a containerd.
func (d *Daemon) pid() (int, bool) {
	b, err := os.ReadFile(d.pidPath())
	if err != nil {
		return 0, false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0, false
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	return pid, err == nil && strings.TrimSpace(string(name)) == "containerd"
}

// Stop ends all containers of the daemon, of any namespace, then the daemon, and
// leaves only what is on disk: images.
func (d *Daemon) Stop(ctx context.Context) error {
	if err := d.killAll(ctx); err != nil {
		return fmt.Errorf("stop containerd: %w", err)
	}
	if pid, ok := d.pid(); ok {
		if err := endProcess(ctx, pid); err != nil {
			return fmt.Errorf("stop containerd: %w", err)
		}
	}
	if err := unmountBelow(d.run); err != nil {
		return fmt.Errorf("stop containerd: %w", err)
	}
	err := os.RemoveAll(d.run)
	for _, empty := range []string{RunDir(d.dir), "/run/weir", "/run/containerd/s", "/run/containerd"} {
		_ = os.Remove(empty) // only where nobody else uses it
	}
	return err
}

func (d *Daemon) killAll(ctx context.Context) error {
	if !d.serving(ctx) {
		return nil
	}
	c, err := client.New(d.Address)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	spaces, err := c.NamespaceService().List(ctx)
	for _, ns := range spaces {
		err = errors.Join(err, killNamespace(ctx, c, ns))
	}
	return err
}

func endProcess(ctx context.Context, pid int) error {
	ctx, cancel := context.WithTimeout(ctx, daemonStop)
	defer cancel()
	sig := unix.SIGTERM
	for {
		if err := unix.Kill(pid, sig); err != nil {
			return nil // it is gone
		}
		select {
		case <-ctx.Done():
			return os.NewSyscallError("kill", unix.Kill(pid, unix.SIGKILL))
		case <-time.After(daemonPoll):
			sig = 0
		}
	}
}

// unmountBelow gives up what is still mounted below a directory, inner mounts
// first, so that removing it cannot reach into anything.
func unmountBelow(dir string) error {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		fields := strings.Fields(lines[i])
		if len(fields) > 4 && strings.HasPrefix(fields[4], dir+"/") {
			if err := unix.Unmount(fields[4], unix.MNT_DETACH); err != nil {
				return fmt.Errorf("unmount %s: %w", fields[4], err)
			}
		}
	}
	return nil
}
