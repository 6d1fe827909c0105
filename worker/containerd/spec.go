package containerd

import (
	"context"
	"slices"

	profile "github.com/containerd/containerd/v2/contrib/seccomp"
	"github.com/containerd/containerd/v2/core/containers"
	"github.com/containerd/containerd/v2/pkg/oci"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/network"
	"github.com/weirci/weir/worker/shim"
)

// inside is where the init and its files are in a container.
const inside = shim.ContainerDir

// spec is the OCI specification of a container: Docker's default capabilities and
// seccomp profile, no new privileges, own namespaces, masked and read-only paths.
// The profile is not in it where the init installs the filter.
func (r *Runtime) spec(ctx context.Context, dir string, t worker.Task, ns network.Namespace, mounts []specs.Mount) (*specs.Spec, error) {
	opts := []oci.SpecOpts{
		oci.WithDefaultSpec(),
		oci.WithProcessArgs(inside+"/init", "init", inside),
		withNetwork(t, ns),
		withLimits(t.Limits),
	}
	if t.Privileged {
		opts = append(opts, oci.WithPrivileged, oci.WithNewPrivileges, oci.WithHostDevices, oci.WithAllDevicesAllowed)
	} else if r.filter == nil {
		opts = append(opts, profile.WithDefaultProfile())
	}
	s := &specs.Spec{}
	if err := oci.ApplyOpts(ctx, nil, &containers.Container{ID: t.RunID}, s, opts...); err != nil {
		return nil, err
	}
	s.Version = "1.0.2" // all that is used here, and all that older runtimes know
	s.Hostname = hostname
	// The init is small; with more threads it would count for more of the pids limit.
	s.Process.Env = []string{"GOMAXPROCS=1"}
	s.Process.Rlimits = fileLimit()
	// As Docker: what an image has in /run is seen.
	s.Mounts = slices.DeleteFunc(s.Mounts, func(m specs.Mount) bool { return m.Destination == "/run" })
	s.Mounts = slices.Concat(s.Mounts, r.ownMounts(dir, t), mounts)
	return s, nil
}

// fileLimit is what Docker has given for long, as far as this worker may have it itself.
func fileLimit() []specs.POSIXRlimit {
	limit := unix.Rlimit{}
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return nil
	}
	n := min(limit.Max, 1024*1024)
	return []specs.POSIXRlimit{{Type: "RLIMIT_NOFILE", Soft: n, Hard: n}}
}

// withNetwork joins a namespace; without one runc makes one that has loopback only,
// unless the network is the machine's own.
func withNetwork(t worker.Task, ns network.Namespace) oci.SpecOpts {
	if t.HostNetwork {
		return oci.WithHostNamespace(specs.NetworkNamespace)
	}
	return oci.WithLinuxNamespace(specs.LinuxNamespace{Type: specs.NetworkNamespace, Path: ns.Path})
}

// initTasks is room in the pids limit for the init's own threads.
const initTasks = 16

func withLimits(l worker.Limits) oci.SpecOpts {
	return func(_ context.Context, _ oci.Client, _ *containers.Container, s *specs.Spec) error {
		res := s.Linux.Resources
		if l.CPUMillis > 0 {
			period, quota := uint64(100_000), l.CPUMillis*100
			res.CPU = &specs.LinuxCPU{Period: &period, Quota: &quota}
		}
		if l.MemoryBytes > 0 {
			limit := l.MemoryBytes // without swap beyond it
			res.Memory = &specs.LinuxMemory{Limit: &limit, Swap: &limit}
		}
		if l.Pids > 0 {
			limit := l.Pids + initTasks
			res.Pids = &specs.LinuxPids{Limit: &limit}
		}
		return nil
	}
}

// ownMounts are those that a task does not ask for. What the init writes is
// mounted file by file: in a directory a task could put a link to any file of
// this machine, and the worker would follow it.
func (r *Runtime) ownMounts(dir string, t worker.Task) []specs.Mount {
	mounts := []specs.Mount{
		bind(r.cfg.Init, inside+"/init", "ro", "nosuid"),
		bind(shim.ConfigPath(dir), inside+"/init.json", "ro"),
		bind(shim.LogPath(dir), inside+"/log"),
		bind(shim.ExitPath(dir), inside+"/exit"),
	}
	if t.ResultOnStdout {
		mounts = append(mounts, bind(shim.ResultPath(dir), inside+"/stdout"))
	}
	if t.Image.BuiltIn != "" {
		mounts = append(mounts, bind(r.cfg.Binary, builtInBinary, "ro"))
	}
	return mounts
}

func bind(source, target string, options ...string) specs.Mount {
	return specs.Mount{Type: "bind", Source: source, Destination: target, Options: append([]string{"bind", "nodev"}, options...)}
}
