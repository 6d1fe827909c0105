package containerd

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"github.com/weirci/weir/worker"
)

func (r *Runtime) taskMounts(ctx context.Context, dir string, mounts []worker.Mount) ([]specs.Mount, error) {
	out := make([]specs.Mount, 0, len(mounts))
	for i, m := range worker.Order(mounts) {
		s, err := r.taskMount(ctx, dir, i, m)
		if err != nil {
			return nil, fmt.Errorf("mount %s at %s: %w", m.Volume, m.Path, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func (r *Runtime) taskMount(ctx context.Context, dir string, i int, m worker.Mount) (specs.Mount, error) {
	if !path.IsAbs(m.Path) {
		return specs.Mount{}, &worker.UserError{Err: fmt.Errorf("mount %s: the path must be absolute", m.Path)}
	}
	target := path.Clean(m.Path)
	if m.From != "" {
		source, err := r.Begin(ctx, m.Volume, m.From)
		return bind(source, target), err
	}
	if m.Kind != worker.MountInput {
		source, err := r.Ensure(m.Volume)
		return bind(source, target), err
	}
	source, err := r.Lookup(m.Volume)
	if err != nil {
		return specs.Mount{}, err
	}
	options, err := r.overlay(dir, "input-"+strconv.Itoa(i), []string{source})
	return specs.Mount{Type: "overlay", Source: "overlay", Destination: target, Options: options}, err
}

// overlay makes the two upper directories of an overlay, in the run's directory,
// and gives its options. Its root looks as that of the uppermost lower directory.
func (r *Runtime) overlay(dir, name string, lower []string) ([]string, error) {
	upper, work := filepath.Join(dir, name), filepath.Join(dir, name+".work")
	if err := os.Mkdir(work, 0o700); err != nil {
		return nil, err
	}
	if err := os.Mkdir(upper, 0o755); err != nil {
		return nil, err
	}
	if err := likeness(upper, lower[0]); err != nil {
		return nil, err
	}
	return overlayOptions(strings.Join(lower, ":"), upper, work, r.volatile), nil
}

func overlayOptions(lower, upper, work string, volatile bool) []string {
	o := []string{"index=off", "lowerdir=" + lower, "upperdir=" + upper, "workdir=" + work}
	if volatile {
		o = append(o, "volatile")
	}
	return o
}

func likeness(path, of string) error {
	st, err := os.Stat(of)
	if err != nil {
		return err
	}
	if sys, ok := st.Sys().(*syscall.Stat_t); ok {
		if err := os.Chown(path, int(sys.Uid), int(sys.Gid)); err != nil {
			return err
		}
	}
	return os.Chmod(path, st.Mode().Perm()|st.Mode()&fs.ModeSticky)
}

// canBeVolatile tries: kernels before 5.10 cannot skip the sync at unmount.
func canBeVolatile(dir string) bool {
	trial, err := os.MkdirTemp(dir, "trial-")
	if err != nil {
		return false
	}
	defer func() { _ = os.RemoveAll(trial) }()
	at := func(name string) string {
		path := filepath.Join(trial, name)
		_ = os.Mkdir(path, 0o700)
		return path
	}
	target := at("target")
	options := overlayOptions(at("lower"), at("upper"), at("work"), true)
	if unix.Mount("overlay", target, "overlay", 0, strings.Join(options, ",")) != nil {
		return false
	}
	return unix.Unmount(target, 0) == nil
}
