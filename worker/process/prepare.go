package process

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirci/weir/worker"
	"github.com/weirci/weir/worker/builtin"
	"github.com/weirci/weir/worker/shim"
	"github.com/weirci/weir/worker/volume"
)

// gateFD is the first file that the init inherits besides its standard ones.
const gateFD = 3

// prepare makes the run's tree, but for its mounts, and says what its init shall do.
func (r *Runtime) prepare(dir string, t worker.Task) (shim.Config, error) {
	if len(t.Services) > 0 {
		return shim.Config{}, &worker.UserError{Err: fmt.Errorf("service %q needs a container: a worker without containers runs no services", t.Services[0].Name)}
	}
	p := newPaths(dir, t.Mounts)
	argv, err := r.argv(t)
	if err != nil {
		return shim.Config{}, &worker.UserError{Err: err}
	}
	for _, d := range []string{"build", "home", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			return shim.Config{}, err
		}
	}
	return shim.Config{
		Argv:    p.texts(argv),
		Stdin:   t.Stdin,
		Env:     r.environ(dir, p, t),
		Dir:     p.path(cmp.Or(t.Dir, worker.BuildDir)),
		Result:  t.ResultOnStdout,
		Secrets: t.Secrets,
		Place:   "on this worker, which runs without containers",
		Gate:    gateFD,
	}, nil
}

// environ is a task's environment.
func (r *Runtime) environ(dir string, p paths, t worker.Task) []string {
	env := slices.Clone(r.cfg.Env)
	env = append(env, "HOME="+filepath.Join(dir, "home"), "TMPDIR="+filepath.Join(dir, "tmp"))
	return append(env, p.texts(t.Env)...)
}

func (r *Runtime) argv(t worker.Task) ([]string, error) {
	if t.Image.BuiltIn != "" {
		return builtin.Argv(r.cfg.Binary, t.Image.BuiltIn, t.Argv)
	}
	if len(t.Argv) == 0 {
		return nil, errors.New("the step has no command of its own, and a worker without containers does not read the image's")
	}
	if strings.HasPrefix(t.Argv[0], builtin.Protocol) {
		return nil, fmt.Errorf("a worker without containers has only the built-in resource types: %s is in an image", t.Argv[0])
	}
	return t.Argv, nil
}

func (r *Runtime) mount(ctx context.Context, p paths, mounts []worker.Mount) error {
	for _, m := range worker.Order(mounts) {
		if err := r.mountOne(ctx, p.path(m.Path), m); err != nil {
			return fmt.Errorf("mount %s at %s: %w", m.Volume, m.Path, err)
		}
	}
	return nil
}

func (r *Runtime) mountOne(ctx context.Context, target string, m worker.Mount) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if m.Kind == worker.MountInput {
		source, err := r.Lookup(m.Volume)
		if err != nil {
			return err
		}
		return volume.Copy(ctx, source, target)
	}
	source, err := r.Ensure(m.Volume)
	if m.From != "" {
		source, err = r.Begin(ctx, m.Volume, m.From)
	}
	if err != nil {
		return err
	}
	if err := os.RemoveAll(target); err != nil { // what an input has in the same place
		return err
	}
	return os.Symlink(source, target)
}

// IgnoresImages is worker.Imageless.
func (r *Runtime) IgnoresImages() bool { return true }
